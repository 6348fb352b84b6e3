/// An expression of a template.
struct JinjaExpression: Sendable {
    indirect enum Kind: Sendable {
        case constant(JinjaValue)
        case name(String)
        case list([JinjaExpression])
        case tuple([JinjaExpression])
        case dictionary([Entry])
        /// `a.name`
        case attribute(JinjaExpression, String)
        /// `a[index]`
        case element(JinjaExpression, JinjaExpression)
        /// `a[start:stop:step]`
        case slice(JinjaExpression, start: JinjaExpression?, stop: JinjaExpression?, step: JinjaExpression?)
        case call(JinjaExpression, JinjaArguments)
        case filter(JinjaExpression, String, JinjaArguments)
        case test(JinjaExpression, String, JinjaArguments)
        case negated(JinjaExpression)
        case plus(JinjaExpression)
        case not(JinjaExpression)
        case and(JinjaExpression, JinjaExpression)
        case or(JinjaExpression, JinjaExpression)
        case arithmetic(JinjaOperator, JinjaExpression, JinjaExpression)
        case concatenation([JinjaExpression])
        case comparison(JinjaExpression, [Comparison])
        /// `value if condition else otherwise`
        case conditional(JinjaExpression, value: JinjaExpression, otherwise: JinjaExpression?)
    }

    struct Entry: Sendable {
        let key: JinjaExpression
        let value: JinjaExpression
    }

    struct Comparison: Sendable {
        let relation: JinjaRelation
        let right: JinjaExpression
    }

    let kind: Kind
    let line: Int
    /// How deep expressions are nested in this one, itself included.
    let depth: Int
}

enum JinjaOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}

enum JinjaRelation: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

/// What a call is given.
struct JinjaArguments: Sendable {
    struct Named: Sendable {
        let name: String
        let value: JinjaExpression
    }

    var positional: [JinjaExpression] = []
    var named: [Named] = []
}

/// Where `set` and `for` put a value.
indirect enum JinjaTarget: Sendable {
    case name(String)
    case tuple([JinjaTarget])
    /// `ns.name`
    case member(String, String)
}

struct JinjaMacro: Sendable {
    struct Parameter: Sendable {
        let name: String
        let initial: JinjaExpression?
    }

    let name: String
    let parameters: [Parameter]
    let body: [JinjaStatement]
}

/// A part of a template that writes text or changes variables.
struct JinjaStatement: Sendable {
    indirect enum Kind: Sendable {
        case text(String)
        case output(JinjaExpression)
        case conditional([Branch], otherwise: [JinjaStatement])
        case loop(Loop)
        case set(JinjaTarget, JinjaExpression)
        /// `{% set name %}text{% endset %}`
        case capture(JinjaTarget, [JinjaStatement])
        case macro(JinjaMacro)
        case breakLoop
        case continueLoop
        /// `{% generation %}`: the text of the assistant.
        case generation([JinjaStatement])
    }

    struct Branch: Sendable {
        let condition: JinjaExpression
        let body: [JinjaStatement]
    }

    struct Loop: Sendable {
        let target: JinjaTarget
        let items: JinjaExpression
        /// `for x in items if condition`
        let condition: JinjaExpression?
        let body: [JinjaStatement]
        let otherwise: [JinjaStatement]
    }

    let kind: Kind
    let line: Int
}
