/// Turns the bytes of tokens, as they come, into text without ever showing half a character.
///
/// Bytes that begin a character are held back until it is complete. Bytes that cannot become part of one turn
/// into U+FFFD as soon as that is certain, one for each maximal subpart (the rule of the WHATWG Encoding
/// Standard), so the pieces put together equal `String(decoding: allBytes, as: UTF8.self)` however the bytes
/// were cut.
public struct StreamingDecoder: Sendable {
    /// The beginning of a character: at most three bytes.
    private var pending: [UInt8] = []

    public init() {}

    /// The text that is certain after these further bytes; often empty, when a character is not complete yet.
    public mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        pending.append(contentsOf: bytes)
        let certain = pending.count - lengthOfOpenCharacter(at: pending)
        defer { pending.removeFirst(certain) }
        return String(decoding: pending[..<certain], as: UTF8.self)
    }

    /// Ends the text: a character that was begun and not completed is U+FFFD. The decoder is then as new.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }
}

/// The number of bytes at the end of `bytes` that begin a character and leave it incomplete.
private func lengthOfOpenCharacter(at bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
        let start = bytes.count - length
        let lead = bytes[start]
        if lead & 0xC0 == 0x80 { continue }  // A continuation byte: look further back for its lead.
        if length >= characterLength(lead: lead) { return 0 }
        if length > 1, !isSecondByte(bytes[start + 1], after: lead) { return 0 }
        return length
    }
    return 0
}

/// The number of bytes of a character that begins with `lead`; 1 also for a byte that begins none.
private func characterLength(lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
}

/// Whether `byte` may be the second of a character of two or more bytes that begins with `lead`.
/// Source: The Unicode Standard, table 3-7 "Well-formed UTF-8 byte sequences".
private func isSecondByte(_ byte: UInt8, after lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: (0xA0...0xBF).contains(byte)
    case 0xED: (0x80...0x9F).contains(byte)
    case 0xF0: (0x90...0xBF).contains(byte)
    case 0xF4: (0x80...0x8F).contains(byte)
    default: byte & 0xC0 == 0x80
    }
}
