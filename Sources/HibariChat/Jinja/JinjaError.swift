import HibariSupport

/// Why a Jinja template could not be read or rendered. Every case names the template and the line of it.
public enum JinjaError: UserError, Equatable {
    /// The text is not a Jinja template.
    case syntax(template: String, line: Int, problem: String)
    /// A part of the language that Hibari does not have.
    case unsupported(template: String, line: Int, construct: String)
    /// The template asks for something that its data does not allow.
    case failed(template: String, line: Int, problem: String)
    /// The template itself refused its data, with `raise_exception`.
    case raised(template: String, line: Int, message: String)
    /// The template takes more time, memory or nesting than any chat template needs.
    case limit(template: String, line: Int, problem: String)

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .syntax(let template, let line, let problem):
            "\(template), line \(line): \(problem); correct the template"
        case .unsupported(let template, let line, let construct):
            "\(template), line \(line): \(construct) is not supported; Docs/formats.md lists what is"
        case .failed(let template, let line, let problem):
            "\(template), line \(line): \(problem)"
        case .raised(let template, let line, let message):
            "\(template), line \(line): the template refuses the conversation: \(message)"
        case .limit(let template, let line, let problem):
            "\(template), line \(line): \(problem); use a simpler template"
        }
    }
}

/// What went wrong, before the template and its line are known.
struct JinjaProblem: Error {
    enum Kind: Sendable { case syntax, unsupported, failed, raised, limit }

    let kind: Kind
    let text: String

    static func syntax(_ text: String) -> JinjaProblem { JinjaProblem(kind: .syntax, text: text) }
    static func unsupported(_ text: String) -> JinjaProblem { JinjaProblem(kind: .unsupported, text: text) }
    static func failed(_ text: String) -> JinjaProblem { JinjaProblem(kind: .failed, text: text) }
    static func raised(_ text: String) -> JinjaProblem { JinjaProblem(kind: .raised, text: text) }
    static func limit(_ text: String) -> JinjaProblem { JinjaProblem(kind: .limit, text: text) }

    func at(line: Int, of template: String) -> JinjaError {
        switch kind {
        case .syntax: .syntax(template: template, line: line, problem: text)
        case .unsupported: .unsupported(template: template, line: line, construct: text)
        case .failed: .failed(template: template, line: line, problem: text)
        case .raised: .raised(template: template, line: line, message: text)
        case .limit: .limit(template: template, line: line, problem: text)
        }
    }
}

/// What a template may use up. Real chat templates stay far below all of them.
public struct JinjaLimits: Sendable {
    /// The bytes of the template itself.
    public var templateBytes = 1 << 20
    /// How deep statements, and expressions, may be nested in the template.
    public var nesting = 100
    /// Work: a unit for each expression and statement, and for each 16 bytes of text or element of a list made.
    public var work = 5_000_000
    /// The bytes of the rendered text.
    public var outputBytes = 64 << 20
    /// How deep evaluation may be nested, macros included; a level takes up to 6 KB of the stack.
    public var depth = 150
    /// How deep values may be nested.
    public var valueDepth = 300
    /// The longest `range`, as in the sandbox of Jinja.
    public var rangeCount = 100_000

    public init() {}
}
