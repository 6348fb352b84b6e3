import HibariSupport

/// The methods of Python's types that values have.
enum JinjaMethods {
    private static let string: Set<String> = [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
        "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier",
        "islower",
        "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip",
        "maketrans", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
        "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title",
        "translate", "upper", "zfill",
    ]
    private static let list: Set<String> = [
        "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort",
    ]
    private static let tuple: Set<String> = ["count", "index"]
    private static let dictionary: Set<String> = [
        "clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update",
        "values",
    ]
    /// Those that change their value, which Jinja's sandbox refuses.
    static let changing: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort",
        "update",
    ]

    static func names(of value: JinjaValue) -> Set<String> {
        switch value {
        case .string: string
        case .list: list
        case .tuple: tuple
        case .dictionary: dictionary
        default: []
        }
    }
}

extension JinjaEvaluator {
    func callMethod(
        _ name: String, of value: JinjaValue, _ call: JinjaCall
    ) throws(JinjaProblem) -> JinjaValue {
        try charge(value.weight)
        switch value {
        case .string(let text):
            if let result = try callMethod(name, ofString: text, call) { return result }
        case .dictionary(let dictionary):
            if let result = try callMethod(name, ofDictionary: dictionary, call) { return result }
        case .list(let items), .tuple(let items):
            if let result = try callMethod(name, ofSequence: items, call) { return result }
        default: break
        }
        if JinjaMethods.changing.contains(name) {
            throw .failed(
                "\(name)() would change \(value.kind), which the sandbox of Jinja refuses; use namespace()")
        }
        throw .unsupported("the method \(name)() of \(value.kind)")
    }

    // MARK: Dicts and lists

    private func callMethod(
        _ name: String, ofDictionary dictionary: JinjaDictionary, _ call: JinjaCall
    ) throws(JinjaProblem) -> JinjaValue? {
        switch name {
        case "get":
            let values = try call.bound(["key", "default"], to: "get()")
            guard let key = values[0] else { throw .failed("get() needs a key") }
            return JinjaKey(key).flatMap { dictionary[$0] } ?? values[1] ?? JinjaValue.none
        case "items":
            _ = try call.bound([], to: "items()")
            return try makeList(dictionary.items)
        case "keys":
            _ = try call.bound([], to: "keys()")
            return try makeList(dictionary.keys)
        case "values":
            _ = try call.bound([], to: "values()")
            return try makeList(dictionary.values)
        case "copy": return .dictionary(dictionary)
        default: return nil
        }
    }

    private func callMethod(
        _ name: String, ofSequence items: JinjaSequence, _ call: JinjaCall
    ) throws(JinjaProblem) -> JinjaValue? {
        guard name == "count" || name == "index" else { return nil }
        guard let value = try call.bound(["value"], to: "\(name)()")[0] else {
            throw .failed("\(name)() needs a value")
        }
        if name == "count" { return .integer(items.items.count { areEqual($0, value) }) }
        guard let index = items.items.firstIndex(where: { areEqual($0, value) }) else {
            throw .failed("index(): the value is not in the list")
        }
        return .integer(index)
    }

    // MARK: Strings

