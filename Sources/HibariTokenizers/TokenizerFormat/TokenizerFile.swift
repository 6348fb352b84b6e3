import HibariSupport

/// The tokenizer in `directory`, read from its `tokenizer.json`.
///
/// - Throws: `TokenizerError` that names the file and the part of it that is wrong or not supported;
///   `JSONError`; an error of reading.
public func loadTokenizer(directory: String) throws -> any Tokenizer {
    let path = joinPath(directory, "tokenizer.json")
    guard fileExists(path) else { throw TokenizerError.missingFile(path: path) }
    return try loadTokenizer(root: try JSONValue(contentsOf: path), path: path)
}

/// The tokenizer that the tokenizer.json `root` describes, read from `path`.
func loadTokenizer(root: JSONValue, path: String) throws(TokenizerError) -> any Tokenizer {
    let file = TokenizerFile(path: path, root: withoutIdleSettings(root))
    switch file.root["model"]?["type"]?.string {
    case "BPE":
        do throws(TokenizerError) {
            return try ByteLevelFormat.load(file)
        } catch .unsupportedComponent {
            return try readPipeline(TokenizerFile(path: path, root: root))
        }
    case "WordLevel": return try CharacterTokenizerFormat.load(file)
    case .some: return try readPipeline(TokenizerFile(path: path, root: root))
    case nil:
        throw TokenizerError.invalidFile(path: path, problem: "model.type is missing")
    }
}

/// A parsed `tokenizer.json`, and the checks that every form of tokenizer makes of it.
struct TokenizerFile: Sendable {
    let path: String
    let root: JSONValue

    /// The words of `model.vocab` by id.
    ///
    /// - Throws: unless it is an object whose values are the ids 0..<count, each once.
    func vocabulary() throws(TokenizerError) -> [String] {
        guard let entries = root["model"]?["vocab"]?.object else {
            throw .invalidFile(path: path, problem: "model.vocab is not an object")
        }
        var words = [String?](repeating: nil, count: entries.count)
        for (word, value) in entries {
            guard let id = value.int, words.indices.contains(id), words[id] == nil else {
                throw .invalidFile(
                    path: path,
                    problem: "model.vocab gives \(quoted(word)) the id \(describe(value)); "
                        + "the ids must be 0 to \(entries.count - 1), each once")
            }
            words[id] = word
        }
        return words.compactMap { $0 }
    }

    /// Throws an error that names the first part in which the file differs from `expected`. The order of an
    /// object's members does not count.
    func check(equals expected: JSONValue) throws(TokenizerError) {
        try check(root, equals: expected, at: "")
    }

    /// The same for one member of the file.
    func check(_ component: String, equals expected: JSONValue) throws(TokenizerError) {
        try check(root[component] ?? .null, equals: expected, at: component)
    }

    private func check(
        _ found: JSONValue, equals expected: JSONValue, at component: String
    ) throws(TokenizerError) {
        if let difference = firstDifference(found, expected, at: component) {
            throw .unsupportedComponent(path: path, component: difference.component, found: difference.found)
        }
    }
}

private func firstDifference(
    _ found: JSONValue, _ expected: JSONValue, at component: String
) -> (component: String, found: String)? {
    switch (found, expected) {
    case (.object(let found), .object(let expected)):
        for (key, value) in expected {
            let name = component.isEmpty ? key : "\(component).\(key)"
            guard let member = found[key] else { return (name, "missing") }
            if let difference = firstDifference(member, value, at: name) { return difference }
        }
        for (key, value) in found where expected[key] == nil {
            return (component.isEmpty ? key : "\(component).\(key)", describe(value))
        }
        return nil
    case (.array(let found), .array(let expected)):
        guard found.count == expected.count else { return (component, "a list of \(found.count)") }
        for (index, (item, value)) in zip(found, expected).enumerated() {
            if let difference = firstDifference(item, value, at: "\(component)[\(index)]") {
                return difference
            }
        }
        return nil
    default:
        return found == expected ? nil : (component.isEmpty ? "the file" : component, describe(found))
    }
}

/// A value for a message: written out if it is short, otherwise its kind.
func describe(_ value: JSONValue) -> String {
    let text = value.text()
    return text.utf8.count <= 60 ? text : value.kind
}
