/// A piece of a template: text, or a word inside `{{ }}` or `{% %}`.
struct JinjaToken: Sendable {
    enum Kind: Sendable, Equatable {
        case text(String)
        case statementStart, statementEnd
        case outputStart, outputEnd
        case name(String)
        case string(String)
        case integer(Int)
        case number(Double)
        /// An operator or bracket.
        case mark(String)
        case end
    }

    let kind: Kind
    let line: Int

    /// For messages.
    var description: String {
        switch kind {
        case .text: "text"
        case .statementStart: "{%"
        case .statementEnd: "%}"
        case .outputStart: "{{"
        case .outputEnd: "}}"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .mark(let mark): "'\(mark)'"
        case .end: "the end of the template"
        }
    }
}
