/// The printable characters by which byte-level tokenizer files spell bytes: a byte itself where Latin-1 has a
/// character that shows, otherwise the next of those from U+0100 on.
/// Source: `bytes_to_unicode` in GPT-2's encoder.py.
package enum ByteAlphabet {
    /// The character of each byte.
    static let characters: [String] = scalars.map { Unicode.Scalar($0).map { String($0) } ?? "?" }

    private static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte of each character up to U+0143, −1 for those that stand for none.
    private static let values: [Int16] = {
        var values = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { values[Int(scalar)] = Int16(byte) }
        return values
    }()

    /// How a token of these bytes is spelled.
    package static func word(_ bytes: some Sequence<UInt8>) -> String {
        let characters = characters
        return bytes.reduce(into: "") { $0 += characters[Int($1)] }
    }

    /// Appends the bytes that a word stands for.
    ///
    /// - Returns: false if it has other characters; then some bytes may have been appended.
    static func append(bytesOf word: String, to bytes: inout [UInt8]) -> Bool {
        let values = values
        var lead: UInt8 = 0
        for unit in word.utf8 {
            if unit >= 0xC0 {
                lead = unit
                continue
            }
            // All that count have one or two bytes; a longer one ends up beyond the table.
            let scalar = unit < 0x80 ? Int(unit) : Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
            guard lead < 0xE0, scalar < values.count, values[scalar] >= 0 else { return false }
            bytes.append(UInt8(truncatingIfNeeded: values[scalar]))
            lead = 0
        }
        return true
    }

    /// The bytes that a word stands for, nil if it has other characters.
    package static func bytes(of word: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        return append(bytesOf: word, to: &bytes) ? bytes : nil
    }
}
