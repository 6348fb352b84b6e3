import HibariSupport

extension JinjaValue {
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let values): self = .list(JinjaSequence(values.map { JinjaValue($0) }))
        case .object(let object):
            self = .dictionary(JinjaDictionary(object.map { (JinjaKey($0.key), JinjaValue($0.value)) }))
        }
    }
}

/// Writes JSON as Python's `json.dumps` does, which the filter `tojson` of transformers is.
struct JinjaJSONWriter {
    /// What a level is indented by; nil for everything on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    var escapesNonASCII = false

    private(set) var text = ""

    init() {}

    mutating func write(_ value: JinjaValue, level: Int = 0) throws(JinjaProblem) {
        switch value {
        case .none: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += Self.number(value)
        case .string(let value): write(string: value)
        case .list(let items), .tuple(let items):
            text += "["
            for (index, item) in items.items.enumerated() {
                separate(isFirst: index == 0, level: level + 1)
                try write(item, level: level + 1)
            }
            close("]", isEmpty: items.isEmpty, level: level)
        case .dictionary(let dictionary):
            text += "{"
            for (index, (key, value)) in try entries(of: dictionary).enumerated() {
                separate(isFirst: index == 0, level: level + 1)
                write(string: key)
                text += keySeparator
                try write(value, level: level + 1)
            }
            close("}", isEmpty: dictionary.count == 0, level: level)
        default: throw .failed("tojson: \(value.kind) has no JSON")
        }
    }

    private func entries(
        of dictionary: JinjaDictionary
    ) throws(JinjaProblem) -> [(key: String, value: JinjaValue)] {
        var entries = Array(zip(dictionary.keys, dictionary.values))
        if sortsKeys {
            let order = try sorted(entries.indices.map { .integer($0) }, descending: false) {
                $0.int.map { entries[$0].0 } ?? $0
            }
            entries = order.compactMap(\.int).map { entries[$0] }
        }
        return entries.map { key, value in
            switch key {
            case .string(let text): (text, value)
            case .none: ("null", value)
            case .bool(let flag): (flag ? "true" : "false", value)
            case .number(let number): (Self.number(number), value)
            default: ("\(key.int ?? 0)", value)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return JinjaText.float(value)
    }

    private mutating func separate(isFirst: Bool, level: Int) {
        if !isFirst { text += itemSeparator }
        breakLine(level)
    }

    private mutating func close(_ bracket: String, isEmpty: Bool, level: Int) {
        if !isEmpty { breakLine(level) }
        text += bracket
    }

    private mutating func breakLine(_ level: Int) {
        guard let indent else { return }
        text += "\n" + String(repeating: indent, count: level)
    }

    private mutating func write(string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            default:
                if scalar.value < 0x20 || scalar.value > 0x7E && escapesNonASCII {
                    for unit in String(Character(scalar)).utf16 {
                        text += "\\u" + hexadecimal(UInt32(unit), digits: 4)
                    }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
