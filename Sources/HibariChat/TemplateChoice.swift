import HibariSupport
import HibariTokenizers

/// The template of a chat, and why it is this one.
public struct TemplateChoice: Sendable {
    public let template: ChatTemplate
    /// For the user: "chatml, because …".
    public let reason: String

    /// The template asked for; else the model's own; else the built-in one whose control tokens the tokenizer has; else
    /// the texts alone.
    ///
    /// - Parameters:
    ///   - option: the name of a built-in template, or a file with a Jinja template; nil to choose.
    ///   - own: the model's template in Jinja.
    ///   - model: the path of the model, for messages.
    /// - Throws: `ChatError` for an option that is neither; `JinjaError` for a template that cannot be used.
    public init(option: String?, own: String?, model: String, tokens: ChatTokens) throws {
        func choose(_ source: ChatTemplate.Source, _ reason: String) -> (ChatTemplate, String) {
            (ChatTemplate(source, tokens: tokens), reason)
        }
        let choice: (ChatTemplate, String) =
            if let option {
                choose(try Self.named(option), "as asked for")
            } else if let own {
                choose(
                    .jinja(try JinjaTemplate(own, name: "the chat template of \(model)")),
                    "it comes with the model")
            } else if let builtIn = Self.marks.first(where: { tokens.control.contains($0.token) }) {
                choose(
                    .builtIn(builtIn.template),
                    "the model brings no template, but its tokenizer has \(builtIn.token)")
            } else {
                choose(
                    .builtIn(.plain),
                    "the model brings no template; it may not be made for conversations and just go on writing"
                )
            }
        (template, reason) = choice
    }

    /// Control tokens that tell a template.
    private static let marks: [(token: String, template: BuiltInTemplate)] = [
        ("<|im_start|>", .chatml), ("<|start_header_id|>", .llama3), ("<start_of_turn>", .gemma),
    ]

    private static func named(_ option: String) throws -> ChatTemplate.Source {
        if let template = BuiltInTemplate(rawValue: option) { return .builtIn(template) }
        guard fileExists(option) else { throw ChatError.unknownTemplate(name: option) }
        let bytes = try readFile(option)
        if let offset = firstInvalidUTF8(in: bytes) {
            throw ChatError.templateNotUTF8(path: option, offset: offset)
        }
        return .jinja(try JinjaTemplate(String(decoding: bytes, as: UTF8.self), name: option))
    }
}
