extension JSONValue {
    /// Makes a value from what `init(encoding:)` gave.
    ///
    /// - Throws: `JSONFormError` naming the member that is missing, of the wrong kind, or not known.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let usage = Usage()
        let value: Value
        do {
            value = try read(type, self, [], usage)
        } catch let error as DecodingError {
            throw JSONFormError(error)
        }
        if let unknown = usage.unknownMember { throw JSONFormError.unknown(path: unknown) }
        return value
    }
}

/// Why a JSON document does not describe what it should.
public enum JSONFormError: UserError, Equatable {
    case missing(path: String)
    case wrong(path: String, problem: String)
    /// A member that nothing asks for.
    case unknown(path: String)

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .wrong(let path, let problem): "\(path): \(problem)"
        case .unknown(let path): "\(path) is not known here; remove it, or use the program that wrote it"
        }
    }

    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context): self = .missing(path: text(context.codingPath + [key]))
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            self = .wrong(path: text(context.codingPath), problem: context.debugDescription)
        @unknown default: self = .wrong(path: "the document", problem: "\(error)")
        }
    }
}

/// layers[2].outputs
private func text(_ path: [any CodingKey]) -> String {
    var result = ""
    for key in path {
        if let index = key.intValue {
            result += "[\(index)]"
        } else {
            result += (result.isEmpty ? "" : ".") + key.stringValue
        }
    }
    return result.isEmpty ? "the document" : result
}

/// Which members of which objects were asked for.
private final class Usage {
    private var present: [String: [String]] = [:]
    private var asked: [String: Set<String>] = [:]

    func open(_ path: String, _ keys: [String]) { present[path] = keys }
    func ask(_ path: String, _ key: String) { asked[path, default: []].insert(key) }

    var unknownMember: String? {
        for (path, keys) in present.sorted(by: { $0.key < $1.key }) {
            if let key = keys.first(where: { asked[path]?.contains($0) != true }) {
                return path == "the document" ? key : "\(path).\(key)"
            }
        }
        return nil
    }
}

private func read<Value: Decodable>(
    _ type: Value.Type, _ json: JSONValue, _ path: [any CodingKey], _ usage: Usage
) throws -> Value {
    func checked(_ value: Any?, _ wanted: String) throws -> Value {
        guard let value = value as? Value else { throw mismatch(type, json, path, wanted) }
        return value
    }
    switch type {
    case is Bool.Type: return try checked(json.bool, "true or false")
    case is String.Type: return try checked(json.string, "a string")
    case is Double.Type: return try checked(json.double, "a number")
    case is Float.Type: return try checked(json.double.map { Float($0) }, "a number")
    case let integer as any FixedWidthInteger.Type:
        func exact<I: FixedWidthInteger>(_: I.Type) -> I? { json.int.flatMap { I(exactly: $0) } }
        return try checked(exact(integer), "an integer that fits \(type)")
    default: return try Value(from: TreeDecoder(json: json, codingPath: path, usage: usage))
    }
}

private func mismatch(
    _ type: Any.Type, _ json: JSONValue, _ path: [any CodingKey], _ wanted: String
) -> DecodingError {
    .typeMismatch(
        type, .init(codingPath: path, debugDescription: "\(json.kind) where \(wanted) should stand"))
}

private struct TreeDecoder: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]
    let usage: Usage
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let object = json.object else { throw mismatch(Key.self, json, codingPath, "an object") }
        usage.open(text(codingPath), object.keys)
        return KeyedDecodingContainer(KeyedReader(object: object, codingPath: codingPath, usage: usage))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let array = json.array else { throw mismatch([Any].self, json, codingPath, "an array") }
        return UnkeyedReader(array: array, codingPath: codingPath, usage: usage)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        SingleReader(json: json, codingPath: codingPath, usage: usage)
    }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    let codingPath: [any CodingKey]
    let usage: Usage

    var allKeys: [Key] { object.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool {
        usage.ask(text(codingPath), key.stringValue)
        return object[key.stringValue] != nil
    }

    private func value(_ key: any CodingKey) throws -> JSONValue {
        usage.ask(text(codingPath), key.stringValue)
        guard let value = object[key.stringValue] else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: ""))
        }
        return value
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNull }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try read(type, value(key), codingPath + [key], usage)
    }

    private func decoder(_ key: any CodingKey) throws -> TreeDecoder {
        TreeDecoder(json: try value(key), codingPath: codingPath + [key], usage: usage)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try decoder(IndexKey(name: "super")) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
    let array: [JSONValue]
    let codingPath: [any CodingKey]
    let usage: Usage
    var currentIndex = 0

    var count: Int? { array.count }
    var isAtEnd: Bool { currentIndex == array.count }

    private mutating func next() throws -> (JSONValue, [any CodingKey]) {
        let path = codingPath + [IndexKey(index: currentIndex)]
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                Any.self, .init(codingPath: path, debugDescription: "the array ends here"))
        }
        defer { currentIndex += 1 }
        return (array[currentIndex], path)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, array[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (json, path) = try next()
        return try read(type, json, path, usage)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try superDecoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        let (json, path) = try next()
        return TreeDecoder(json: json, codingPath: path, usage: usage)
    }
}

private struct SingleReader: SingleValueDecodingContainer {
    let json: JSONValue
    let codingPath: [any CodingKey]
    let usage: Usage

    func decodeNil() -> Bool { json.isNull }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type, json, codingPath, usage) }
}
