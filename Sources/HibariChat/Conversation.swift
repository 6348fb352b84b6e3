import HibariSupport

/// Who says a message of a conversation.
public enum ChatRole: String, Sendable, CaseIterable {
    case system, user, assistant, tool
}

/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable {
    public var role: ChatRole
    public var content: String
    /// The two parts of a request in Alpaca's form; `content` is both together.
    public var request: AlpacaRequest?
    /// Other members, such as `tool_calls` and `reasoning_content`, which templates of models may read.
    public var details: JSONObject

    public init(_ role: ChatRole, _ content: String, details: JSONObject = JSONObject()) {
        (self.role, self.content, self.details) = (role, content, details)
    }

    /// A request of the user in Alpaca's form.
    public init(_ request: AlpacaRequest) {
        self.init(
            .user, request.input.isEmpty ? request.instruction : "\(request.instruction)\n\n\(request.input)")
        self.request = request
    }

    /// The message as templates see it.
    package var json: JSONValue {
        var object = details
        object["role"] = .string(role.rawValue)
        object["content"] = .string(content)
        return .object(object)
    }
}

/// An instruction and what it is about, which may be empty.
public struct AlpacaRequest: Sendable, Equatable {
    public var instruction: String
    public var input: String

    public init(instruction: String, input: String = "") {
        (self.instruction, self.input) = (instruction, input)
    }
}

/// Messages in order.
public struct Conversation: Sendable, Equatable {
    public var messages: [ChatMessage]
    /// The functions that the model may call, as templates of models read them; nil for none.
    public var tools: JSONValue?

    public init(_ messages: [ChatMessage], tools: JSONValue? = nil) {
        (self.messages, self.tools) = (messages, tools)
    }

    /// As a record of a file of instructions, in the shape `messages`.
    package var json: JSONValue {
        var object: JSONObject = ["messages": .array(messages.map(\.json))]
        object["tools"] = tools
        return .object(object)
    }
}
