import HibariSupport

extension JinjaEvaluator {
    /// The value of an expression; its line and depth have been counted.
    func value(of expression: JinjaExpression) throws(JinjaProblem) -> JinjaValue {
        switch expression.kind {
        case .constant(let value): return value
        case .name(let name): return variable(name)
        case .list(let items): return try makeList(try values(of: items))
        case .tuple(let items): return try makeTuple(try values(of: items))
        case .dictionary(let entries):
            var pairs: [(key: JinjaValue, value: JinjaValue)] = []
            for entry in entries { pairs.append((try evaluate(entry.key), try evaluate(entry.value))) }
            return try makeDictionary(pairs)
        case .attribute(let base, let name): return try attribute(name, of: try evaluate(base))
        case .element(let base, let index):
            return try element(try evaluate(index), of: try evaluate(base))
        case .slice(let base, let start, let stop, let step):
            let value = try evaluate(base)
            return try slice(of: value, try bound(start), try bound(stop), try bound(step))
        case .call(let callee, let arguments):
            let function = try evaluate(callee)
            return try call(function, try evaluate(arguments))
        case .filter(let base, let name, let arguments):
            let value = try evaluate(base)
            return try filter(name, value, try evaluate(arguments))
        case .test(let base, let name, let arguments):
            let value = try evaluate(base)
            return .bool(try test(name, value, try evaluate(arguments)))
        case .negated(let base): return try negated(try evaluate(base))
        case .plus(let base):
            let value = try evaluate(base)
            guard value.double != nil else { throw .failed("+ needs a number, not \(described(value))") }
            return value.int.map { .integer($0) } ?? value
        case .not(let base): return .bool(!(try evaluate(base).isTrue))
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .arithmetic(let symbol, let left, let right):
            let first = try evaluate(left)
            return try arithmetic(symbol, first, try evaluate(right))
        case .concatenation(let parts):
            var text = ""
            for part in parts { text += try self.text(of: try evaluate(part)) }
            return try makeString(text)
        case .comparison(let left, let comparisons): return try comparison(left, comparisons)
        case .conditional(let condition, let value, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(value) }
            return try otherwise.map { (otherwise) throws(JinjaProblem) in try evaluate(otherwise) }
                ?? .undefined(what: "the value of an 'if' without 'else'")
        }
    }

