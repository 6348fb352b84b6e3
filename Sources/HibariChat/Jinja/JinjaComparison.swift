/// Python's `==`: numbers of all kinds compare by value, lists and tuples are never equal.
func areEqual(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): true
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
        a === b || a.count == b.count && zip(a.items, b.items).allSatisfy(areEqual)
    case (.dictionary(let a), .dictionary(let b)): a === b || haveEqualEntries(a, b)
    case (.iterator(let a), .iterator(let b)), (.namespace(let a), .namespace(let b)),
        (.macro(let a), .macro(let b)):
        a == b
    case (.function(let a), .function(let b)): a == b
    default:
        if let a = left.int, let b = right.int {
            a == b
        } else if let a = left.double, let b = right.double {
            a == b
        } else {
            false
        }
    }
}

private func haveEqualEntries(_ a: JinjaDictionary, _ b: JinjaDictionary) -> Bool {
    a.count == b.count
        && zip(a.keys, a.values).allSatisfy { key, value in
            JinjaKey(key).flatMap { b[$0] }.map { areEqual($0, value) } ?? false
        }
}

/// Python's `<`: numbers, strings by code points, lists and tuples element by element; nothing else has an order.
func isLess(_ left: JinjaValue, _ right: JinjaValue) throws(JinjaProblem) -> Bool {
    switch (left, right) {
    case (.string(let a), .string(let b)):
        // The order of UTF-8 is that of the code points.
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
        for (x, y) in zip(a.items, b.items) where !areEqual(x, y) { return try isLess(x, y) }
        return a.count < b.count
    default:
        if let a = left.int, let b = right.int { return a < b }
        if let a = left.double, let b = right.double { return a < b }
        throw .failed("\(left.kind) and \(right.kind) have no order; compare numbers or strings")
    }
}

/// The values in order, those that are equal as they stood; `key` gives what is compared.
func sorted(
    _ items: [JinjaValue], descending: Bool, by key: (JinjaValue) throws(JinjaProblem) -> JinjaValue
) throws(JinjaProblem) -> [JinjaValue] {
    var keyed: [(key: JinjaValue, item: JinjaValue)] = []
    for item in items { keyed.append((try key(item), item)) }
    do {
        // Stable, as Python's; descending keeps the order of equal elements as well.
        return try keyed.sorted { descending ? try isLess($1.key, $0.key) : try isLess($0.key, $1.key) }
            .map(\.item)
    } catch {
        throw (error as? JinjaProblem) ?? .failed("\(error)")
    }
}
