/// The printable characters by which byte-level vocabularies spell bytes.
///
/// A byte is itself where Latin-1 has a character that shows, otherwise the next of those from U+0100 on.
/// Source: `bytes_to_unicode` in GPT-2's encoder.py.
enum ByteCharacters {
    /// The scalar value for each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)...255).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The UTF-8 of the character for each byte.
    static let utf8: [[UInt8]] = scalars.map { scalar in
        var text: [UInt8] = []
        appendUTF8(scalar, to: &text)
        return text
    }

    /// The byte by scalar value, −1 where there is none.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
        return bytes
    }()

    /// The bytes that `word` spells; nil if one of its characters stands for none.
    static func decode(_ word: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(word.count)
        for (value, _) in UTF8Scalars(word) {
            guard value < bytes.count, bytes[Int(value)] >= 0 else { return nil }
            result.append(UInt8(bytes[Int(value)]))
        }
        return result
    }
}
