/// Expressions, from the loosest operator to the tightest.
extension JinjaParser {
    mutating func parseExpression(allowsCondition: Bool = true) throws(JinjaError) -> JinjaExpression {
        try nest { (parser) throws(JinjaError) in
            allowsCondition ? try parser.parseConditional() : try parser.parseOr()
        }
    }

    /// One expression, or several with commas between them, which are a tuple.
    mutating func parseTuple(
        allowsCondition: Bool = true, isInBrackets: Bool = false
    ) throws(JinjaError) -> JinjaExpression {
        let line = token.line
        var (items, isTuple): ([JinjaExpression], Bool) = ([], false)
        while !endsTuple {
            items.append(try parseExpression(allowsCondition: allowsCondition))
            guard skip(mark: ",") else { break }
            isTuple = true
        }
        if !isTuple, let item = items.first { return item }
        if items.isEmpty, !isInBrackets {
            throw failure("expected an expression, found \(token.description)")
        }
        return try make(.tuple(items), line, items)
    }

    private var endsTuple: Bool {
        switch token.kind {
        case .outputEnd, .statementEnd, .mark(")"): true
        default: false
        }
    }

    /// An expression of these parts; refuses it if it is too deep.
    private func make(
        _ kind: JinjaExpression.Kind, _ line: Int, _ parts: [JinjaExpression]
    ) throws(JinjaError) -> JinjaExpression {
        let depth = 1 + (parts.lazy.map(\.depth).max() ?? 0)
        if depth > 2 * limits.nesting {
            throw .limit(
                template: template, line: line,
                problem: "an expression has more than \(2 * limits.nesting) parts inside each other")
        }
        return JinjaExpression(kind: kind, line: line, depth: depth)
    }

    // MARK: Operators

    private mutating func parseConditional() throws(JinjaError) -> JinjaExpression {
        var value = try parseOr()
        while isName("if") {
            let line = token.line
            advance()
            let condition = try parseOr()
            let otherwise = skip(name: "else") ? try parseExpression() : nil
            value = try make(
                .conditional(condition, value: value, otherwise: otherwise), line,
                [value, condition] + (otherwise.map { [$0] } ?? []))
        }
        return value
    }

    private mutating func parseOr() throws(JinjaError) -> JinjaExpression {
        var left = try parseAnd()
        while isName("or") {
            let line = token.line
            advance()
            let right = try parseAnd()
            left = try make(.or(left, right), line, [left, right])
        }
        return left
    }

    private mutating func parseAnd() throws(JinjaError) -> JinjaExpression {
        var left = try parseNot()
        while isName("and") {
            let line = token.line
            advance()
            let right = try parseNot()
            left = try make(.and(left, right), line, [left, right])
        }
        return left
    }

    private mutating func parseNot() throws(JinjaError) -> JinjaExpression {
        let line = token.line
        guard skip(name: "not") else { return try parseComparison() }
        let value = try nest { (parser) throws(JinjaError) in try parser.parseNot() }
        return try make(.not(value), line, [value])
    }

    private mutating func parseComparison() throws(JinjaError) -> JinjaExpression {
        let left = try parseSum()
        var comparisons: [JinjaExpression.Comparison] = []
        let line = token.line
        while let relation = skipRelation() {
            comparisons.append(JinjaExpression.Comparison(relation: relation, right: try parseSum()))
        }
        if comparisons.isEmpty { return left }
        return try make(.comparison(left, comparisons), line, [left] + comparisons.map(\.right))
    }

    private mutating func skipRelation() -> JinjaRelation? {
        switch token.kind {
        case .mark(let mark):
            guard let relation = JinjaRelation(rawValue: mark) else { return nil }
            advance()
            return relation
        case .name("in"):
            advance()
            return .contained
        case .name("not") where following.kind == .name("in"):
            advance()
            advance()
            return .notContained
        default: return nil
        }
    }

    private mutating func parseSum() throws(JinjaError) -> JinjaExpression {
        try parseArithmetic([.add, .subtract]) { (parser) throws(JinjaError) in
            try parser.parseConcatenation()
        }
    }

