import HibariSupport

/// How Python prints values.
enum JinjaText {
    /// Python's `str()`; nil for what has no text here.
    static func string(_ value: JinjaValue) -> String? {
        switch value {
        case .undefined: ""
        case .string(let text): text
        default: representation(value)
        }
    }

    /// Python's `repr()`; nil for what has no text here.
    static func representation(_ value: JinjaValue) -> String? {
        switch value {
        case .undefined: "Undefined"
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): "\(value)"
        case .number(let value): float(value)
        case .string(let text): quotedAsPython(text)
        case .list(let items): joined(items.items).map { "[\($0)]" }
        case .tuple(let items): joined(items.items).map { "(\($0)\(items.count == 1 ? "," : ""))" }
        case .dictionary(let value):
            all(zip(value.keys, value.values)) { key, value in
                representation(key).flatMap { key in representation(value).map { "\(key): \($0)" } }
            }.map { "{\($0)}" }
        default: nil
        }
    }

    private static func joined(_ items: [JinjaValue]) -> String? { all(items, representation) }

    private static func all<Items: Sequence>(_ items: Items, _ text: (Items.Element) -> String?) -> String? {
        var parts: [String] = []
        for item in items {
            guard let part = text(item) else { return nil }
            parts.append(part)
        }
        return parts.joined(separator: ", ")
    }

    /// The fewest digits that read back as the same number; an exponent from 1e16 up and below 1e-4.
    static func float(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        let (digits, exponent) = decimalDigits(abs(value))
        if exponent < -4 || exponent >= 16 {
            let fraction = digits.dropFirst()
            let size = abs(exponent)
            return "\(sign)\(digits.first ?? "0")\(fraction.isEmpty ? "" : "." + fraction)"
                + "e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
        }
        if exponent < 0 { return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(digits)" }
        let padded = digits + String(repeating: "0", count: max(0, exponent + 2 - digits.count))
        return "\(sign)\(padded.prefix(exponent + 1)).\(padded.dropFirst(exponent + 1))"
    }

    /// The shortest digits without zeros at their ends, and the power of ten of the first.
    private static func decimalDigits(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e", maxSplits: 1)
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count - 1
        var digits = (mantissa[0] + fraction)[...]
        while digits.first == "0" {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == "0", digits.count > 1 { digits.removeLast() }
        return (String(digits), exponent)
    }

    /// Single quotes, unless the text has those and no double ones; what cannot be printed is escaped.
    private static func quotedAsPython(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String(Character(quote))
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else if scalar.value < 0x100 {
                    result += "\\x" + hexadecimal(scalar.value, digits: 2)
                } else if scalar.value < 0x10000 {
                    result += "\\u" + hexadecimal(scalar.value, digits: 4)
                } else {
                    result += "\\U" + hexadecimal(scalar.value, digits: 8)
                }
            }
        }
        result.unicodeScalars.append(quote)
        return result
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}

/// In lower case, with zeros in front.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
