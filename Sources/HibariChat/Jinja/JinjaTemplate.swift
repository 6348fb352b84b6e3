import Glibc
import HibariSupport

/// A template in the part of the Jinja language that chat templates use.
///
/// Rendering gives what `transformers` renders: Jinja's sandbox with `trim_blocks` and `lstrip_blocks`, loops that
/// can be left by `break` and `continue`, `tojson` that keeps characters outside ASCII, `raise_exception`,
/// `strftime_now` and `{% generation %}`.
///
/// - Statements: `for`, `if`, `set`, `macro`, `break`, `continue`, `raw`, `generation`, comments.
/// - Expressions: all of Jinja's but `*` and `**` in calls; integers have 64 bits.
/// - Filters: `JinjaFilter`. Tests: `JinjaTest`. Methods: those of `str`, `list` and `dict` in `JinjaMethods.swift`.
///
/// Every other part of the language is refused by an error that names it. `safe` and `escape` give plain strings:
/// nothing is escaped that the template does not escape.
///
/// Source: jinja.palletsprojects.com, and `transformers.utils.chat_template_utils`.
public struct JinjaTemplate: Sendable {
    /// How errors call it.
    public let name: String
    public let source: String
    /// Whether the template says by `{% generation %}` which text is the assistant's.
    public let marksGeneration: Bool
    private let statements: [JinjaStatement]
    private let limits: JinjaLimits

    /// A rendered template.
    public struct Rendering: Sendable, Equatable {
        public var text: String
        /// What stood inside `{% generation %}`, in bytes of the text.
        public var generated: [Range<Int>]
    }

    /// - Parameter name: what errors begin with, e.g. "the chat template of model.gguf".
    /// - Throws: `JinjaError` for what is not Jinja, or not supported.
    public init(_ source: String, name: String, limits: JinjaLimits = JinjaLimits()) throws(JinjaError) {
        var parser = try JinjaParser(source, template: name, limits: limits)
        statements = try parser.parse()
        marksGeneration = parser.hasGeneration
        (self.name, self.source, self.limits) = (name, source, limits)
    }

    /// - Parameters:
    ///   - variables: what the template may name.
    ///   - now: seconds since 1970, for `strftime_now`; the time of the system if nil.
    /// - Throws: `JinjaError` with the line.
    public func render(_ variables: JSONObject, now: Int? = nil) throws(JinjaError) -> Rendering {
        var values: [String: JinjaValue] = [:]
        for (key, value) in variables { values[key] = JinjaValue(value) }
        let evaluator = JinjaEvaluator(variables: values, limits: limits, now: now ?? time(nil))
        do throws(JinjaProblem) {
            try evaluator.render(statements)
        } catch {
            throw error.at(line: evaluator.line, of: name)
        }
        return Rendering(text: evaluator.output, generated: evaluator.generated)
    }
}
