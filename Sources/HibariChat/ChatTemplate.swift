import HibariSupport
import HibariTokenizers

/// The texts of a model's tokens that templates write.
public struct ChatTokens: Sendable, Equatable {
    /// What stands before a text, `bos_token` in Jinja; empty for none.
    public var beginning: String
    /// What stands after an answer or a text, `eos_token` in Jinja; empty for none.
    public var end: String
    /// All control tokens of the tokenizer: what users write is none of them.
    public var control: [String]

    public init(beginning: String = "", end: String, control: [String]) {
        (self.beginning, self.end, self.control) = (beginning, end, control)
    }

    /// Those of a tokenizer.
    ///
    /// - Parameter beginning: the token before a text, if the model has one; the tokenizer does not know.
    public init(of tokenizer: any Tokenizer, beginning: String = "") {
        let special = tokenizer.specialTokens
        let end = tokenizer.endOfText.flatMap { id in special.first { $0.id == id }?.content }
        self.init(
            beginning: beginning, end: end ?? "", control: special.filter(\.isControl).map(\.content))
    }
}

/// How a conversation becomes the text that a model reads.
public struct ChatTemplate: Sendable {
    public enum Source: Sendable {
        case builtIn(BuiltInTemplate)
        case jinja(JinjaTemplate)
    }

    public let source: Source
    public let tokens: ChatTokens

    public init(_ source: Source, tokens: ChatTokens) {
        (self.source, self.tokens) = (source, tokens)
    }

    /// The name for messages.
    public var name: String {
        switch source {
        case .builtIn(let template): template.rawValue
        case .jinja(let template): template.name
        }
    }

    /// What a model is given to go on with: the conversation so far, and the beginning of the assistant's turn.
    ///
    /// - Parameter variables: more of what a Jinja template may name, e.g. `enable_thinking`.
    /// - Throws: `ChatError` or `JinjaError` if the template does not take the conversation.
    public func prompt(
        _ conversation: Conversation, variables: JSONObject = JSONObject()
    ) throws -> RenderedConversation {
        switch source {
        case .builtIn(let template):
            return try template.render(conversation.messages, addsPrompt: true, tokens)
        case .jinja(let template):
            let marks = try ContentMarks(of: conversation, tokens.control)
            let jinja = JinjaConversation(template, marks.conversation, tokens, variables)
            return marks.rendered(try jinja.rendering(addsPrompt: true).text, trained: [])
        }
    }

    /// The whole conversation, with what the assistant says in it to be learned.
    ///
    /// What that is a Jinja template says by `{% generation %}`; for one that does not, it is what stands between the
    /// text before an answer, with the beginning of the assistant's turn, and the end of the text with the answer.
    /// White space behind the token that ends the turn does not belong to it.
    ///
    /// - Throws: `ChatError`, `answerHasNoPlace` if the template writes the text before an answer in another way once
    ///   the answer is there; `JinjaError`.
    public func rendered(
        _ conversation: Conversation, variables: JSONObject = JSONObject()
    ) throws -> RenderedConversation {
        switch source {
        case .builtIn(let template):
            return try template.render(conversation.messages, addsPrompt: false, tokens)
        case .jinja(let template):
            let marks = try ContentMarks(of: conversation, tokens.control)
            let jinja = JinjaConversation(template, marks.conversation, tokens, variables)
            let whole = try jinja.rendering(addsPrompt: false)
            let trained = template.marksGeneration ? whole.generated : try jinja.answers(in: whole.text)
            return marks.rendered(whole.text, trained: trained)
        }
    }

    /// An example of a file: its conversation, or its text.
    public func rendered(_ example: InstructionExample) throws -> RenderedConversation {
        switch example.content {
        case .conversation(let conversation): try rendered(conversation)
        case .text(let text): RenderedConversation(learning: text, end: tokens.end)
        }
    }
}
