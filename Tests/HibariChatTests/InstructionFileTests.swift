import Glibc
import HibariChat
import HibariSupport
import HibariTestSupport
import Testing

/// Files of instructions: their shapes, and what is wrong in them.
@Suite struct InstructionFileTests {
    private func read(_ text: String, _ name: String = "d.jsonl") throws -> InstructionFile {
        let folder = TemporaryDirectory()
        let path = try folder.write(name, text)
        return try withExtendedLifetime(folder) { try InstructionFile(path: path) }
    }

    private func messages(_ file: InstructionFile) -> [[ChatMessage]] {
        file.examples.compactMap {
            if case .conversation(let conversation) = $0.content { conversation.messages } else { nil }
        }
    }

    @Test func shapes() throws {
        let turns = [ChatMessage(.user, "a"), ChatMessage(.assistant, "b")]
        let chat = try read(
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "id": 1}"#
                + "\n\n")
        #expect(chat.shape == .messages)
        #expect(messages(chat) == [turns])
        #expect(chat.ignoredKeys == ["id"])

        let shared = try read(
            #"{"system": "s", "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}"#
        )
        #expect(shared.shape == .conversations)
        #expect(messages(shared) == [[ChatMessage(.system, "s")] + turns])
        #expect(shared.ignoredKeys.isEmpty)

        let prompts = try read(
            "\u{FEFF}" + #"{"prompt": "a", "completion": "b"}"# + "\r\n"
                + #"{"prompt": "a", "completion": " "}"#)
        #expect(prompts.shape == .promptCompletion)
        #expect(messages(prompts).first == turns)
        #expect(prompts.emptyAnswers == [.line(2)])

        let alpaca = try read(
            """
            [{"instruction": "i", "input": "x", "output": "o"},
             {"instruction": "i", "output": "", "text": "t"}]
            """, "d.json")
        #expect(alpaca.shape == .instruction)
        #expect(messages(alpaca)[0][0].request == AlpacaRequest(instruction: "i", input: "x"))
        #expect(messages(alpaca)[1][0].content == "i")
        #expect(alpaca.emptyAnswers == [.element(2)])
        #expect(alpaca.ignoredKeys == ["text"])

        let text = try read(#"{"text": "t"}"#)
        #expect(text.shape == .text)
        #expect(text.examples.map(\.content) == [.text("t")])
    }

    @Test func functionCalls() throws {
        let file = try read(
            """
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null, "tool_calls": [{}]}, \
            {"role": "tool", "content": "r"}], "tools": [{"name": "f"}]}
            """)
        let call = try #require(messages(file).first?[1])
        #expect(call.content.isEmpty)
        #expect(call.details == ["tool_calls": [[:]]])
        #expect(file.emptyAnswers.isEmpty)
        guard case .conversation(let conversation) = file.examples[0].content else { return }
        #expect(conversation.tools == [["name": "f"]])
    }

    @Test(arguments: [
        (#"{"messages": 1}"#, "line 1: messages is an integer; expected an array of messages"),
        (#"{"messages": []}"#, "line 1: messages is empty; expected at least one message"),
        (#"{"messages": ["a"]}"#, "line 1: messages[0] is a string; expected an object"),
        (#"{"messages": [{"content": "a"}]}"#, "line 1: messages[0].role is missing; expected a string"),
        (
            #"{"messages": [{"role": "bot", "content": "a"}]}"#,
            "line 1: messages[0].role is \"bot\"; expected system, user, assistant, tool"
        ),
        (
            #"{"messages": [{"role": "user", "content": null}]}"#,
            "line 1: messages[0].content is null; expected a string"
        ),
        (
            #"{"messages": [{"role": "user", "content": "a"}]}"#,
            "line 1: messages has no message of the assistant, so there is nothing to learn"
        ),
        (
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "system", "content": "a"}]}"#,
            "line 1: messages[1] is of the system; only the first message may be"
        ),
        (
            #"{"conversations": [{"from": "x", "value": "a"}]}"#,
            "line 1: conversations[0].from is \"x\"; expected assistant, gpt, human, system, tool, user"
        ),
        (#"{"instruction": "a", "output": 1}"#, "line 1: output is an integer; expected a string"),
        (#"{"prompt": null, "completion": "a"}"#, "line 1: prompt is null; expected a string"),
        ("\n[]", ": no records in it; give one JSON object per line, or an array of them"),
        ("", ": no records in it; give one JSON object per line, or an array of them"),
        ("[1]", "element 1: the record is an integer; expected an object"),
        (
            "{\"text\": \"a\"}\n\n{\"prompt\": \"a\", \"completion\": \"b\"}",
            "line 3: a record of the shape prompt/completion, where those before have the shape text; put them into two files"
        ),
        (
            #"{"question": "a", "answer": "b"}"#,
            "line 1: the keys question, answer are no known shape; expected messages, or conversations, or prompt and "
                + "completion, or instruction and output, or text"
        ),
        ("{\"text\": \"a\"}\n{\"text\": }", "line 2: invalid JSON at byte 9: found '}', expected a value"),
    ])
    func whatIsWrong(text: String, expected: String) {
        let message = errorMessage { _ = try read(text) }
        #expect(message.hasSuffix(expected), "\(message)")
    }

    @Test func missingFile() {
        let message = errorMessage { _ = try InstructionFile(path: "/no/such/file.jsonl") }
        #expect(message.contains("/no/such/file.jsonl"))
    }

    static let real: String? = {
        let folder = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
        let path = joinPath(folder, "sft/rasbt/instruction-data.json")
        return fileExists(path) ? path : nil
    }()

    @Test(.enabled(if: real != nil, "sft/rasbt is not in $HIBARI_DATA or ../shared/data"))
    func realFile() throws {
        let file = try InstructionFile(path: try #require(Self.real))
        #expect(file.shape == .instruction)
        #expect(file.examples.count == 1100)
        #expect(file.emptyAnswers.isEmpty)
        #expect(file.ignoredKeys.isEmpty)
    }
}
