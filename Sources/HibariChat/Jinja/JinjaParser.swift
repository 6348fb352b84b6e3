import HibariSupport

/// Makes statements and expressions of tokens, by recursive descent with Jinja's precedences.
struct JinjaParser {
    let template: String
    let limits: JinjaLimits
    private let tokens: [JinjaToken]
    private var index = 0
    /// How many statements, brackets and operators without an end are open.
    private var nesting = 0
    /// How many loops a `break` here could end.
    private var loops = 0
    private(set) var hasGeneration = false

    init(_ text: String, template: String, limits: JinjaLimits) throws(JinjaError) {
        self.template = template
        self.limits = limits
        if text.utf8.count > limits.templateBytes {
            throw .limit(
                template: template, line: 1,
                problem: "the template has \(text.utf8.count) bytes; at most \(limits.templateBytes) are read"
            )
        }
        tokens = try JinjaLexer.tokens(of: text, template: template)
    }

    mutating func parse() throws(JinjaError) -> [JinjaStatement] {
        try parseStatements(until: [], of: "the template")
    }

    // MARK: Tokens

    var token: JinjaToken { tokens[index] }
    var following: JinjaToken { tokens[min(index + 1, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func isMark(_ mark: String) -> Bool { token.kind == .mark(mark) }
    func isName(_ name: String) -> Bool { token.kind == .name(name) }

    mutating func skip(mark: String) -> Bool {
        guard isMark(mark) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(mark: String) throws(JinjaError) {
        guard skip(mark: mark) else { throw failure("expected '\(mark)', found \(token.description)") }
    }

    mutating func expectName(_ what: String) throws(JinjaError) -> String {
        guard case .name(let name) = token.kind else {
            throw failure("expected \(what), found \(token.description)")
        }
        advance()
        return name
    }

    func failure(_ problem: String) -> JinjaError {
        .syntax(template: template, line: token.line, problem: problem)
    }

    func unsupported(_ construct: String) -> JinjaError {
        .unsupported(template: template, line: token.line, construct: construct)
    }

    /// Refuses what is nested so deep that it would take the stack.
    mutating func nest<T>(_ body: (inout JinjaParser) throws(JinjaError) -> T) throws(JinjaError) -> T {
        nesting += 1
        if nesting > limits.nesting {
            throw .limit(
                template: template, line: token.line, problem: "nested deeper than \(limits.nesting) levels")
        }
        let result = try body(&self)
        nesting -= 1
        return result
    }

    // MARK: Statements

    /// Reads up to a statement that begins with one of `ends`, which is the next token then; up to the end of the
    /// template if there are none.
    private mutating func parseStatements(
        until ends: [String], of construct: String
    ) throws(JinjaError) -> [JinjaStatement] {
        // The line of the statement that ends before this token.
        let start = index > 0 ? tokens[index - 1].line : 1
        var statements: [JinjaStatement] = []
        while true {
            let line = token.line
            switch token.kind {
            case .text(let text):
                advance()
                statements.append(JinjaStatement(kind: .text(text), line: line))
            case .outputStart:
                advance()
                let value = try parseTuple()
                guard token.kind == .outputEnd else {
                    throw failure("expected }}, found \(token.description)")
                }
                advance()
                statements.append(JinjaStatement(kind: .output(value), line: line))
            case .statementStart:
                advance()
                if case .name(let name) = token.kind, ends.contains(name) { return statements }
                statements.append(try nest { (parser) throws(JinjaError) in try parser.parseStatement() })
            case .end:
                if ends.isEmpty { return statements }
                throw .syntax(
                    template: template, line: start,
                    problem: "\(construct) is not closed by {% \(ends.last ?? "") %}")
            default: throw failure("\(token.description) stands where a statement should begin")
            }
        }
    }

    /// Behind `{%`; ends after `%}`.
    private mutating func parseStatement() throws(JinjaError) -> JinjaStatement {
        let line = token.line
        let name = try expectName("a statement")
        let kind: JinjaStatement.Kind
        switch name {
        case "if": kind = try parseIf()
        case "for": kind = try parseFor()
        case "set": kind = try parseSet()
        case "macro": kind = try parseMacro()
        case "break", "continue":
            if loops == 0 { throw failure("'\(name)' outside a loop") }
            kind = name == "break" ? .breakLoop : .continueLoop
        case "generation":
            hasGeneration = true
            kind = .generation(try parseBody("generation"))
        case "block", "extends", "include", "import", "from", "call", "filter", "with", "autoescape", "do",
            "print",
            "trans":
            throw JinjaError.unsupported(template: template, line: line, construct: "{% \(name) %}")
        default:
            throw JinjaError.syntax(
                template: template, line: line, problem: "there is no statement {% \(quotedName(name)) %}")
        }
        try endStatement()
        return JinjaStatement(kind: kind, line: line)
    }

    private func quotedName(_ name: String) -> String { String(quoted(name).dropFirst().dropLast()) }

    private mutating func endStatement() throws(JinjaError) {
        guard token.kind == .statementEnd else { throw failure("expected %}, found \(token.description)") }
        advance()
    }

    /// `%} … {% endNAME`.
    private mutating func parseBody(_ name: String) throws(JinjaError) -> [JinjaStatement] {
        try endStatement()
        // Such a body cannot end a loop that it stands in.
        let outer = loops
        loops = 0
        let body = try parseStatements(until: ["end\(name)"], of: "{% \(name) %}")
        loops = outer
        advance()
        return body
    }

    private mutating func parseIf() throws(JinjaError) -> JinjaStatement.Kind {
        var branches: [JinjaStatement.Branch] = []
        while true {
            let condition = try parseTuple(allowsCondition: false)
            try endStatement()
            let body = try parseStatements(until: ["elif", "else", "endif"], of: "{% if %}")
            branches.append(JinjaStatement.Branch(condition: condition, body: body))
            if skip(name: "elif") { continue }
            let otherwise = skip(name: "else") ? try parseElse("endif", of: "{% if %}") : []
            advance()
            return .conditional(branches, otherwise: otherwise)
        }
    }

    private mutating func parseElse(
        _ end: String, of construct: String
    ) throws(JinjaError) -> [JinjaStatement] {
        try endStatement()
        return try parseStatements(until: [end], of: construct)
    }

    private mutating func parseFor() throws(JinjaError) -> JinjaStatement.Kind {
        let target = try parseTarget(allowsMember: false)
        guard skip(name: "in") else { throw failure("expected 'in', found \(token.description)") }
        let items = try parseTuple(allowsCondition: false)
        let condition = skip(name: "if") ? try parseExpression() : nil
        if isName("recursive") { throw unsupported("{% for … recursive %}") }
        try endStatement()
        loops += 1
        let body = try parseStatements(until: ["else", "endfor"], of: "{% for %}")
        loops -= 1
        let otherwise = skip(name: "else") ? try parseElse("endfor", of: "{% for %}") : []
        advance()
        return .loop(
            JinjaStatement.Loop(
                target: target, items: items, condition: condition, body: body, otherwise: otherwise))
    }

    private mutating func parseSet() throws(JinjaError) -> JinjaStatement.Kind {
        let target = try parseTarget(allowsMember: true)
        if skip(mark: "=") { return .set(target, try parseTuple()) }
        if isMark("|") { throw unsupported("{% set … | filter %}") }
        return .capture(target, try parseBody("set"))
    }

    private mutating func parseMacro() throws(JinjaError) -> JinjaStatement.Kind {
        let name = try expectName("the name of the macro")
        try expect(mark: "(")
        var parameters: [JinjaMacro.Parameter] = []
        while !isMark(")") {
            if !parameters.isEmpty { try expect(mark: ",") }
            let parameter = try expectName("a parameter")
            let initial = skip(mark: "=") ? try parseExpression() : nil
            if initial == nil, parameters.last?.initial != nil {
                throw failure("the parameter '\(parameter)' needs a default, as the one before it has one")
            }
            parameters.append(JinjaMacro.Parameter(name: parameter, initial: initial))
        }
        advance()
        return .macro(JinjaMacro(name: name, parameters: parameters, body: try parseBody("macro")))
    }

    /// Names, `ns.name` if members are allowed, and tuples of these.
    private mutating func parseTarget(allowsMember: Bool) throws(JinjaError) -> JinjaTarget {
        var (targets, isTuple): ([JinjaTarget], Bool) = ([], false)
        while true {
            if isTuple, isName("in") || isMark("=") || isMark(")") { break }
            targets.append(try parseSimpleTarget(allowsMember: allowsMember))
            guard skip(mark: ",") else { break }
            isTuple = true
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func parseSimpleTarget(allowsMember: Bool) throws(JinjaError) -> JinjaTarget {
        if skip(mark: "(") {
            let target = try nest { (parser) throws(JinjaError) in
                try parser.parseTarget(allowsMember: allowsMember)
            }
            try expect(mark: ")")
            return target
        }
        let name = try expectName("a variable")
        if ["true", "false", "none", "True", "False", "None"].contains(name) {
            throw failure("'\(name)' is no variable")
        }
        if allowsMember, skip(mark: ".") { return .member(name, try expectName("a member")) }
        return .name(name)
    }
}
