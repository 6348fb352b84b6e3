import HibariSupport

/// Reads the members of one record, with errors that say where it is.
struct InstructionRecord {
    let path: String
    let place: RecordPlace

    func content(
        _ record: JSONObject, _ shape: InstructionShape
    ) throws(ChatError) -> InstructionExample.Content {
        switch shape {
        case .messages:
            let messages = try list(record, "messages", "messages", message)
            return .conversation(try conversation(messages, "messages", tools: record["tools"]))
        case .conversations:
            var messages = try list(record, "conversations", "messages", sharedMessage)
            if let system = try optionalString(record, "system"), messages.first?.role != .system {
                messages.insert(ChatMessage(.system, system), at: 0)
            }
            return .conversation(try conversation(messages, "conversations", tools: record["tools"]))
        case .promptCompletion:
            let prompt = ChatMessage(.user, try string(record, "prompt"))
            return .conversation(
                Conversation([prompt, ChatMessage(.assistant, try string(record, "completion"))]))
        case .instruction:
            let request = AlpacaRequest(
                instruction: try string(record, "instruction"),
                input: try optionalString(record, "input") ?? "")
            return .conversation(
                Conversation([ChatMessage(request), ChatMessage(.assistant, try string(record, "output"))]))
        case .text: return .text(try string(record, "text"))
        }
    }

    // MARK: Messages

    private func message(_ object: JSONObject, _ key: String) throws(ChatError) -> ChatMessage {
        let name = try string(object, "role", in: key)
        guard let role = ChatRole(rawValue: name) else {
            throw failure(
                "\(key).role",
                "is \(quoted(name)); expected \(ChatRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var details = object
        details["role"] = nil
        details["content"] = nil
        var content = ""
        // A message that only calls functions may have no text.
        if object["content"]?.isNull != true || object["tool_calls"] == nil {
            content = try string(object, "content", in: key)
        }
        return ChatMessage(role, content, details: details)
    }

    private static let sharedRoles: [String: ChatRole] = [
        "system": .system, "human": .user, "user": .user, "gpt": .assistant, "assistant": .assistant,
        "tool": .tool,
    ]

    private func sharedMessage(_ object: JSONObject, _ key: String) throws(ChatError) -> ChatMessage {
        let name = try string(object, "from", in: key)
        guard let role = Self.sharedRoles[name] else {
            throw failure(
                "\(key).from",
                "is \(quoted(name)); expected \(Self.sharedRoles.keys.sorted().joined(separator: ", "))")
        }
        return ChatMessage(role, try string(object, "value", in: key))
    }

    private func conversation(
        _ messages: [ChatMessage], _ key: String, tools: JSONValue?
    ) throws(ChatError) -> Conversation {
        if let late = messages.indices.dropFirst().first(where: { messages[$0].role == .system }) {
            throw failure("\(key)[\(late)]", "is of the system; only the first message may be")
        }
        guard messages.contains(where: { $0.role == .assistant }) else {
            throw failure(key, "has no message of the assistant, so there is nothing to learn")
        }
        if let tools, !tools.isNull, tools.array == nil {
            throw failure("tools", "is \(tools.kind); expected an array")
        }
        return Conversation(messages, tools: tools?.isNull == true ? nil : tools)
    }

    // MARK: Members

    func object(_ value: JSONValue, _ key: String) throws(ChatError) -> JSONObject {
        guard let object = value.object else { throw failure(key, "is \(value.kind); expected an object") }
        return object
    }

    private func list(
        _ record: JSONObject, _ key: String, _ what: String,
        _ read: (JSONObject, String) throws(ChatError) -> ChatMessage
    ) throws(ChatError) -> [ChatMessage] {
        let value = record[key] ?? .null
        guard let array = value.array else {
            throw failure(key, "is \(value.kind); expected an array of \(what)")
        }
        if array.isEmpty { throw failure(key, "is empty; expected at least one message") }
        var messages: [ChatMessage] = []
        for (index, element) in array.enumerated() {
            let name = "\(key)[\(index)]"
            messages.append(try read(try object(element, name), name))
        }
        return messages
    }

    private func string(
        _ object: JSONObject, _ key: String, in parent: String? = nil
    ) throws(ChatError) -> String {
        let name = parent.map { "\($0).\(key)" } ?? key
        guard let value = object[key] else { throw failure(name, "is missing; expected a string") }
        guard let text = value.string else { throw failure(name, "is \(value.kind); expected a string") }
        return text
    }

    private func optionalString(_ object: JSONObject, _ key: String) throws(ChatError) -> String? {
        guard let value = object[key], !value.isNull else { return nil }
        return try string(object, key)
    }

    private func failure(_ key: String, _ problem: String) -> ChatError {
        .invalidRecord(path: path, place: place, key: key, problem: problem)
    }
}
