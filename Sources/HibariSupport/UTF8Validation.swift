/// The offset of the first byte that is not part of a valid UTF-8 sequence, or nil if all are.
///
/// Strict: no overlong forms, no surrogates, nothing above U+10FFFF. A cut-off sequence is reported at its
/// start.
/// Source: The Unicode Standard, table 3-7.
public func firstInvalidUTF8(in bytes: UnsafeRawBufferPointer) -> Int? {
    let count = bytes.count
    var index = 0
    while index < count {
        // Eight ASCII bytes at a time: the usual case by far.
        if index + 8 <= count,
            bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
            continue
        }
        let length = sequenceLength(in: bytes, at: index)
        if length == 0 { return index }
        index += length
    }
    return nil
}

/// As above, for an array.
public func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { firstInvalidUTF8(in: $0) }
}

/// The character whose UTF-8 begins at `index` and the number of its bytes; nil if no valid sequence begins
/// there.
public func utf8Scalar(in bytes: Span<UInt8>, at index: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    let length = bytes.withUnsafeBytes { sequenceLength(in: $0, at: index) }
    if length == 0 { return nil }
    // The sequence is valid, so the lead byte has one more leading 1 than there are bytes after it.
    let lead = UInt32(bytes[index])
    var value = length == 1 ? lead : lead & (0x7F >> UInt32(length))
    for offset in stride(from: 1, to: length, by: 1) {
        value = value << 6 | UInt32(bytes[index + offset] & 0x3F)
    }
    return Unicode.Scalar(value).map { ($0, length) }
}

/// The length of the valid sequence that starts at `index`, 0 if there is none.
private func sequenceLength(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    let first = bytes[index]
    if first < 0x80 { return 1 }
    let second: ClosedRange<UInt8>
    let length: Int
    switch first {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for offset in stride(from: 2, to: length, by: 1) where bytes[index + offset] & 0xC0 != 0x80 {
        return 0
    }
    return length
}
