/// The filters on sequences.
extension JinjaEvaluator {
    func filterSequence(
        _ filter: JinjaFilter, _ value: JinjaValue, _ call: JinjaCall, _ callee: String
    ) throws(JinjaProblem) -> JinjaValue {
        switch filter {
        case .join:
            let arguments = try call.bound(["d", "attribute"], to: callee)
            var parts: [String] = []
            for item in try elements(of: value, in: callee) {
                let item =
                    try arguments[1].map { (path) throws(JinjaProblem) in try member(path, of: item) } ?? item
                parts.append(try text(of: item))
            }
            return try joined(parts, separator: try text(of: arguments[0] ?? .string("")))
        case .sort:
            let arguments = try call.bound(["reverse", "case_sensitive", "attribute"], to: callee)
            return try sort(value, arguments, callee)
        case .unique: return try unique(value, try call.bound(["case_sensitive", "attribute"], to: callee))
        case .dictsort:
            return try sortEntries(value, try call.bound(["case_sensitive", "by", "reverse"], to: callee))
        default: break
        }
        _ = try call.bound([], to: callee)
        switch filter {
        case .length, .count: return .integer(try count(of: value, callee))
        case .first:
            if case .iterator(let index) = value {
                return next(ofIterator: index) ?? .undefined(what: "the first of no elements")
            }
            return try elements(of: value, in: callee).first ?? .undefined(what: "the first of no elements")
        case .last:
            if case .iterator = value { throw .failed("\(callee) needs a list; put '| list' before it") }
            return try elements(of: value, in: callee).last ?? .undefined(what: "the last of no elements")
        case .list: return try makeList(try elements(of: value, in: callee))
        case .reverse:
            if case .string(let text) = value {
                return try makeString(String(text.unicodeScalars.reversed()))
            }
            let items = Array(try elements(of: value, in: callee).reversed())
            if case .iterator = value { return try makeList(items) }
            return try makeIterator(items)
        default:
            switch value {
            case .undefined: return try makeIterator([])
            case .dictionary(let dictionary): return try makeIterator(dictionary.items)
            default: throw .failed("\(callee) needs a dict, not \(described(value))")
            }
        }
    }

