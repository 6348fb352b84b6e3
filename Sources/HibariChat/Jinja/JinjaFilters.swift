/// The filters after `|`.
enum JinjaFilter: String, CaseIterable, Sendable {
    // Texts.
    case trim, upper, lower, title, capitalize, replace, indent, string, safe, e, escape
    // Sequences.
    case length, count, join, first, last, list, reverse, sort, unique, items, dictsort
    case map, select, reject, selectattr, rejectattr
    // Values.
    case `default`, d, tojson, int, float, round, abs
}

extension JinjaEvaluator {
    func filter(_ name: String, _ value: JinjaValue, _ call: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        guard let filter = JinjaFilter(rawValue: name) else { throw .unsupported("the filter '\(name)'") }
        let callee = "the filter '\(name)'"
        try charge(value.weight)
        switch filter {
        case .trim, .upper, .lower, .title, .capitalize, .replace, .indent, .string, .safe, .e, .escape:
            return try filterText(filter, value, call, callee)
        case .length, .count, .join, .first, .last, .list, .reverse, .sort, .unique, .items, .dictsort:
            return try filterSequence(filter, value, call, callee)
        case .map: return try map(value, call)
        case .select, .reject, .selectattr, .rejectattr:
            return try select(
                value, call, keeps: filter == .select || filter == .selectattr,
                byAttribute: filter == .selectattr || filter == .rejectattr)
        case .default, .d:
            let arguments = try call.bound(["default_value", "boolean"], to: callee)
            let isReplaced = value.isUndefined || arguments[1]?.isTrue == true && !value.isTrue
            return isReplaced ? arguments[0] ?? .string("") : value
        case .tojson: return try json(of: value, call)
        case .int: return try integer(of: value, try call.bound(["default", "base"], to: callee))
        case .float:
            let initial = try call.bound(["default"], to: callee)[0] ?? .number(0)
            if case .undefined(let what) = value { throw .failed("\(callee): \(what) is undefined") }
            if let text = value.string { return Self.number(text).map { .number($0) } ?? initial }
            return value.double.map { .number($0) } ?? initial
        case .round: return try rounded(value, try call.bound(["precision", "method"], to: callee))
        case .abs:
            _ = try call.bound([], to: callee)
            if let number = value.int {
                if number == Int.min { throw .limit("the absolute value is beyond 64 bits") }
                return .integer(Swift.abs(number))
            }
            guard let number = value.double else {
                throw .failed("\(callee) needs a number, not \(described(value))")
            }
            return .number(Swift.abs(number))
        }
    }

    // MARK: Texts

    private func filterText(
        _ filter: JinjaFilter, _ value: JinjaValue, _ call: JinjaCall, _ callee: String
    ) throws(JinjaProblem) -> JinjaValue {
        if filter == .indent {
            return try indented(value, try call.bound(["width", "first", "blank"], to: callee))
        }
        let text = try self.text(of: value)
        switch filter {
        case .trim:
            let characters = try call.bound(["chars"], to: callee)[0]
            if let characters, !characters.isNone, characters.string == nil {
                throw .failed("\(callee) needs a string, not \(described(characters))")
            }
            return try makeString(text.stripped(characters?.string))
        case .replace:
            let arguments = try call.bound(["old", "new", "count"], to: callee)
            guard let old = arguments[0], let new = arguments[1] else {
                throw .failed("\(callee) needs what to replace and by what")
            }
            let count = arguments[2] ?? .none
            return try replacing(
                text, try self.text(of: old), try self.text(of: new),
                limit: count.isNone ? -1 : try whole(count, callee))
        default: break
        }
        _ = try call.bound([], to: callee)
        switch filter {
        case .upper: return try makeString(text.uppercased())
        case .lower: return try makeString(text.lowercased())
        case .title: return try makeString(text.jinjaTitle)
        case .capitalize: return try makeString(text.pythonCapitalized)
        case .e, .escape:
            return try makeString(
                [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")]
                    .reduce(text) { $0.pythonReplacing($1.0, with: $1.1) })
        default: return try makeString(text)
        }
    }

    /// Every line but the first, unless that is asked for, and no empty ones, unless these are.
    private func indented(_ value: JinjaValue, _ arguments: [JinjaValue?]) throws(JinjaProblem) -> JinjaValue
    {
        guard let text = value.string else {
            throw .failed("the filter 'indent' needs a string, not \(described(value))")
        }
        let width = arguments[0] ?? .integer(4)
        var indention = width.string ?? ""
        if width.string == nil {
            let count = try whole(width, "the filter 'indent'")
            try charge(max(0, count))
            indention = String(repeating: " ", count: max(0, count))
        }
        var lines = (text + "\n").pythonLines
        try charge(saturatingProduct(lines.count, indention.utf8.count) / 16)
        for index in lines.indices.dropFirst() where !lines[index].isEmpty || arguments[2]?.isTrue == true {
            lines[index] = indention + lines[index]
        }
        return try makeString((arguments[1]?.isTrue == true ? indention : "") + lines.joined(separator: "\n"))
    }

    // MARK: JSON

    private func json(of value: JinjaValue, _ call: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        let arguments = try call.bound(
            ["ensure_ascii", "indent", "separators", "sort_keys"], to: "the filter 'tojson'")
        var writer = JinjaJSONWriter()
        writer.escapesNonASCII = arguments[0]?.isTrue == true
        writer.sortsKeys = arguments[3]?.isTrue == true
        if let indent = arguments[1], !indent.isNone {
            writer.indent = indent.string ?? ""
            if indent.string == nil {
                let count = try whole(indent, "the filter 'tojson'")
                if count > 100 {
                    throw .limit("the filter 'tojson' indents by at most 100 spaces, not \(count)")
                }
                writer.indent = String(repeating: " ", count: max(0, count))
            }
            writer.itemSeparator = ","
            // Every element may stand on a line of its own, as deep as the value is.
            try charge(
                saturatingProduct(
                    value.weight, saturatingProduct(value.depth, writer.indent?.utf8.count ?? 0)) / 16)
        }
        if let separators = arguments[2], !separators.isNone {
            let parts = try elements(of: separators, in: "separators of 'tojson'").map(\.string)
            guard parts.count == 2, let item = parts[0], let key = parts[1] else {
                throw .failed("the filter 'tojson' needs two strings as separators")
            }
            try charge(saturatingProduct(value.weight, max(item.utf8.count, key.utf8.count)) / 16)
            (writer.itemSeparator, writer.keySeparator) = (item, key)
        }
        try writer.write(value)
        return try makeString(writer.text)
    }
}
