/// The values that a function, filter or test is called with.
struct JinjaCall {
    var positional: [JinjaValue] = []
    /// In the order they are written in.
    var named: [(name: String, value: JinjaValue)] = []

    /// The values in the order of the parameters, nil where none is given.
    ///
    /// - Parameter callee: "the filter 'join'", for errors.
    func bound(_ parameters: [String], to callee: String) throws(JinjaProblem) -> [JinjaValue?] {
        if positional.count > parameters.count {
            throw .failed("\(callee) takes at most \(parameters.count) arguments, not \(positional.count)")
        }
        var values: [JinjaValue?] = positional
        values += Array(repeating: nil, count: parameters.count - positional.count)
        for (name, value) in named {
            guard let index = parameters.firstIndex(of: name) else {
                throw .failed("\(callee) has no argument '\(name)'")
            }
            if values[index] != nil { throw .failed("\(callee) is given '\(name)' twice") }
            values[index] = value
        }
        return values
    }
}

extension JinjaEvaluator {
    func call(_ function: JinjaValue, _ arguments: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        switch function {
        case .macro(let index): return try call(macro: index, arguments)
        case .function(let function): return try call(function, arguments)
        case .method(let value, let name): return try callMethod(name, of: value, arguments)
        case .undefined(let what): throw .failed("\(what) is undefined, so it cannot be called")
        case .loop: throw .unsupported("calling 'loop'")
        default: throw .failed("\(function.kind) cannot be called")
        }
    }

    private func call(_ function: JinjaFunction, _ arguments: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        let callee = "\(function.rawValue)()"
        switch function {
        case .raiseException:
            let message = try arguments.bound(["message"], to: callee)[0]
            throw .raised(
                try message.map { (value) throws(JinjaProblem) in try text(of: value) } ?? "no reason given")
        case .strftimeNow:
            let format = try arguments.bound(["format"], to: callee)[0]
            guard let format = format?.string else {
                throw .failed("\(callee) needs a format such as \"%d %b %Y\"")
            }
            return try makeString(try formattedTime(format))
        case .range: return try range(try arguments.bound(["start", "stop", "step"], to: callee))
        case .namespace, .dict:
            var entries: [(key: JinjaValue, value: JinjaValue)] = []
            if let first = arguments.positional.first {
                entries = try self.entries(of: first, for: callee)
                if arguments.positional.count > 1 { throw .failed("\(callee) takes one dict") }
            }
            for (name, value) in arguments.named { entries.append((.string(name), value)) }
            if function == .dict { return try makeDictionary(entries) }
            var members: [String: JinjaValue] = [:]
            for (key, value) in entries { members[key.string ?? ""] = value }
            return try makeNamespace(members)
        }
    }

    /// The entries of a dict, or of a list of pairs.
    private func entries(
        of value: JinjaValue, for callee: String
    ) throws(JinjaProblem) -> [(key: JinjaValue, value: JinjaValue)] {
        if case .dictionary(let dictionary) = value { return Array(zip(dictionary.keys, dictionary.values)) }
        var entries: [(key: JinjaValue, value: JinjaValue)] = []
        for item in try elements(of: value, in: callee) {
            let pair = try elements(of: item, in: callee)
            guard pair.count == 2 else { throw .failed("\(callee) needs pairs of key and value") }
            entries.append((pair[0], pair[1]))
        }
        return entries
    }

    private func range(_ bounds: [JinjaValue?]) throws(JinjaProblem) -> JinjaValue {
        var numbers: [Int?] = []
        for bound in bounds {
            if let bound, bound.int == nil {
                throw .failed("range() needs whole numbers, not \(described(bound))")
            }
            numbers.append(bound?.int)
        }
        guard let first = numbers[0] else { throw .failed("range() needs a number") }
        let (start, stop) = numbers[1].map { (first, $0) } ?? (0, first)
        let step = numbers[2] ?? 1
        if step == 0 { throw .failed("the step of range() is 0") }
        var (items, value): ([JinjaValue], Int) = ([], start)
        while step > 0 ? value < stop : value > stop {
            if items.count == limits.rangeCount {
                throw .limit("range() has more than \(limits.rangeCount) numbers")
            }
            items.append(.integer(value))
            let (next, overflow) = value.addingReportingOverflow(step)
            if overflow { break }
            value = next
        }
        return try makeList(items)
    }
}
