import HibariSupport

/// A part of tokenizer.json and where it stands in it, so that every error can name it.
///
/// Readers of components take every member by name and end in `expectKeys`: a member that nothing reads may
/// change the ids, so it is an error rather than ignored.
package struct Component {
    /// The path of the file.
    let file: String
    /// Where the component stands, e.g. `pre_tokenizer.pretokenizers[1]`; empty for the whole file.
    let path: String
    let value: JSONValue

    package init(file: String, path: String, value: JSONValue) {
        self.file = file
        self.path = path
        self.value = value
    }

    /// The member `key`, null if there is none.
    func member(_ key: String) -> Component {
        Component(file: file, path: path.isEmpty ? key : "\(path).\(key)", value: value[key] ?? .null)
    }

    /// The same member, nil if it is missing or null.
    func optional(_ key: String) -> Component? {
        let member = member(key)
        return member.value.isNull ? nil : member
    }

    // MARK: Errors

    /// This component is well-formed, but Hibari does not have it.
    func unsupported(_ found: String? = nil) -> TokenizerError {
        .unsupportedComponent(
            path: file, component: path.isEmpty ? "the file" : path, found: found ?? describe(value))
    }

    /// This component is not what the format allows.
    func invalid(_ problem: String) -> TokenizerError {
        .invalidFile(path: file, problem: "\(path.isEmpty ? "the file" : path) \(problem)")
    }

    private func wrongKind(_ expected: String) -> TokenizerError {
        value.isNull
            ? invalid("is missing; expected \(expected)") : invalid("is \(describe(value)), not \(expected)")
    }

    /// Throws an error that names the first member that is not one of `keys`.
    func expectKeys(_ keys: String...) throws(TokenizerError) {
        guard let object = value.object else { throw wrongKind("an object") }
        for (key, _) in object
        where key != "type" && !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
            throw member(key).unsupported()
        }
    }

    // MARK: Members

    /// The member `type`.
    var type: String {
        get throws(TokenizerError) { try string("type") }
    }

    func string(_ key: String) throws(TokenizerError) -> String {
        guard let string = value[key]?.string else { throw member(key).wrongKind("a string") }
        return string
    }

    /// The string, nil if it is missing or null.
    func optionalString(_ key: String) throws(TokenizerError) -> String? {
        optional(key) == nil ? nil : try string(key)
    }

    /// The only scalar of a string.
    func scalar(_ key: String) throws(TokenizerError) -> Unicode.Scalar {
        let text = try string(key)
        guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
            throw member(key).invalid("is \(quoted(text)), not one character")
        }
        return scalar
    }

    /// - Parameter missing: the value if the member is missing or null; nil if it must be there.
    func bool(_ key: String, missing: Bool? = nil) throws(TokenizerError) -> Bool {
        if optional(key) == nil, let missing { return missing }
        guard let bool = value[key]?.bool else { throw member(key).wrongKind("true or false") }
        return bool
    }

    /// - Parameter missing: the value if the member is missing or null; nil if it must be there.
    func int(
        _ key: String, in range: ClosedRange<Int>, missing: Int? = nil
    ) throws(TokenizerError) -> Int {
        if optional(key) == nil, let missing { return missing }
        guard let int = value[key]?.int else { throw member(key).wrongKind("a whole number") }
        guard range.contains(int) else {
            throw member(key).invalid("is \(int), outside \(range.lowerBound) to \(range.upperBound)")
        }
        return int
    }

    func elements(_ key: String) throws(TokenizerError) -> [Component] {
        let member = member(key)
        guard let array = member.value.array else { throw member.wrongKind("a list") }
        return array.enumerated().map { index, value in
            Component(file: file, path: "\(member.path)[\(index)]", value: value)
        }
    }
}
