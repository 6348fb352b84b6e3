/// What stands inside `{{ }}` and `{% %}`.
extension JinjaLexer {
    private static let longMarks = ["**", "//", "==", "!=", ">=", "<="]
    private static let shortMarks = Set("+-*/%~[](){}><=.:|,;".unicodeScalars)
    private static let closing: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

    /// Reads up to the closing mark; inside brackets it does not count, so that `{{ {"a": {}} }}` is what it looks like.
    mutating func readWords(
        start: JinjaToken.Kind, end: JinjaToken.Kind, from place: Int
    ) throws(JinjaError) {
        add(start, at: place)
        let isOutput = start == .outputStart
        var brackets: [Unicode.Scalar] = []
        while true {
            skipSpace()
            let place = position
            if brackets.isEmpty, closes(isOutput ? "}" : "%", "}", trimsLine: !isOutput) {
                return add(end, at: place)
            }
            guard let scalar = scalar(at: position) else {
                throw failure("\(isOutput ? "{{ is not closed by }}" : "{% is not closed by %}")", at: place)
            }
            if Self.isDigit(scalar) {
                try readNumber()
            } else if scalar == "_" || scalar.properties.isXIDStart {
                readName()
            } else if scalar == "\"" || scalar == "'" {
                try readString()
            } else {
                try readMark(&brackets)
            }
        }
    }

    private mutating func readMark(_ brackets: inout [Unicode.Scalar]) throws(JinjaError) {
        let scalar = source[position]
        if let close = Self.closing[scalar] {
            brackets.append(close)
        } else if [")", "]", "}"].contains(scalar) {
            guard brackets.popLast() == scalar else {
                throw failure("'\(scalar)' closes nothing", at: position)
            }
        }
        let two = String(source[position..<min(position + 2, source.count)])
        if Self.longMarks.contains(two) {
            add(.mark(two), at: position)
            position += 2
        } else if Self.shortMarks.contains(scalar) {
            add(.mark(String(Character(scalar))), at: position)
            position += 1
        } else {
            throw failure("'\(scalar)' is no part of an expression", at: position)
        }
    }

    private mutating func readName() {
        let start = position
        while let scalar = scalar(at: position), scalar.properties.isXIDContinue { position += 1 }
        add(.name(String(source[start..<position])), at: start)
    }

    // MARK: Numbers

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private mutating func readNumber() throws(JinjaError) {
        let start = position
        if scalar(at: start) == "0", let letter = scalar(at: start + 1),
            let radix = ["x": 16, "o": 8, "b": 2][String(Character(letter)).lowercased()]
        {
            position += 2
            while let scalar = scalar(at: position),
                scalar == "_" || Character(scalar).hexDigitValue.map({ $0 < radix }) == true && scalar.isASCII
            {
                position += 1
            }
            return try addInteger(from: start, digits: start + 2, radix: radix)
        }
        skipDigits()
        let isAfterDot = start > 0 && source[start - 1] == "."
        let end = position
        if !isAfterDot {
            if scalar(at: position) == ".", scalar(at: position + 1).map(Self.isDigit) == true {
                position += 1
                skipDigits()
            }
            skipExponent()
        }
        if position == end { return try addInteger(from: start, digits: start, radix: 10) }
        let text = String(source[start..<position].filter { $0 != "_" })
        guard let value = Double(text) else { throw failure("'\(text)' is no number", at: start) }
        add(.number(value), at: start)
    }

    private mutating func skipDigits() {
        while let scalar = scalar(at: position) {
            let isSeparator = scalar == "_" && self.scalar(at: position + 1).map(Self.isDigit) == true
            if !Self.isDigit(scalar), !isSeparator { return }
            position += 1
        }
    }

    private mutating func skipExponent() {
        guard let letter = scalar(at: position), letter == "e" || letter == "E" else { return }
        var place = position + 1
        if let sign = scalar(at: place), sign == "+" || sign == "-" { place += 1 }
        guard scalar(at: place).map(Self.isDigit) == true else { return }
        position = place
        skipDigits()
    }

    private mutating func addInteger(from start: Int, digits: Int, radix: Int) throws(JinjaError) {
        let text = String(source[digits..<position].filter { $0 != "_" })
        if radix == 10, text.utf8.count > 1, text.utf8.first == UInt8(ascii: "0"),
            text.utf8.contains(where: { $0 != UInt8(ascii: "0") })
        {
            throw failure("the integer '\(text)' begins with a zero", at: start)
        }
        guard let value = Int(text, radix: radix) else {
            throw failure("the integer '\(text)' is malformed or beyond 64 bits", at: start)
        }
        add(.integer(value), at: start)
    }

    // MARK: Strings

    private mutating func readString() throws(JinjaError) {
        let start = position
        let quote = source[position]
        position += 1
        var text = String.UnicodeScalarView()
        while let scalar = scalar(at: position), scalar != quote {
            if scalar == "\\" {
                try readEscape(into: &text)
            } else {
                text.append(scalar)
                position += 1
            }
        }
        guard position < source.count else {
            throw failure("the string is not closed by \(quote)", at: start)
        }
        position += 1
        add(.string(String(text)), at: start)
    }

    /// The escapes of Python; a backslash before any other character stands for itself.
    private mutating func readEscape(into text: inout String.UnicodeScalarView) throws(JinjaError) {
        let start = position
        guard let letter = scalar(at: start + 1) else { throw failure("the string is not closed", at: start) }
        position += 2
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}",
            "f": "\u{C}", "v": "\u{B}",
        ]
        if let scalar = plain[letter] {
            text.append(scalar)
        } else if letter == "\n" {
            return  // A line that goes on.
        } else if let count = ["x": 2, "u": 4, "U": 8][letter] {
            text.append(try readCode(digits: count, radix: 16, least: count, from: start))
        } else if ("0"..."7").contains(letter) {
            position -= 1
            text.append(try readCode(digits: 3, radix: 8, least: 1, from: start))
        } else if letter == "N" {
            throw JinjaError.unsupported(
                template: template, line: 1 + source[..<start].count { $0 == "\n" },
                construct: "the escape \\N in a string")
        } else {
            text.append("\\")
            text.append(letter)
        }
    }

    private mutating func readCode(
        digits: Int, radix: UInt32, least: Int, from start: Int
    ) throws(JinjaError) -> Unicode.Scalar {
        var (code, count): (UInt32, Int) = (0, 0)
        while count < digits, let scalar = scalar(at: position), scalar.isASCII,
            let digit = Character(scalar).hexDigitValue, digit < Int(radix)
        {
            code = code &* radix &+ UInt32(digit)
            position += 1
            count += 1
        }
        guard count >= least, let scalar = Unicode.Scalar(code) else {
            throw failure("the escape in the string names no character", at: start)
        }
        return scalar
    }
}