    private func callMethod(
        _ name: String, ofString text: String, _ call: JinjaCall
    ) throws(JinjaProblem) -> JinjaValue? {
        switch name {
        case "strip", "lstrip", "rstrip":
            let characters = try optionalString(try call.bound(["chars"], to: "\(name)()")[0], "\(name)()")
            return .string(
                text.stripped(characters, left: name != "rstrip", right: name != "lstrip"))
        case "upper", "lower", "title", "capitalize":
            _ = try call.bound([], to: "\(name)()")
            switch name {
            case "upper": return .string(text.uppercased())
            case "lower": return .string(text.lowercased())
            case "title": return .string(text.pythonTitle)
            default: return .string(text.pythonCapitalized)
            }
        case "startswith", "endswith":
            let argument = try call.bound(["prefix"], to: "\(name)()")[0]
            var parts: [JinjaValue] = argument.map { [$0] } ?? []
            if case .tuple(let items) = argument { parts = items.items }
            for part in parts {
                let part = try string(part, "\(name)()")
                if name == "startswith" ? text.pythonStarts(with: part) : text.pythonEnds(with: part) {
                    return .bool(true)
                }
            }
            return .bool(false)
        case "split": return try split(text, call)
        case "splitlines":
            _ = try call.bound([], to: "splitlines()")
            return try makeList(text.pythonLines.map { .string($0) })
        case "replace":
            let values = try call.bound(["old", "new", "count"], to: "replace()")
            return try replacing(
                text, try string(values[0], "replace()"), try string(values[1], "replace()"),
                limit: try whole(values[2] ?? .integer(-1), "replace()"))
        case "join":
            let items = try elements(of: try call.bound(["items"], to: "join()")[0] ?? .none, in: "join()")
            var parts: [String] = []
            for item in items { parts.append(try string(item, "join()")) }
            return try joined(parts, separator: text)
        case "find": return .integer(text.pythonFind(try onlyString(call, "find()")) ?? -1)
        case "count":
            let part = try onlyString(call, "count()")
            return .integer(
                part.isEmpty ? text.unicodeScalars.count + 1 : text.pythonSplit(part).count - 1)
        case "removeprefix":
            let part = try onlyString(call, "removeprefix()")
            return text.pythonStarts(with: part)
                ? .string(String(decoding: text.utf8.dropFirst(part.utf8.count), as: UTF8.self))
                : .string(text)
        case "removesuffix":
            let part = try onlyString(call, "removesuffix()")
            return text.pythonEnds(with: part)
                ? .string(String(decoding: text.utf8.dropLast(part.utf8.count), as: UTF8.self))
                : .string(text)
        default: return nil
        }
    }

    private func split(_ text: String, _ call: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        let values = try call.bound(["sep", "maxsplit"], to: "split()")
        let separator = try optionalString(values[0], "split()")
        if separator?.isEmpty == true { throw .failed("split() needs a separator that is not empty") }
        let limit = try whole(values[1] ?? .integer(-1), "split()")
        return try makeList(text.pythonSplit(separator, limit: limit).map { .string($0) })
    }

    // MARK: Arguments

    func replacing(
        _ text: String, _ old: String, _ new: String, limit: Int
    ) throws(JinjaProblem) -> JinjaValue {
        var places = old.isEmpty ? text.unicodeScalars.count + 1 : text.pythonSplit(old).count - 1
        if limit >= 0 { places = min(places, limit) }
        try charge(saturatingProduct(places, new.utf8.count) / 16)
        return try makeString(text.pythonReplacing(old, with: new, limit: limit))
    }

    func joined(_ parts: [String], separator: String) throws(JinjaProblem) -> JinjaValue {
        try charge(saturatingProduct(parts.count, separator.utf8.count) / 16)
        return try makeString(parts.joined(separator: separator))
    }

    func whole(_ value: JinjaValue, _ callee: String) throws(JinjaProblem) -> Int {
        guard let number = value.int else {
            throw .failed("\(callee) needs a whole number, not \(described(value))")
        }
        return number
    }

    private func string(_ value: JinjaValue?, _ callee: String) throws(JinjaProblem) -> String {
        guard let text = value?.string else {
            throw .failed("\(callee) needs a string, not \(value.map { described($0) } ?? "nothing")")
        }
        return text
    }

    private func onlyString(_ call: JinjaCall, _ callee: String) throws(JinjaProblem) -> String {
        try string(try call.bound(["text"], to: callee)[0], callee)
    }

    private func optionalString(_ value: JinjaValue?, _ callee: String) throws(JinjaProblem) -> String? {
        guard let value, !value.isNone else { return nil }
        return try string(value, callee)
    }
}

/// For sizes, which are not negative.
func saturatingProduct(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? Int.max : product
}