    private mutating func parseConcatenation() throws(JinjaError) -> JinjaExpression {
        let line = token.line
        var parts = [try parseProduct()]
        while skip(mark: "~") { parts.append(try parseProduct()) }
        return parts.count == 1 ? parts[0] : try make(.concatenation(parts), line, parts)
    }

    private mutating func parseProduct() throws(JinjaError) -> JinjaExpression {
        try parseArithmetic([.multiply, .divide, .floorDivide, .remainder]) { (parser) throws(JinjaError) in
            try parser.parseArithmetic([.power]) { (parser) throws(JinjaError) in try parser.parseUnary() }
        }
    }

    /// Operators of one level, from left to right.
    private mutating func parseArithmetic(
        _ operators: [JinjaOperator], part: (inout JinjaParser) throws(JinjaError) -> JinjaExpression
    ) throws(JinjaError) -> JinjaExpression {
        var left = try part(&self)
        while case .mark(let mark) = token.kind, let symbol = JinjaOperator(rawValue: mark),
            operators.contains(symbol)
        {
            let line = token.line
            advance()
            let right = try part(&self)
            left = try make(.arithmetic(symbol, left, right), line, [left, right])
        }
        return left
    }

    private mutating func parseUnary(allowsFilters: Bool = true) throws(JinjaError) -> JinjaExpression {
        let line = token.line
        var value: JinjaExpression
        if isMark("-") || isMark("+") {
            let isMinus = isMark("-")
            advance()
            value = try nest { (parser) throws(JinjaError) in try parser.parseUnary(allowsFilters: false) }
            value = try make(isMinus ? .negated(value) : .plus(value), line, [value])
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return allowsFilters ? try parseFilters(value) : value
    }

    // MARK: Values

    private mutating func parsePrimary() throws(JinjaError) -> JinjaExpression {
        let line = token.line
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return try make(.constant(.bool(true)), line, [])
            case "false", "False": return try make(.constant(.bool(false)), line, [])
            case "none", "None": return try make(.constant(.none), line, [])
            default: return try make(.name(name), line, [])
            }
        case .string(var text):
            advance()
            while case .string(let more) = token.kind {
                text += more
                advance()
            }
            return try make(.constant(.string(text)), line, [])
        case .integer(let value):
            advance()
            return try make(.constant(.integer(value)), line, [])
        case .number(let value):
            advance()
            return try make(.constant(.number(value)), line, [])
        case .mark("("):
            advance()
            let value = try parseTuple(isInBrackets: true)
            try expect(mark: ")")
            return value
        case .mark("["):
            advance()
            let items = try parseItems(until: "]") { (parser) throws(JinjaError) in
                try parser.parseExpression()
            }
            return try make(.list(items), line, items)
        case .mark("{"):
            advance()
            let entries = try parseItems(until: "}") { (parser) throws(JinjaError) in
                let key = try parser.parseExpression()
                try parser.expect(mark: ":")
                return JinjaExpression.Entry(key: key, value: try parser.parseExpression())
            }
            return try make(.dictionary(entries), line, entries.flatMap { [$0.key, $0.value] })
        default: throw failure("expected an expression, found \(token.description)")
        }
    }

    /// Items with commas between them, one may stand behind the last, and the closing bracket.
    private mutating func parseItems<Item>(
        until bracket: String, item: (inout JinjaParser) throws(JinjaError) -> Item
    ) throws(JinjaError) -> [Item] {
        var items: [Item] = []
        while !isMark(bracket) {
            if !items.isEmpty { try expect(mark: ",") }
            if isMark(bracket) { break }
            items.append(try item(&self))
        }
        advance()
        return items
    }

    /// Members, elements and calls behind a value.
    private mutating func parsePostfix(_ value: JinjaExpression) throws(JinjaError) -> JinjaExpression {
        var value = value
        while true {
            let line = token.line
            if skip(mark: ".") {
                if case .integer(let index) = token.kind {
                    advance()
                    let index = try make(.constant(.integer(index)), line, [])
                    value = try make(.element(value, index), line, [value])
                } else {
                    value = try make(.attribute(value, try expectName("a member")), line, [value])
                }
            } else if skip(mark: "[") {
                value = try parseElement(of: value, line)
            } else if isMark("(") {
                let arguments = try parseArguments()
                value = try make(.call(value, arguments), line, [value] + arguments.expressions)
            } else {
                return value
            }
        }
    }

    /// Behind `[`.
    private mutating func parseElement(
        of value: JinjaExpression, _ line: Int
    ) throws(JinjaError) -> JinjaExpression {
        let start = isMark(":") ? nil : try parseExpression()
        if let start, !isMark(":") {
            if isMark(",") { throw unsupported("a tuple as index") }
            try expect(mark: "]")
            return try make(.element(value, start), line, [value, start])
        }
        try expect(mark: ":")
        let stop = isMark(":") || isMark("]") ? nil : try parseExpression()
        let step = skip(mark: ":") && !isMark("]") ? try parseExpression() : nil
        try expect(mark: "]")
        return try make(
            .slice(value, start: start, stop: stop, step: step), line,
            [value] + [start, stop, step].compactMap { $0 })
    }

    /// From `(` to `)`.
    private mutating func parseArguments() throws(JinjaError) -> JinjaArguments {
        try expect(mark: "(")
        var arguments = JinjaArguments()
        while !isMark(")") {
            if !arguments.positional.isEmpty || !arguments.named.isEmpty { try expect(mark: ",") }
            if isMark(")") { break }
            if isMark("*") || isMark("**") { throw unsupported("* and ** in a call") }
            if case .name(let name) = token.kind, following.kind == .mark("=") {
                advance()
                advance()
                arguments.named.append(JinjaArguments.Named(name: name, value: try parseExpression()))
            } else if arguments.named.isEmpty {
                arguments.positional.append(try parseExpression())
            } else {
                throw failure("an argument without a name follows one with a name")
            }
        }
        advance()
        return arguments
    }

    /// `| filter`, `is test`, and calls of what they give.
    private mutating func parseFilters(_ value: JinjaExpression) throws(JinjaError) -> JinjaExpression {
        var value = value
        while true {
            let line = token.line
            if skip(mark: "|") {
                let name = try expectName("a filter")
                let arguments = isMark("(") ? try parseArguments() : JinjaArguments()
                guard JinjaFilter(rawValue: name) != nil else {
                    throw JinjaError.unsupported(
                        template: template, line: line, construct: "the filter '\(name)'")
                }
                value = try make(.filter(value, name, arguments), line, [value] + arguments.expressions)
            } else if skip(name: "is") {
                let isNegated = skip(name: "not")
                value = try parseTest(of: value, line)
                if isNegated { value = try make(.not(value), line, [value]) }
            } else if isMark("(") {
                let arguments = try parseArguments()
                value = try make(.call(value, arguments), line, [value] + arguments.expressions)
            } else {
                return value
            }
        }
    }

    /// Behind `is`. An argument may stand without parentheses.
    private mutating func parseTest(
        of value: JinjaExpression, _ line: Int
    ) throws(JinjaError) -> JinjaExpression {
        let name = try expectName("a test")
        guard JinjaTest(name) != nil else {
            throw JinjaError.unsupported(template: template, line: line, construct: "the test '\(name)'")
        }
        var arguments = JinjaArguments()
        if isMark("(") {
            arguments = try parseArguments()
        } else if beginsArgument {
            if isName("is") { throw failure("tests cannot be chained with 'is'") }
            let argument = try nest { (parser) throws(JinjaError) in
                try parser.parsePostfix(try parser.parsePrimary())
            }
            arguments.positional = [argument]
        }
        return try make(.test(value, name, arguments), line, [value] + arguments.expressions)
    }

    private var beginsArgument: Bool {
        switch token.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .integer, .number, .mark("["), .mark("{"): true
        default: false
        }
    }
}

extension JinjaArguments {
    var expressions: [JinjaExpression] { positional + named.map(\.value) }
}
