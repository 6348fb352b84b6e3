import Glibc
import HibariSupport

/// A conversation with the Jinja template that writes it.
struct JinjaConversation {
    private let template: JinjaTemplate
    private let messages: [ChatMessage]
    private let tokens: ChatTokens
    /// What the template may name besides the messages.
    private let variables: JSONObject
    /// One time for all renderings, which are compared.
    private let now = Int(time(nil))

    init(
        _ template: JinjaTemplate, _ conversation: Conversation, _ tokens: ChatTokens, _ variables: JSONObject
    ) {
        (self.template, self.tokens, messages) = (template, tokens, conversation.messages)
        var values: JSONObject = [
            "tools": conversation.tools ?? .null,
            "bos_token": .string(tokens.beginning),
            "eos_token": .string(tokens.end),
        ]
        for (key, value) in variables { values[key] = value }
        self.variables = values
    }

    /// The text of the first `count` messages, or of all.
    func rendering(_ count: Int? = nil, addsPrompt: Bool) throws(JinjaError) -> JinjaTemplate.Rendering {
        var variables = variables
        variables["messages"] = .array(messages.prefix(count ?? messages.count).map(\.json))
        variables["add_generation_prompt"] = .bool(addsPrompt)
        return try template.render(variables, now: now)
    }

    /// Where in the whole text the answers and the ends of their turns are, in bytes.
    ///
    /// - Throws: `ChatError.answerHasNoPlace`; `JinjaError`.
    func answers(in whole: String) throws -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for index in messages.indices where messages[index].role == .assistant {
            let before = try rendering(index, addsPrompt: true).text
            guard whole.utf8.starts(with: before.utf8),
                let end = try endOfTurn(ofAnswer: index, from: before.utf8.count, in: whole)
            else { throw ChatError.answerHasNoPlace(template: template.name, message: index + 1) }
            ranges.append(before.utf8.count..<end)
        }
        return ranges
    }

    private func endOfTurn(ofAnswer index: Int, from start: Int, in whole: String) throws -> Int? {
        if index == messages.count - 1 { return endWithoutSpace(start..<whole.utf8.count, in: whole) }
        let through = try rendering(index + 1, addsPrompt: false).text
        if whole.utf8.starts(with: through.utf8), through.utf8.count >= start {
            return endWithoutSpace(start..<through.utf8.count, in: whole)
        }
        // The template writes the last answer of a text in another way than one in the middle.
        return end(ofTurnWith: messages[index].content.stripped(), from: start, in: whole)
    }

    /// The end of the control token that follows an answer, if the answer stands in its turn as it is.
    private func end(ofTurnWith answer: String, from start: Int, in whole: String) -> Int? {
        let rest = String(decoding: whole.utf8.dropFirst(start), as: UTF8.self)
        let parts = answer.isEmpty ? ["", rest] : rest.pythonSplit(answer, limit: 1)
        guard parts.count == 2, !tokens.control.contains(where: { parts[0].pythonFind($0) != nil })
        else { return nil }
        let following = parts[1].stripped(right: false)
        let length = tokens.control.filter { !$0.isEmpty && following.pythonStarts(with: $0) }
            .map(\.utf8.count).max()
        return length.map { whole.utf8.count - following.utf8.count + $0 }
    }

    /// The end of the last control token in the range, if only white space follows it there.
    private func endWithoutSpace(_ range: Range<Int>, in text: String) -> Int {
        let part = String(decoding: text.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
        let kept = part.stripped(left: false)
        let endsTurn = tokens.control.contains { !$0.isEmpty && kept.pythonEnds(with: $0) }
        return endsTurn ? range.lowerBound + kept.utf8.count : range.upperBound
    }
}
