extension JSONValue {
    /// Nesting beyond this is refused, so that no file can exhaust the stack.
    public static let depthLimit = 256

    /// Reads one JSON value (RFC 8259, strictly) and nothing after it but white space.
    ///
    /// Refused as well: duplicate keys, lone surrogates, numbers beyond the range of `Double`. An integer
    /// beyond the range of `Int` becomes a `number`.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        if let offset = firstInvalidUTF8(in: bytes) { throw .invalidUTF8(offset: offset) }
        var parser = JSONParser(bytes: bytes)
        self = try parser.parseDocument()
    }

    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads a file that holds one JSON value; errors of the text name the file.
    public init(contentsOf path: String) throws {
        let bytes = try readFile(path)
        do throws(JSONError) {
            self = try JSONValue(parsing: bytes)
        } catch {
            throw JSONError.inFile(path: path, error)
        }
    }
}

/// A recursive-descent parser over bytes already known to be UTF-8.
struct JSONParser {
    let bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parseDocument() throws(JSONError) -> JSONValue {
        let value = try parseValue(depth: 0)
        skipSpace()
        if index < bytes.count { throw .trailingData(offset: index) }
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        switch try nextByte("a value") {
        case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
        case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case let byte: throw .unexpectedByte(byte, offset: index, expected: "a value")
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
        if depth > JSONValue.depthLimit { throw .tooDeep(offset: index, limit: JSONValue.depthLimit) }
        index += 1
        var object = JSONObject()
        if try nextByte("a key or '}'") == UInt8(ascii: "}") {
            index += 1
            return .object(object)
        }
        while true {
            let first = try nextByte("a key in double quotes")
            let keyOffset = index
            guard first == UInt8(ascii: "\"") else {
                throw .unexpectedByte(first, offset: index, expected: "a key in double quotes")
            }
            let key = try parseString()
            let colon = try nextByte("':'")
            guard colon == UInt8(ascii: ":") else {
                throw .unexpectedByte(colon, offset: index, expected: "':'")
            }
            index += 1
            let value = try parseValue(depth: depth)
            guard object.append(key, value) else { throw .duplicateKey(key, offset: keyOffset) }
            if try closes(UInt8(ascii: "}"), "',' or '}'") { return .object(object) }
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
        if depth > JSONValue.depthLimit { throw .tooDeep(offset: index, limit: JSONValue.depthLimit) }
        index += 1
        var array: [JSONValue] = []
        if try nextByte("a value or ']'") == UInt8(ascii: "]") {
            index += 1
            return .array(array)
        }
        while true {
            array.append(try parseValue(depth: depth))
            if try closes(UInt8(ascii: "]"), "',' or ']'") { return .array(array) }
        }
    }

    /// Steps over a comma (false) or the closing bracket (true).
    private mutating func closes(_ bracket: UInt8, _ expected: String) throws(JSONError) -> Bool {
        let byte = try nextByte(expected)
        guard byte == bracket || byte == UInt8(ascii: ",") else {
            throw .unexpectedByte(byte, offset: index, expected: expected)
        }
        index += 1
        return byte == bracket
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < bytes.count else { throw .unexpectedEnd(offset: index, expected: "\(word)") }
            guard bytes[index] == word.utf8Start[offset] else {
                throw .unexpectedByte(bytes[index], offset: index, expected: "\(word)")
            }
            index += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    /// The next byte that is not white space; does not step over it.
    private mutating func nextByte(_ expected: @autoclosure () -> String) throws(JSONError) -> UInt8 {
        skipSpace()
        guard index < bytes.count else { throw .unexpectedEnd(offset: index, expected: expected()) }
        return bytes[index]
    }
}
