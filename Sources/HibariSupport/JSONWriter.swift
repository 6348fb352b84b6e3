extension JSONValue {
    /// The UTF-8 of the value.
    ///
    /// Characters outside ASCII stand for themselves and numbers have the fewest digits that read back as the
    /// same value. A number that is not finite becomes `null`, as JSON has no word for it.
    /// - Parameter pretty: an indent of two spaces and a line per member, as Python's `json.dumps(value,
    ///   indent=2, ensure_ascii=False)`; otherwise no white space at all.
    public func bytes(pretty: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        append(to: &output, pretty: pretty, depth: 0)
        return output
    }

    /// As `bytes(pretty:)`, as a string.
    public func text(pretty: Bool = false) -> String {
        String(decoding: bytes(pretty: pretty), as: UTF8.self)
    }

    private func append(to output: inout [UInt8], pretty: Bool, depth: Int) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: value.description.utf8)
        case .number(let value): output.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let value): appendJSONString(value, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (position, value) in values.enumerated() {
                appendSeparator(to: &output, isFirst: position == 0, pretty: pretty, depth: depth + 1)
                value.append(to: &output, pretty: pretty, depth: depth + 1)
            }
            if pretty, !values.isEmpty { appendLineBreak(to: &output, depth: depth) }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for (position, (key, value)) in object.enumerated() {
                appendSeparator(to: &output, isFirst: position == 0, pretty: pretty, depth: depth + 1)
                appendJSONString(key, to: &output)
                output.append(UInt8(ascii: ":"))
                if pretty { output.append(UInt8(ascii: " ")) }
                value.append(to: &output, pretty: pretty, depth: depth + 1)
            }
            if pretty, !object.isEmpty { appendLineBreak(to: &output, depth: depth) }
            output.append(UInt8(ascii: "}"))
        }
    }
}

private func appendSeparator(to output: inout [UInt8], isFirst: Bool, pretty: Bool, depth: Int) {
    if !isFirst { output.append(UInt8(ascii: ",")) }
    if pretty { appendLineBreak(to: &output, depth: depth) }
}

private func appendLineBreak(to output: inout [UInt8], depth: Int) {
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
}

/// Appends `text` in double quotes with the escapes JSON asks for and no others.
func appendJSONString(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x08: output.append(contentsOf: "\\b".utf8)
        case 0x0C: output.append(contentsOf: "\\f".utf8)
        case 0x0A: output.append(contentsOf: "\\n".utf8)
        case 0x0D: output.append(contentsOf: "\\r".utf8)
        case 0x09: output.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            output.append(contentsOf: "\\u00".utf8)
            output.append(contentsOf: [hexDigit(byte >> 4), hexDigit(byte & 15)])
        default: output.append(byte)
        }
    }
    output.append(UInt8(ascii: "\""))
}
