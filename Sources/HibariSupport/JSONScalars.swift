// MARK: Numbers

extension JSONParser {
    mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = index
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }

        // Accumulated below zero, where the range of Int reaches one further.
        var integer = 0
        var fits = true
        let firstDigit = index
        while let digit = digit(at: index) {
            let (product, overflow) = integer.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = product.subtractingReportingOverflow(digit)
            fits = fits && !overflow && !overflow2
            integer = sum
            index += 1
            if firstDigit == index - 1, digit == 0 { break }
        }
        if index == firstDigit { throw .invalidNumber(offset: index) }

        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            try skipDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            try skipDigits()
        }
        if isInteger, fits, isNegative || integer != Int.min {
            return .integer(isNegative ? integer : -integer)
        }
        guard let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)), value.isFinite else {
            throw .numberOutOfRange(offset: start)
        }
        return .number(value)
    }

    private mutating func skipDigits() throws(JSONError) {
        guard digit(at: index) != nil else { throw .invalidNumber(offset: index) }
        while digit(at: index) != nil { index += 1 }
    }

    private func digit(at index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        let value = bytes[index] &- UInt8(ascii: "0")
        return value < 10 ? Int(value) : nil
    }
}

// MARK: Strings

extension JSONParser {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// At the opening quote; ends after the closing one.
    mutating func parseString() throws(JSONError) -> String {
        index += 1
        let start = index
        try skipPlainBytes()
        if bytes[index] == Self.quote {
            defer { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var text = Array(bytes[start..<index])
        while bytes[index] == Self.backslash {
            try parseEscape(into: &text)
            let plain = index
            try skipPlainBytes()
            text.append(contentsOf: bytes[plain..<index])
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlainBytes() throws(JSONError) {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == Self.quote || byte == Self.backslash { return }
            if byte < 0x20 { throw .controlCharacter(byte, offset: index) }
            index += 1
        }
        throw .unexpectedEnd(offset: index, expected: "the closing '\"'")
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = index
        guard index + 1 < bytes.count else {
            throw .unexpectedEnd(offset: bytes.count, expected: "an escape")
        }
        let kind = bytes[index + 1]
        index += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: try parseUnicodeEscape(from: start).utf8)
        default: throw .invalidEscape(offset: start)
        }
    }

    /// Behind `\u`; `start` is the offset of the backslash.
    private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) -> String {
        var code = try parseHex4(from: start)
        if (0xD800..<0xDC00).contains(code) {
            guard index + 1 < bytes.count, bytes[index] == Self.backslash,
                bytes[index + 1] == UInt8(ascii: "u")
            else { throw .loneSurrogate(offset: start) }
            index += 2
            let low = try parseHex4(from: index - 2)
            guard (0xDC00..<0xE000).contains(low) else { throw .loneSurrogate(offset: start) }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .loneSurrogate(offset: start) }
        return String(Character(scalar))
    }

    private mutating func parseHex4(from start: Int) throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count else {
            throw .unexpectedEnd(offset: bytes.count, expected: "four hex digits")
        }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue, bytes[index] < 0x80
            else {
                throw .invalidEscape(offset: start)
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }
}
