import Foundation
import HibariChat
import HibariSupport
import Testing

/// What `Tools/chat/fixtures.py` wrote.
enum ChatFixtures {
    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(
            contentsOf: #require(
                Bundle.module.path(forResource: name, ofType: "json", inDirectory: "Fixtures")))
    }

    /// A template of the folder `templates`.
    static func template(_ name: String) throws -> JinjaTemplate {
        let path = try #require(
            Bundle.module.path(forResource: name, ofType: "jinja", inDirectory: "Fixtures/templates"))
        return try JinjaTemplate(String(decoding: try readFile(path), as: UTF8.self), name: name)
    }

    static let tokens = ChatTokens(
        beginning: "<s>", end: "</s>",
        control: [
            "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>",
            "<|eot_id|>",
            "<start_of_turn>", "<end_of_turn>", "<|user|>", "<|assistant|>", "<|system|>", "<|end|>",
        ])

    /// The conversations of the fixture whose messages all have plain text, by name.
    static func conversations() throws -> [(name: String, conversation: Conversation)] {
        let all = try #require(try json("templates")["conversations"]?.object)
        return all.compactMap { name, value in
            let messages = (value["messages"]?.array ?? []).compactMap { message -> ChatMessage? in
                guard let role = message["role"]?.string.flatMap({ ChatRole(rawValue: $0) }),
                    let content = message["content"]?.string, message.object?.count == 2
                else { return nil }
                return ChatMessage(role, content)
            }
            let isPlain = messages.count == value["messages"]?.array?.count && value.object?.count == 1
            return isPlain ? (name, Conversation(messages)) : nil
        }
    }
}
