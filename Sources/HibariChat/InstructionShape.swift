import HibariSupport

/// The forms in which examples of instructions are written.
public enum InstructionShape: String, Sendable, CaseIterable {
    /// `{"messages": [{"role": "user", "content": "…"}, …]}`
    case messages
    /// ShareGPT's: `{"conversations": [{"from": "human", "value": "…"}, …]}`
    case conversations
    case promptCompletion = "prompt/completion"
    /// Alpaca's; `input` may be missing.
    case instruction = "instruction/input/output"
    /// Text that is learned as it is.
    case text

    /// The keys of a record, for messages.
    var keys: String {
        switch self {
        case .messages: "messages"
        case .conversations: "conversations"
        case .promptCompletion: "prompt and completion"
        case .instruction: "instruction and output"
        case .text: "text"
        }
    }

    /// The first shape, in the order of the cases, whose keys a record has.
    init?(of record: JSONObject) {
        func has(_ keys: String...) -> Bool { keys.allSatisfy { record[$0] != nil } }
        if has("messages") {
            self = .messages
        } else if has("conversations") {
            self = .conversations
        } else if has("prompt", "completion") {
            self = .promptCompletion
        } else if has("instruction", "output") {
            self = .instruction
        } else if has("text") {
            self = .text
        } else {
            return nil
        }
    }

    /// The keys that are read.
    var readKeys: Set<String> {
        switch self {
        case .messages: ["messages", "tools"]
        case .conversations: ["conversations", "system", "tools"]
        case .promptCompletion: ["prompt", "completion"]
        case .instruction: ["instruction", "input", "output"]
        case .text: ["text"]
        }
    }
}

/// What a record of a file holds.
public struct InstructionExample: Sendable, Equatable {
    public enum Content: Sendable, Equatable {
        case conversation(Conversation)
        case text(String)
    }

    public var content: Content
    public var place: RecordPlace

    public init(content: Content, place: RecordPlace) {
        (self.content, self.place) = (content, place)
    }

    /// Whether there is nothing but white space for the assistant to learn in the last answer.
    public var hasEmptyAnswer: Bool {
        let answer: String? =
            switch content {
            case .conversation(let conversation):
                conversation.messages.last { $0.role == .assistant }.flatMap { message in
                    // Calls of functions are an answer.
                    message.details["tool_calls"] == nil ? message.content : nil
                }
            case .text(let text): text
            }
        return answer?.unicodeScalars.allSatisfy(isPythonSpace) ?? false
    }
}
