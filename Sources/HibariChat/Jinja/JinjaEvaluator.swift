import HibariSupport

/// Renders the statements of one template, once.
final class JinjaEvaluator {
    let limits: JinjaLimits
    let now: Int
    /// The text so far.
    private(set) var output = ""
    /// Where `{% generation %}` stood in the output, in bytes.
    private(set) var generated: [Range<Int>] = []
    /// The line that is being evaluated, for errors.
    private(set) var line = 1

    /// Variables: of the template first, of what is inside after it.
    private var scopes: [[String: JinjaValue]]
    private var namespaces: [[String: JinjaValue]] = []
    private var iterators: [ArraySlice<JinjaValue>] = []
    private var macros: [JinjaMacro] = []
    private var work = 0
    private var depth = 0
    /// How many macros and captures the text goes into; 0 for the output itself.
    private var captures = 0

    /// - Parameter now: seconds since 1970, for `strftime_now`.
    init(variables: [String: JinjaValue], limits: JinjaLimits, now: Int) {
        scopes = [variables]
        (self.limits, self.now) = (limits, now)
    }

    /// How a list of statements ended.
    private enum Flow { case normal, breakLoop, continueLoop }

    func render(_ statements: [JinjaStatement]) throws(JinjaProblem) {
        _ = try execute(statements)
    }

    // MARK: Limits

    /// Counts work, so that no template runs or grows without end.
    func charge(_ amount: Int) throws(JinjaProblem) {
        work = saturatingSum(work, amount)
        if work > limits.work { throw .limit("rendering takes more than \(limits.work) steps") }
    }

    /// Counts the work of making or reading a text of so many bytes.
    func charge(bytes: Int) throws(JinjaProblem) { try charge(1 + bytes / 16) }

    private func descend<T>(_ body: () throws(JinjaProblem) -> T) throws(JinjaProblem) -> T {
        depth += 1
        defer { depth -= 1 }
        if depth > limits.depth { throw .limit("evaluation is nested deeper than \(limits.depth) levels") }
        return try body()
    }

    private func write(_ text: String) throws(JinjaProblem) {
        try charge(bytes: text.utf8.count)
        if output.utf8.count + text.utf8.count > limits.outputBytes {
            throw .limit("the text is longer than \(limits.outputBytes) bytes")
        }
        output += text
    }

    /// The text that `body` writes.
    func captured(_ body: () throws(JinjaProblem) -> Void) throws(JinjaProblem) -> String {
        let outer = output
        output = ""
        captures += 1
        defer {
            output = outer
            captures -= 1
        }
        try body()
        return output
    }

    // MARK: Statements

