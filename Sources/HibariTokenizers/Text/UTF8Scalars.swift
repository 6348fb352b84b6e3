/// The scalars of valid UTF-8, each with the bytes it takes. What is not valid gives wrong scalars, but no trap.
struct UTF8Scalars: Sequence, IteratorProtocol {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    mutating func next() -> (value: UInt32, range: Range<Int>)? {
        guard position < bytes.endIndex else { return nil }
        let start = position
        let lead = bytes[start]
        let length = utf8Length(lead: lead)
        if length > bytes.endIndex - start {
            position = start + 1
            return (0xFFFD, start..<position)
        }
        var value = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
        for offset in start + 1..<start + length { value = value << 6 | UInt32(bytes[offset] & 0x3F) }
        position = start + length
        return (value, start..<position)
    }
}

/// The number of bytes of a character of valid UTF-8 that begins with `lead`.
func utf8Length(lead: UInt8) -> Int {
    switch lead {
    case 0xC0...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xFF: 4
    default: 1
    }
}

/// Appends the UTF-8 of a scalar value.
func appendUTF8(_ value: UInt32, to text: inout [UInt8]) {
    switch value {
    case 0..<0x80:
        text.append(UInt8(value))
    case 0x80..<0x800:
        text.append(UInt8(0xC0 | value >> 6))
        text.append(UInt8(0x80 | value & 0x3F))
    case 0x800..<0x1_0000:
        text.append(UInt8(0xE0 | value >> 12))
        text.append(UInt8(0x80 | value >> 6 & 0x3F))
        text.append(UInt8(0x80 | value & 0x3F))
    default:
        text.append(UInt8(0xF0 | value >> 18 & 0x07))
        text.append(UInt8(0x80 | value >> 12 & 0x3F))
        text.append(UInt8(0x80 | value >> 6 & 0x3F))
        text.append(UInt8(0x80 | value & 0x3F))
    }
}