    private func count(of value: JinjaValue, _ callee: String) throws(JinjaProblem) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text): return text.unicodeScalars.count
        case .list(let items), .tuple(let items): return items.count
        case .dictionary(let dictionary): return dictionary.count
        case .iterator: throw .failed("\(callee) needs a list; put '| list' before it")
        default: throw .failed("\(callee): \(value.kind) has no length")
        }
    }

    // MARK: Order

    private func lowercased(_ value: JinjaValue) -> JinjaValue {
        value.string.map { .string($0.lowercased()) } ?? value
    }

    private func sort(
        _ value: JinjaValue, _ arguments: [JinjaValue?], _ callee: String
    ) throws(JinjaProblem) -> JinjaValue {
        let isCaseSensitive = arguments[1]?.isTrue == true
        // Several members with commas between them.
        let paths = arguments[2].map { path in
            path.string.map { $0.pythonSplit(",").map { .string($0) } } ?? [path]
        }
        let items = try elements(of: value, in: callee)
        try chargeSorting(items)
        let sortedItems = try sorted(items, descending: arguments[0]?.isTrue == true) {
            (item) throws(JinjaProblem) in
            var keys: [JinjaValue] = []
            for path in paths ?? [] {
                let key = try member(path, of: item)
                keys.append(isCaseSensitive ? key : lowercased(key))
            }
            if paths == nil { return isCaseSensitive ? item : lowercased(item) }
            return .list(JinjaSequence(keys))
        }
        return try makeList(sortedItems)
    }

    private func chargeSorting(_ items: [JinjaValue]) throws(JinjaProblem) {
        let heaviest = items.lazy.map(\.weight).max() ?? 0
        let comparisons = saturatingProduct(items.count, 2 * (Int.bitWidth - items.count.leadingZeroBitCount))
        try charge(saturatingProduct(heaviest, comparisons) / 4)
    }

    private func sortEntries(
        _ value: JinjaValue, _ arguments: [JinjaValue?]
    ) throws(JinjaProblem) -> JinjaValue {
        guard case .dictionary(let dictionary) = value else {
            throw .failed("the filter 'dictsort' needs a dict, not \(described(value))")
        }
        let by = arguments[1] ?? .string("key")
        guard by.string == "key" || by.string == "value" else {
            throw .failed("the filter 'dictsort' sorts by 'key' or 'value'")
        }
        let items = dictionary.items
        try chargeSorting(items)
        let sortedItems = try sorted(items, descending: arguments[2]?.isTrue == true) {
            (item) throws(JinjaProblem) in
            let part = try element(.integer(by.string == "key" ? 0 : 1), of: item)
            return arguments[0]?.isTrue == true ? part : lowercased(part)
        }
        return try makeList(sortedItems)
    }

    private func unique(_ value: JinjaValue, _ arguments: [JinjaValue?]) throws(JinjaProblem) -> JinjaValue {
        var (seen, kept): (Set<JinjaKey>, [JinjaValue]) = ([], [])
        for item in try elements(of: value, in: "the filter 'unique'") {
            let part =
                try arguments[1].map { (path) throws(JinjaProblem) in try member(path, of: item) } ?? item
            guard let key = JinjaKey(arguments[0]?.isTrue == true ? part : lowercased(part)) else {
                throw .unsupported("the filter 'unique' on \(part.kind)")
            }
            if seen.insert(key).inserted { kept.append(item) }
        }
        return try makeIterator(kept)
    }

    // MARK: Choosing

    /// A member by a path such as `function.name`; parts that are numbers are indices.
    private func member(
        _ path: JinjaValue, of item: JinjaValue, initial: JinjaValue? = nil
    ) throws(JinjaProblem) -> JinjaValue {
        guard let text = path.string else { return try element(path, of: item) }
        var item = item
        for part in text.pythonSplit(".") {
            item = try element(Int(part).map { .integer($0) } ?? .string(part), of: item)
            if let initial, item.isUndefined { item = initial }
        }
        return item
    }

    /// `map(attribute="name")`, or `map("filter", …)`.
    func map(_ value: JinjaValue, _ call: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        let items = try elements(of: value, in: "the filter 'map'")
        var results: [JinjaValue] = []
        if call.positional.isEmpty {
            let arguments = try call.bound(["attribute", "default"], to: "the filter 'map'")
            guard let path = arguments[0] else {
                throw .failed("the filter 'map' needs a filter or attribute=")
            }
            for item in items {
                results.append(
                    try member(path, of: item, initial: arguments[1].flatMap { $0.isNone ? nil : $0 }))
            }
        } else {
            var rest = call
            guard let name = rest.positional.removeFirst().string else {
                throw .failed("the filter 'map' needs the name of a filter")
            }
            for item in items {
                try charge(1)
                results.append(try filter(name, item, rest))
            }
        }
        return try makeIterator(results)
    }

    /// The items, or those whose member, passes a test; without a test, those that are true.
    func select(
        _ value: JinjaValue, _ call: JinjaCall, keeps: Bool, byAttribute: Bool
    ) throws(JinjaProblem) -> JinjaValue {
        var rest = call
        var path: JinjaValue?
        if byAttribute {
            guard let first = rest.positional.first else {
                throw .failed("selectattr needs the name of a member")
            }
            path = first
            rest.positional.removeFirst()
        }
        var name: String?
        if let first = rest.positional.first {
            guard let text = first.string else { throw .failed("select needs the name of a test") }
            name = text
            rest.positional.removeFirst()
        }
        var kept: [JinjaValue] = []
        for item in try elements(of: value, in: "select") {
            try charge(1)
            let part = try path.map { (path) throws(JinjaProblem) in try member(path, of: item) } ?? item
            let passes =
                try name.map { (name) throws(JinjaProblem) in try test(name, part, rest) } ?? part.isTrue
            if passes == keeps { kept.append(item) }
        }
        return try makeIterator(kept)
    }
}
