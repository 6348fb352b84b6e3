/// The ASCII of one hexadecimal digit, `value` in 0..<16.
func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
}

/// `value` in hexadecimal, lower case, with leading zeros to its full width.
public func hexadecimal(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: value.bitWidth / 4 - digits.utf8.count) + digits
}
