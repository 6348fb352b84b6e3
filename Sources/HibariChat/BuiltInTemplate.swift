/// Chat templates that need no Jinja. Each gives, for conversations it takes, the text that the template of the models
/// it is named after gives.
///
/// The assistant's text and the token that ends its turn are learned; in llama2 the spaces around it as well, since
/// the model writes them.
public enum BuiltInTemplate: String, Sendable, CaseIterable {
    /// `<|im_start|>role`, a line feed, the text, `<|im_end|>` and a line feed for each message.
    case chatml
    /// Llama 2's: `<s>[INST] user [/INST] assistant </s>`, the system's text in `<<SYS>>` in the first request.
    case llama2
    /// Llama 3's: headers with the role, `<|eot_id|>` after each message.
    case llama3
    /// Gemma's: `<start_of_turn>user`, `<start_of_turn>model`; no message of the system.
    case gemma
    /// Stanford Alpaca's: `### Instruction:`, `### Input:`, `### Response:` under a sentence of introduction, which a
    /// message of the system replaces.
    case alpaca
    /// The texts alone: a blank line after the system's, a line feed after the others.
    case plain

    /// - Throws: `ChatError.unknownTemplate`.
    public init(named name: String) throws(ChatError) {
        guard let template = BuiltInTemplate(rawValue: name) else { throw .unknownTemplate(name: name) }
        self = template
    }

    /// What the assistant's turn ends with, where a chat stops.
    public func endOfTurn(_ tokens: ChatTokens) -> String {
        switch self {
        case .chatml: "<|im_end|>"
        case .llama3: "<|eot_id|>"
        case .gemma: "<end_of_turn>"
        case .llama2, .alpaca, .plain: tokens.end
        }
    }

    func render(
        _ messages: [ChatMessage], addsPrompt: Bool, _ tokens: ChatTokens
    ) throws(ChatError) -> RenderedConversation {
        var output = RenderedConversation()
        switch self {
        case .chatml:
            for message in messages { chatml(message, &output) }
            if addsPrompt { output.add("<|im_start|>assistant\n") }
        case .llama2: try llama2(messages, tokens, &output)
        case .llama3:
            for (index, message) in messages.enumerated() {
                if index == 0 { output.add(tokens.beginning) }
                output.add("<|start_header_id|>\(message.role.rawValue)<|end_header_id|>\n\n")
                let isTrained = message.role == .assistant
                output.write(message.content.stripped(), isTrained: isTrained)
                output.add("<|eot_id|>", isTrained: isTrained)
            }
            if addsPrompt { output.add("<|start_header_id|>assistant<|end_header_id|>\n\n") }
        case .gemma: try gemma(messages, addsPrompt: addsPrompt, tokens, &output)
        case .alpaca: try alpaca(messages, addsPrompt: addsPrompt, tokens, &output)
        case .plain:
            for message in messages {
                let isTrained = message.role == .assistant
                output.write(message.content, isTrained: isTrained)
                if isTrained { output.add(tokens.end, isTrained: true) }
                output.add(message.role == .system ? "\n\n" : "\n")
            }
        }
        return output
    }

    private func chatml(_ message: ChatMessage, _ output: inout RenderedConversation) {
        output.add("<|im_start|>\(message.role.rawValue)\n")
        let isTrained = message.role == .assistant
        output.write(message.content, isTrained: isTrained)
        output.add("<|im_end|>", isTrained: isTrained)
        output.add("\n")
    }

    private func llama2(
        _ messages: [ChatMessage], _ tokens: ChatTokens, _ output: inout RenderedConversation
    ) throws(ChatError) {
        let system = messages.first.flatMap { $0.role == .system ? $0.content : nil }
        let turns = messages.dropFirst(system == nil ? 0 : 1)
        try requireTurns(turns)
        for (index, message) in turns.enumerated() {
            if message.role == .assistant {
                output.add(" ", isTrained: true)
                output.write(message.content.stripped(), isTrained: true)
                output.add(" \(tokens.end)", isTrained: true)
                continue
            }
            output.add("\(tokens.beginning)[INST] ")
            if index == 0, let system {
                // The whole is without spaces at its ends, and it begins with the mark.
                let content = message.content.stripped(left: false)
                output.add("<<SYS>>\n")
                output.write(system)
                output.add("\n<</SYS>>" + (content.isEmpty ? "" : "\n\n"))
                output.write(content)
            } else {
                output.write(message.content.stripped())
            }
            output.add(" [/INST]")
        }
    }

    private func gemma(
        _ messages: [ChatMessage], addsPrompt: Bool, _ tokens: ChatTokens,
        _ output: inout RenderedConversation
    ) throws(ChatError) {
        if messages.first?.role == .system {
            throw .order(
                template: rawValue, message: 1,
                problem: "there is no message of the system; put its text into the first one of the user")
        }
        try requireTurns(messages[...])
        output.add(tokens.beginning)
        for message in messages {
            let isTrained = message.role == .assistant
            output.add("<start_of_turn>\(isTrained ? "model" : "user")\n")
            output.write(message.content.stripped(), isTrained: isTrained)
            output.add("<end_of_turn>", isTrained: isTrained)
            output.add("\n")
        }
        if addsPrompt { output.add("<start_of_turn>model\n") }
    }

    private func alpaca(
        _ messages: [ChatMessage], addsPrompt: Bool, _ tokens: ChatTokens,
        _ output: inout RenderedConversation
    ) throws(ChatError) {
        let system = messages.first.flatMap { $0.role == .system ? $0.content : nil }
        for (index, message) in messages.dropFirst(system == nil ? 0 : 1).enumerated() {
            if index == 0 {
                if let system {
                    output.write(system)
                } else {
                    let isPaired = message.request.map { !$0.input.isEmpty } ?? false
                    output.add("Below is an instruction that describes a task")
                    if isPaired { output.add(", paired with an input that provides further context") }
                    output.add(". Write a response that appropriately completes the request.")
                }
                output.add("\n\n")
            }
            switch message.role {
            case .user:
                output.add("### Instruction:\n")
                output.write(message.request?.instruction ?? message.content)
                if let input = message.request?.input, !input.isEmpty {
                    output.add("\n\n### Input:\n")
                    output.write(input)
                }
                output.add("\n\n")
            case .assistant:
                output.add("### Response:\n")
                output.write(message.content, isTrained: true)
                output.add(tokens.end, isTrained: true)
                output.add("\n\n")
            case .system, .tool:
                throw .order(
                    template: rawValue, message: index + (system == nil ? 1 : 2),
                    problem: "there is no place for a message of the role \(message.role.rawValue)")
            }
        }
        if addsPrompt { output.add("### Response:\n") }
    }

    /// User and assistant in turn, the user first.
    private func requireTurns(_ messages: ArraySlice<ChatMessage>) throws(ChatError) {
        for (index, message) in messages.enumerated() {
            let expected: ChatRole = index % 2 == 0 ? .user : .assistant
            if message.role != expected {
                throw .order(
                    template: rawValue, message: messages.startIndex + index + 1,
                    problem: """
                        is of the role \(message.role.rawValue) where one of the role \(expected.rawValue) should stand; \
                        user and assistant speak in turn
                        """)
            }
        }
    }
}
