import Glibc

/// The filters that make numbers.
extension JinjaEvaluator {
    /// Python's `int()` of a number or a text, cut off toward zero; `default` for what is none.
    func integer(of value: JinjaValue, _ arguments: [JinjaValue?]) throws(JinjaProblem) -> JinjaValue {
        let initial = arguments[0] ?? .integer(0)
        let base = try whole(arguments[1] ?? .integer(10), "the filter 'int'")
        switch value {
        case .undefined(let what): throw .failed("the filter 'int': \(what) is undefined")
        case .number(let number): return try Self.cutOff(number).map { .integer($0) } ?? initial
        case .string(let text):
            if let number = try Self.integer(text, base: base) { return .integer(number) }
            guard let number = Self.number(text), number.isFinite else { return initial }
            return try Self.cutOff(number).map { .integer($0) } ?? initial
        default: return value.int.map { .integer($0) } ?? initial
        }
    }

    /// Nil for NaN.
    private static func cutOff(_ number: Double) throws(JinjaProblem) -> Int? {
        if number.isNaN { return nil }
        guard let integer = Int(exactly: number.rounded(.towardZero)) else {
            throw .limit("the filter 'int': \(number) is beyond 64 bits")
        }
        return integer
    }

    private static func integer(_ text: String, base: Int) throws(JinjaProblem) -> Int? {
        guard base == 0 || (2...36).contains(base) else {
            throw .failed("the filter 'int': there is no base \(base)")
        }
        var digits = text.stripped()[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits.removeFirst() }
        var radix = base
        for (prefix, value) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.lowercased().hasPrefix(prefix)
        {
            if base == 0 || base == value {
                radix = value
                digits = digits.dropFirst(2)
            }
        }
        guard let plain = withoutSeparators(digits), let first = plain.first, first != "-", first != "+"
        else {
            return nil
        }
        if let number = Int((isNegative ? "-" : "") + plain, radix: radix == 0 ? 10 : radix) { return number }
        if plain.allSatisfy(\.isNumber) {
            throw .limit("the filter 'int': \(plain.prefix(30)) is beyond 64 bits")
        }
        return nil
    }

    /// Python's `float()` of a text.
    static func number(_ text: String) -> Double? {
        let stripped = text.stripped()
        guard stripped.utf8.allSatisfy({ $0 != UInt8(ascii: "x") && $0 != UInt8(ascii: "X") }),
            !stripped.contains("("), let plain = withoutSeparators(stripped[...])
        else { return nil }
        return Double(plain)
    }

    /// Without the underscores between digits; nil if one stands elsewhere.
    private static func withoutSeparators(_ text: Substring) -> String? {
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool {
            bytes.indices.contains(index) && Character(Unicode.Scalar(bytes[index])).isHexDigit
        }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            if !isDigit(index - 1) || !isDigit(index + 1) { return nil }
        }
        return String(text.filter { $0 != "_" })
    }

    /// Half goes to the even digit, as Python's `round`; `ceil` and `floor` by powers of ten, as Jinja's.
    func rounded(_ value: JinjaValue, _ arguments: [JinjaValue?]) throws(JinjaProblem) -> JinjaValue {
        let callee = "the filter 'round'"
        let precision = try whole(arguments[0] ?? .integer(0), callee)
        let method = (arguments[1] ?? .string("common")).string
        guard let number = value.double else {
            throw .failed("\(callee) needs a number, not \(described(value))")
        }
        let scale = pow(10, Double(precision))
        switch method {
        case "ceil": return .number((number * scale).rounded(.up) / scale)
        case "floor": return .number((number * scale).rounded(.down) / scale)
        case "common": break
        default: throw .failed("\(callee): the method is 'common', 'ceil' or 'floor'")
        }
        if let integer = value.int {
            if precision < 0 { throw .unsupported("rounding a whole number to tens") }
            return .integer(integer)
        }
        if precision < 0 { return .number((number * scale).rounded(.toNearestOrEven) / scale) }
        // The decimal that the C library writes is exact, so a half is really one.
        if precision > 300 || !number.isFinite { return value }
        var buffer = [CChar](repeating: 0, count: 700)
        let count = withVaList([Int32(precision), number]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
        let text = String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return .number(Double(text) ?? number)
    }
}
