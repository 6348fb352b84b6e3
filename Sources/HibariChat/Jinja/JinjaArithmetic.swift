import Glibc

/// Arithmetic and comparisons, as Python's; integers have 64 bits and do not wrap around.
extension JinjaEvaluator {
    func arithmetic(
        _ symbol: JinjaOperator, _ left: JinjaValue, _ right: JinjaValue
    ) throws(JinjaProblem) -> JinjaValue {
        if let a = left.int, let b = right.int { return try integers(symbol, a, b) }
        if let a = left.double, let b = right.double { return try numbers(symbol, a, b) }
        switch (symbol, left, right) {
        case (.add, .string(let a), .string(let b)): return try makeString(a + b)
        case (.add, .list(let a), .list(let b)): return try makeList(a.items + b.items)
        case (.add, .tuple(let a), .tuple(let b)): return try makeTuple(a.items + b.items)
        case (.multiply, _, _):
            if let count = right.int { return try repeated(left, count) }
            if let count = left.int { return try repeated(right, count) }
        case (.remainder, .string, _): throw .unsupported("formatting a string with %")
        default: break
        }
        throw .failed("\(symbol.rawValue) cannot take \(described(left)) and \(described(right))")
    }

    private func repeated(_ value: JinjaValue, _ count: Int) throws(JinjaProblem) -> JinjaValue {
        let count = max(count, 0)
        func total(_ size: Int) throws(JinjaProblem) {
            let (product, overflow) = size.multipliedReportingOverflow(by: count)
            try charge(overflow ? Int.max : product)
        }
        switch value {
        case .string(let text):
            try total(1 + text.utf8.count / 16)
            return .string(String(repeating: text, count: count))
        case .list(let items):
            try total(1 + items.count)
            return try makeList(Array(repeatElement(items.items, count: count).joined()))
        case .tuple(let items):
            try total(1 + items.count)
            return try makeTuple(Array(repeatElement(items.items, count: count).joined()))
        default: throw .failed("* cannot repeat \(described(value))")
        }
    }

    func negated(_ value: JinjaValue) throws(JinjaProblem) -> JinjaValue {
        if let number = value.int { return try integers(.subtract, 0, number) }
        guard let number = value.double else { throw .failed("- needs a number, not \(described(value))") }
        return .number(-number)
    }

    private func integers(_ symbol: JinjaOperator, _ a: Int, _ b: Int) throws(JinjaProblem) -> JinjaValue {
        let (result, overflow): (Int, Bool)
        switch symbol {
        case .add: (result, overflow) = a.addingReportingOverflow(b)
        case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
        case .divide: return try numbers(.divide, Double(a), Double(b))
        case .power:
            if b < 0 { return try numbers(.power, Double(a), Double(b)) }
            (result, overflow) = power(a, b)
        case .floorDivide, .remainder:
            if b == 0 { throw .failed("division by zero") }
            // The remainder has the sign of the divisor.
            let (quotient, overflows) = a.dividedReportingOverflow(by: b)
            let rest = overflows ? 0 : a % b
            let isBelow = rest != 0 && (rest < 0) != (b < 0)
            (result, overflow) =
                symbol == .remainder
                ? (isBelow ? rest + b : rest, false) : (isBelow ? quotient - 1 : quotient, overflows)
        }
        if overflow { throw .limit("\(a) \(symbol.rawValue) \(b) is beyond 64 bits") }
        return .integer(result)
    }

    private func power(_ base: Int, _ exponent: Int) -> (Int, Bool) {
        if base == 0 || base == 1 { return (exponent == 0 ? 1 : base, false) }
        if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
        var (result, overflow) = (1, false)
        // Any other base overflows within 64 steps.
        for _ in 0..<exponent {
            (result, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { break }
        }
        return (result, overflow)
    }

    private func numbers(_ symbol: JinjaOperator, _ a: Double, _ b: Double) throws(JinjaProblem) -> JinjaValue
    {
        switch symbol {
        case .add: return .number(a + b)
        case .subtract: return .number(a - b)
        case .multiply: return .number(a * b)
        case .power:
            if a == 0, b < 0 { throw .failed("zero to a negative power") }
            let result = pow(a, b)
            if result.isNaN, !a.isNaN, !b.isNaN { throw .unsupported("a complex number (\(a) ** \(b))") }
            return .number(result)
        case .divide, .floorDivide, .remainder:
            if b == 0 { throw .failed("division by zero") }
            if symbol == .divide { return .number(a / b) }
            var rest = fmod(a, b)
            let isBelow = rest != 0 && (rest < 0) != (b < 0)
            if symbol == .floorDivide { return .number(((a - rest) / b - (isBelow ? 1 : 0)).rounded()) }
            if rest == 0 { rest = b < 0 ? -0.0 : 0 }
            return .number(isBelow ? rest + b : rest)
        }
    }

    // MARK: Comparisons

    func comparison(
        _ left: JinjaExpression, _ comparisons: [JinjaExpression.Comparison]
    ) throws(JinjaProblem) -> JinjaValue {
        var value = try evaluate(left)
        for comparison in comparisons {
            let right = try evaluate(comparison.right)
            if try !holds(comparison.relation, value, right) { return .bool(false) }
            value = right
        }
        return .bool(true)
    }

    func holds(
        _ relation: JinjaRelation, _ left: JinjaValue, _ right: JinjaValue
    ) throws(JinjaProblem) -> Bool {
        switch relation {
        case .contained: return try contains(right, left)
        case .notContained: return try !contains(right, left)
        default: try charge(min(left.weight, right.weight))
        }
        switch relation {
        case .equal: return areEqual(left, right)
        case .notEqual: return !areEqual(left, right)
        default: break
        }
        for side in [left, right] {
            if case .undefined(let what) = side {
                throw .failed("\(what) is undefined, so it cannot be compared by \(relation.rawValue)")
            }
        }
        let isNaN = left.double?.isNaN == true || right.double?.isNaN == true
        switch relation {
        case .less: return try isLess(left, right)
        case .greater: return try isLess(right, left)
        case .lessOrEqual: return try !isLess(right, left) && !isNaN
        default: return try !isLess(left, right) && !isNaN
        }
    }

    private func contains(_ container: JinjaValue, _ value: JinjaValue) throws(JinjaProblem) -> Bool {
        switch container {
        case .string(let text):
            guard let part = value.string else {
                throw .failed("'in' a string needs a string, not \(described(value))")
            }
            try charge(bytes: text.utf8.count)
            return text.pythonFind(part) != nil
        case .dictionary(let dictionary): return JinjaKey(value).flatMap { dictionary[$0] } != nil
        default:
            for item in try elements(of: container, in: "'in'") {
                try charge(min(item.weight, value.weight))
                if areEqual(item, value) { return true }
            }
            return false
        }
    }
}
