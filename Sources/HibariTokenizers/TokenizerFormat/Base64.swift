/// Bytes as text of 64 characters, with padding.
/// Source: RFC 4648, section 4.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: digits.enumerated().map { ($0.element, UInt32($0.offset)) })

    /// The text of `bytes`.
    static func encode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.endIndex)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for digit in 0..<4 {
                text.append(
                    digit > group.count
                        ? UInt8(ascii: "=") : digits[Int(value >> UInt32(18 - 6 * digit) & 63)])
            }
        }
        return text
    }

    /// The bytes of a text, nil if it is malformed.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: text.startIndex, to: text.endIndex, by: 4) {
            let group = text[start..<start + 4]
            let isLast = start + 4 == text.endIndex
            let padding = isLast ? group.reversed().prefix { $0 == UInt8(ascii: "=") }.count : 0
            guard padding <= 2 else { return nil }
            var value: UInt32 = 0
            for digit in group.dropLast(padding) {
                guard let digit = values[digit] else { return nil }
                value = value << 6 | digit
            }
            value <<= UInt32(6 * padding)
            // The bits that padding cuts off must be zero.
            guard value & ((1 << UInt32(8 * padding)) - 1) == 0 else { return nil }
            for byte in 0..<3 - padding {
                bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(16 - 8 * byte)))
            }
        }
        return bytes
    }
}
