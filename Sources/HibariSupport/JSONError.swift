/// Why a text is not JSON. Every case has the byte offset of the fault.
public enum JSONError: UserError, Equatable {
    case unexpectedEnd(offset: Int, expected: String)
    case unexpectedByte(UInt8, offset: Int, expected: String)
    case trailingData(offset: Int)
    case duplicateKey(String, offset: Int)
    case invalidUTF8(offset: Int)
    case invalidEscape(offset: Int)
    case loneSurrogate(offset: Int)
    case controlCharacter(UInt8, offset: Int)
    case invalidNumber(offset: Int)
    case numberOutOfRange(offset: Int)
    case tooDeep(offset: Int, limit: Int)
    /// One of the others, in a file.
    indirect case inFile(path: String, JSONError)

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .unexpectedEnd(let offset, let expected):
            "the JSON ends at byte \(offset) where \(expected) should follow; the file may be cut off"
        case .unexpectedByte(let byte, let offset, let expected):
            "invalid JSON at byte \(offset): found \(describe(byte)), expected \(expected)"
        case .trailingData(let offset):
            "invalid JSON at byte \(offset): the value has ended; remove what follows it"
        case .duplicateKey(let key, let offset):
            "invalid JSON at byte \(offset): the key \(quoted(key)) occurs twice in one object; keep one of them"
        case .invalidUTF8(let offset):
            "invalid JSON at byte \(offset): not UTF-8; save the file as UTF-8"
        case .invalidEscape(let offset):
            "invalid JSON at byte \(offset): no such escape; allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        case .loneSurrogate(let offset):
            "invalid JSON at byte \(offset): half of a surrogate pair; write both halves or the character itself"
        case .controlCharacter(let byte, let offset):
            "invalid JSON at byte \(offset): \(describe(byte)) inside a string must be written as an escape"
        case .invalidNumber(let offset):
            "invalid JSON at byte \(offset): malformed number; a digit must stand here"
        case .numberOutOfRange(let offset):
            "invalid JSON at byte \(offset): the number is too large for a 64-bit float"
        case .tooDeep(let offset, let limit):
            "invalid JSON at byte \(offset): nested deeper than \(limit) levels"
        case .inFile(let path, let error):
            "\(path): \(error)"
        }
    }
}

private func describe(_ byte: UInt8) -> String {
    if (0x20..<0x7F).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte 0x" + (byte < 16 ? "0" : "") + digits
}

/// `text` in double quotes for a message: on one line whatever it contains, and cut after about 100
/// characters.
public func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    appendJSONString(text.unicodeScalars.count > 100 ? String(text.prefix(100)) + "…" : text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}