    private func execute(_ statements: [JinjaStatement]) throws(JinjaProblem) -> Flow {
        for statement in statements {
            line = statement.line
            try charge(1)
            let flow = try descend { () throws(JinjaProblem) in try execute(statement) }
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func execute(_ statement: JinjaStatement) throws(JinjaProblem) -> Flow {
        switch statement.kind {
        case .text(let text): try write(text)
        case .output(let expression):
            let value = try evaluate(expression)
            try write(try text(of: value))
        case .conditional(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue {
                return try execute(branch.body)
            }
            return try execute(otherwise)
        case .loop(let loop): try execute(loop)
        case .set(let target, let expression): try assign(try evaluate(expression), to: target)
        case .capture(let target, let body):
            let text = try captured { () throws(JinjaProblem) in
                try withScope { () throws(JinjaProblem) in _ = try execute(body) }
            }
            try assign(.string(text), to: target)
        case .macro(let macro):
            macros.append(macro)
            set(macro.name, .macro(macros.count - 1))
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .generation(let body):
            if captures > 0 {
                throw .unsupported("{% generation %} inside a macro or a block of {% set %}")
            }
            let start = output.utf8.count
            try withScope { () throws(JinjaProblem) in _ = try execute(body) }
            generated.append(start..<output.utf8.count)
        }
        return .normal
    }

    private func execute(_ loop: JinjaStatement.Loop) throws(JinjaProblem) {
        var items = try elements(of: try evaluate(loop.items), in: "{% for %}")
        if let condition = loop.condition {
            var kept: [JinjaValue] = []
            for item in items {
                try withScope { () throws(JinjaProblem) in
                    try assign(item, to: loop.target)
                    if try evaluate(condition).isTrue { kept.append(item) }
                }
            }
            items = kept
        }
        let sequence = JinjaSequence(items)
        // As in Jinja, an iteration left by `break` or `continue` does not count against `else`.
        var hasFinished = false
        for (index, item) in items.enumerated() {
            try charge(1)
            let flow = try withScope { () throws(JinjaProblem) in
                set("loop", .loop(JinjaLoop(index: index, items: sequence)))
                try assign(item, to: loop.target)
                return try execute(loop.body)
            }
            if flow == .breakLoop { break }
            if flow == .normal { hasFinished = true }
        }
        if !hasFinished {
            try withScope { () throws(JinjaProblem) in _ = try execute(loop.otherwise) }
        }
    }

    // MARK: Variables

    private func withScope<T>(_ body: () throws(JinjaProblem) -> T) throws(JinjaProblem) -> T {
        scopes.append([:])
        defer { scopes.removeLast() }
        return try body()
    }

    func variable(_ name: String) -> JinjaValue {
        for scope in scopes.reversed() {
            if let value = scope[name] { return value }
        }
        return JinjaFunction(rawValue: name).map { .function($0) } ?? .undefined(what: "'\(name)'")
    }

    private func set(_ name: String, _ value: JinjaValue) { scopes[scopes.count - 1][name] = value }

    private func assign(_ value: JinjaValue, to target: JinjaTarget) throws(JinjaProblem) {
        switch target {
        case .name(let name): set(name, value)
        case .member(let name, let member):
            guard case .namespace(let index) = variable(name) else {
                throw .failed("'\(name).\(member)' cannot be set: '\(name)' is not a namespace()")
            }
            if member.hasPrefix("_") {
                throw .failed("'\(member)' cannot be set: it begins with an underscore")
            }
            namespaces[index][member] = value
        case .tuple(let targets):
            let items = try elements(of: value, in: "unpacking")
            guard items.count == targets.count else {
                throw .failed("\(counted(items.count, "value")) cannot be unpacked into \(targets.count)")
            }
            for (item, target) in zip(items, targets) { try assign(item, to: target) }
        }
    }

    func makeNamespace(_ members: [String: JinjaValue]) throws(JinjaProblem) -> JinjaValue {
        try charge(1 + members.count)
        if let name = members.keys.first(where: { $0.hasPrefix("_") }) {
            throw .failed("'\(name)' cannot be in a namespace: it begins with an underscore")
        }
        namespaces.append(members)
        return .namespace(namespaces.count - 1)
    }

    func member(_ name: String, ofNamespace index: Int) -> JinjaValue? { namespaces[index][name] }

    // MARK: Sequences

    /// A sequence that can be gone through once.
    func makeIterator(_ items: [JinjaValue]) throws(JinjaProblem) -> JinjaValue {
        try charge(1 + items.count)
        iterators.append(items[...])
        return .iterator(iterators.count - 1)
    }

    /// The next element of an iterator.
    func next(ofIterator index: Int) -> JinjaValue? { iterators[index].popFirst() }

    /// What a loop over the value goes through; uses up an iterator.
    func elements(of value: JinjaValue, in use: String) throws(JinjaProblem) -> [JinjaValue] {
        let items: [JinjaValue]
        switch value {
        case .undefined: items = []
        case .list(let sequence), .tuple(let sequence): items = sequence.items
        case .dictionary(let dictionary): items = dictionary.keys
        case .string(let text):
            try charge(text.utf8.count)
            items = text.unicodeScalars.map { .string(String(Character($0))) }
        case .iterator(let index):
            items = Array(iterators[index])
            iterators[index] = []
        default: throw .failed("\(use): \(value.kind) cannot be gone through; a list is needed")
        }
        try charge(items.count)
        return items
    }

    func makeList(_ items: [JinjaValue]) throws(JinjaProblem) -> JinjaValue {
        try charge(1 + items.count)
        let value = JinjaValue.list(JinjaSequence(items))
        try checkDepth(of: value)
        return value
    }

    func makeTuple(_ items: [JinjaValue]) throws(JinjaProblem) -> JinjaValue {
        try charge(1 + items.count)
        let value = JinjaValue.tuple(JinjaSequence(items))
        try checkDepth(of: value)
        return value
    }

    func makeDictionary(_ entries: [(key: JinjaValue, value: JinjaValue)]) throws(JinjaProblem) -> JinjaValue
    {
        try charge(1 + 2 * entries.count)
        var keyed: [(key: JinjaKey, value: JinjaValue)] = []
        for (key, value) in entries {
            guard let name = JinjaKey(key) else { throw .unsupported("\(key.kind) as the key of a dict") }
            keyed.append((name, value))
        }
        let value = JinjaValue.dictionary(JinjaDictionary(keyed))
        try checkDepth(of: value)
        return value
    }

    private func checkDepth(of value: JinjaValue) throws(JinjaProblem) {
        if value.depth > limits.valueDepth {
            throw .limit("lists are nested deeper than \(limits.valueDepth) levels")
        }
    }

    func makeString(_ text: String) throws(JinjaProblem) -> JinjaValue {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    /// The value as `{{ }}` writes it.
    func text(of value: JinjaValue) throws(JinjaProblem) -> String {
        try charge(value.weight)
        guard let text = JinjaText.string(value) else { throw .unsupported("writing \(value.kind) as text") }
        return text
    }

    // MARK: Evaluation

    func evaluate(_ expression: JinjaExpression) throws(JinjaProblem) -> JinjaValue {
        try charge(1)
        line = expression.line
        return try descend { () throws(JinjaProblem) in try value(of: expression) }
    }

    // MARK: Macros

    func call(macro index: Int, _ arguments: JinjaCall) throws(JinjaProblem) -> JinjaValue {
        let macro = macros[index]
        let given = try arguments.bound(macro.parameters.map(\.name), to: "the macro '\(macro.name)'")
        let (outerScopes, outerLine) = (scopes, line)
        scopes = [scopes[0], [:]]
        // What a macro sets stays in it, so the variables of the template are as before.
        defer { (scopes, line) = (outerScopes, outerLine) }
        for (parameter, value) in zip(macro.parameters, given) {
            if let value {
                set(parameter.name, value)
            } else if let initial = parameter.initial {
                set(parameter.name, try evaluate(initial))
            } else {
                set(parameter.name, .undefined(what: "the parameter '\(parameter.name)' of '\(macro.name)'"))
            }
        }
        return .string(try captured { () throws(JinjaProblem) in _ = try execute(macro.body) })
    }
}
