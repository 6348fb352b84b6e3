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
            let text = try render(
                template, marks.conversation, marks.conversation.messages[...], true, variables
            ).text
            return marks.rendered(text, trained: [])
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
            let messages = marks.conversation.messages
            let whole = try render(template, marks.conversation, messages[...], false, variables)
            if template.marksGeneration { return marks.rendered(whole.text, trained: whole.generated) }
            var trained: [Range<Int>] = []
            for index in messages.indices where messages[index].role == .assistant {
                let range = try place(
                    ofAnswer: index, in: whole.text, template, marks.conversation, variables)
                trained.append(withoutSpaceAfterEnd(range, in: whole.text))
            }
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

    // MARK: Jinja

    private func render(
        _ template: JinjaTemplate, _ conversation: Conversation, _ messages: ArraySlice<ChatMessage>,
        _ addsPrompt: Bool, _ variables: JSONObject
    ) throws(JinjaError) -> JinjaTemplate.Rendering {
        var values: JSONObject = [
            "messages": .array(messages.map(\.json)),
            "tools": conversation.tools ?? .null,
            "add_generation_prompt": .bool(addsPrompt),
            "bos_token": .string(tokens.beginning),
            "eos_token": .string(tokens.end),
        ]
        for (key, value) in variables { values[key] = value }
        return try template.render(values)
    }

    private func place(
        ofAnswer index: Int, in whole: String, _ template: JinjaTemplate, _ conversation: Conversation,
        _ variables: JSONObject
    ) throws -> Range<Int> {
        let messages = conversation.messages
        let before = try render(template, conversation, messages[..<index], true, variables).text
        guard whole.utf8.starts(with: before.utf8) else {
            throw ChatError.answerHasNoPlace(template: name, message: index + 1)
        }
        let start = before.utf8.count
        if index == messages.count - 1 { return start..<whole.utf8.count }
        // A template may end the last answer of a text in another way than one in the middle.
        let through = try render(template, conversation, messages[...index], false, variables).text
        let end = zip(through.utf8, whole.utf8).prefix { $0 == $1 }.count
        let answer = whole.utf8.dropFirst(start).prefix(max(0, end - start))
        let content = messages[index].content.stripped()
        guard end >= start, String(decoding: answer, as: UTF8.self).pythonFind(content) != nil else {
            throw ChatError.answerHasNoPlace(template: name, message: index + 1)
        }
        return start..<end
    }

    /// Up to the last control token, if only white space follows it.
    private func withoutSpaceAfterEnd(_ range: Range<Int>, in text: String) -> Range<Int> {
        let part = String(decoding: text.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
        let kept = part.stripped(left: false)
        guard tokens.control.contains(where: { !$0.isEmpty && kept.pythonEnds(with: $0) }) else {
            return range
        }
        return range.lowerBound..<range.lowerBound + kept.utf8.count
    }
}