    private func values(of expressions: [JinjaExpression]) throws(JinjaProblem) -> [JinjaValue] {
        var values: [JinjaValue] = []
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func evaluate(_ arguments: JinjaArguments) throws(JinjaProblem) -> JinjaCall {
        var call = JinjaCall(positional: try values(of: arguments.positional))
        for argument in arguments.named {
            if call.named.contains(where: { $0.name == argument.name }) {
                throw .syntax("the argument '\(argument.name)' is given twice")
            }
            call.named.append((argument.name, try evaluate(argument.value)))
        }
        return call
    }

    /// "'x', which is undefined", "a string": for messages.
    func described(_ value: JinjaValue) -> String {
        if case .undefined(let what) = value { return "\(what), which is undefined" }
        return value.kind
    }

    // MARK: Members

    /// `value.name`: a method, a member of a dict or namespace, or undefined.
    func attribute(_ name: String, of value: JinjaValue) throws(JinjaProblem) -> JinjaValue {
        if JinjaMethods.names(of: value).contains(name) { return .method(value, name) }
        switch value {
        case .undefined(let what): throw .failed("\(what) is undefined, so it has no member '\(name)'")
        case .dictionary(let dictionary):
            return dictionary[name] ?? .undefined(what: "the member '\(name)'")
        case .namespace(let index):
            return member(name, ofNamespace: index) ?? .undefined(what: "the member '\(name)' of a namespace")
        case .loop(let loop): return try attribute(name, of: loop)
        default: return .undefined(what: "the member '\(name)' of \(value.kind)")
        }
    }

    private func attribute(_ name: String, of loop: JinjaLoop) throws(JinjaProblem) -> JinjaValue {
        let items = loop.items.items
        switch name {
        case "index": return .integer(loop.index + 1)
        case "index0": return .integer(loop.index)
        case "revindex": return .integer(items.count - loop.index)
        case "revindex0": return .integer(items.count - loop.index - 1)
        case "first": return .bool(loop.index == 0)
        case "last": return .bool(loop.index == items.count - 1)
        case "length": return .integer(items.count)
        // Only recursive loops, which there are none of here, are deeper.
        case "depth": return .integer(1)
        case "depth0": return .integer(0)
        case "previtem":
            return loop.index > 0 ? items[loop.index - 1] : .undefined(what: "the item before the first")
        case "nextitem":
            return loop.index + 1 < items.count
                ? items[loop.index + 1] : .undefined(what: "the item after the last")
        default: throw .unsupported("'loop.\(name)'")
        }
    }

    /// `value[index]`.
    func element(_ index: JinjaValue, of value: JinjaValue) throws(JinjaProblem) -> JinjaValue {
        switch value {
        case .undefined(let what): throw .failed("\(what) is undefined, so it has no elements")
        case .dictionary(let dictionary):
            if let key = JinjaKey(index), let element = dictionary[key] { return element }
        case .list(let sequence), .tuple(let sequence):
            if let index = index.int { return element(index, of: sequence.items) }
        case .string(let text):
            if let index = index.int {
                try charge(bytes: text.utf8.count)
                return element(index, of: Array(text.unicodeScalars)) { .string(String(Character($0))) }
            }
        default: break
        }
        guard let name = index.string else { return .undefined(what: "the element of \(value.kind)") }
        if case .dictionary = value, !JinjaMethods.names(of: value).contains(name) {
            return .undefined(what: "the element \(quoted(name))")
        }
        return try attribute(name, of: value)
    }

    private func element<Element>(
        _ index: Int, of items: [Element], _ convert: (Element) -> JinjaValue
    ) -> JinjaValue {
        // Adding to a negative index cannot overflow.
        let place = index < 0 ? index + items.count : index
        guard items.indices.contains(place) else { return .undefined(what: "the element \(index)") }
        return convert(items[place])
    }

    private func element(_ index: Int, of items: [JinjaValue]) -> JinjaValue {
        element(index, of: items) { $0 }
    }

    // MARK: Slices

    /// A bound of a slice: nil for none.
    private func bound(_ expression: JinjaExpression?) throws(JinjaProblem) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if value.isNone { return nil }
        guard let bound = value.int else {
            throw .failed("a slice needs whole numbers, not \(described(value))")
        }
        return bound
    }

    private func slice(
        of value: JinjaValue, _ start: Int?, _ stop: Int?, _ step: Int?
    ) throws(JinjaProblem) -> JinjaValue {
        if step == 0 { throw .failed("the step of a slice is 0") }
        func sliced<Element>(_ items: [Element]) -> [Element] {
            sliceIndices(count: items.count, start, stop, step ?? 1).map { items[$0] }
        }
        switch value {
        case .string(let text):
            try charge(bytes: text.utf8.count)
            return try makeString(String(sliced(Array(text.unicodeScalars))))
        case .list(let items): return try makeList(sliced(items.items))
        case .tuple(let items): return try makeTuple(sliced(items.items))
        case .undefined(let what): throw .failed("\(what) is undefined, so it cannot be sliced")
        default: return .undefined(what: "a slice of \(value.kind)")
        }
    }
}

/// The indices that Python's `[start:stop:step]` takes.
func sliceIndices(count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
    /// Into the range where both ends may lie, which is one lower for a negative step.
    func clamped(_ bound: Int) -> Int {
        let place = bound < 0 ? bound + count : bound
        return step > 0 ? min(max(place, 0), count) : min(max(place, -1), count - 1)
    }
    let first = start.map(clamped) ?? (step > 0 ? 0 : count - 1)
    let end = stop.map(clamped) ?? (step > 0 ? count : -1)
    // A step beyond the sequence takes one element, and must not overflow.
    let stride = step > 0 ? min(step, count + 1) : max(step, -count - 1)
    return Array(Swift.stride(from: first, to: end, by: stride))
}
