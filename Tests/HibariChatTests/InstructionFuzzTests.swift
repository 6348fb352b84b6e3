import HibariChat
import HibariSupport
import HibariTestSupport
import Testing

/// Damaged files of instructions: errors that name the file, or examples that templates can render.
@Suite struct InstructionFuzzTests {
    private static let words = [
        "null", "{}", "[]", "\"", "\\", "\n", "{", "}", "[", "]", ",", ":", "1e999", "-", "\\ud800",
        "\\u0000",
        "\"role\"", "\"content\"", "\"system\"", "\"tool\"", "\"tool_calls\"", "\"messages\"", "\"text\"",
        "\u{FEFF}",
    ]

    private static let files = [
        #"{"messages": [{"role": "system", "content": "é"}, {"role": "user", "content": "a"}, "#
            + #"{"role": "assistant", "content": "b", "tool_calls": [{"function": {"name": "f", "arguments": {}}}]}]}"#
            + "\n"
            + #"{"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": "雲"}]}"#,
        #"[{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "system": "s"}]"#,
        #"{"instruction": "a", "input": "b", "output": "c"}"# + "\n\n"
            + #"{"instruction": "d", "output": ""}"#,
        #"{"prompt": "a", "completion": "b"}"# + "\n" + #"{"prompt": "c", "completion": "d", "extra": 1}"#,
        #"{"text": "a\nb"}"# + "\n" + #"{"text": ""}"#,
    ]

    @Test(arguments: files) func damaged(file: String) throws {
        let folder = TemporaryDirectory()
        let template = try JinjaTemplate(
            "{% for m in messages %}{{ m.role }}: {{ m.content|trim }}{{ m.tool_calls|tojson if m.tool_calls }}\n{% endfor %}",
            name: "T")
        let chat = ChatTemplate(.jinja(template), tokens: ChatTokens(end: "</s>", control: ["</s>"]))
        let path = folder.path + "/a.jsonl"
        for words in [[], Self.words] {
            let refused = try refusals(
                of: Mutations(Array(file.utf8), words: words, seed: 5), count: 1500, path: path
            ) { path in
                for example in try InstructionFile(path: path).examples { _ = try chat.rendered(example) }
            }
            #expect(refused > 300)
        }
    }

    @Test func extremes() throws {
        let folder = TemporaryDirectory()
        func message(_ text: String) throws -> String {
            try writeQuickly(folder.path + "/a.jsonl", Array(text.utf8))
            return errorMessage { _ = try InstructionFile(path: folder.path + "/a.jsonl") }
        }
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(try message(deep).contains("256 levels"))
        #expect(try message(#"{"text": "# + deep).contains("256 levels"))
        #expect(try message(String(repeating: "\n", count: 1_000_000)).contains("a.jsonl"))
        #expect(try message(String(repeating: "{}\n", count: 10_000)).contains("a.jsonl"))
        let manyKeys = (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",")
        #expect(try message("{\(manyKeys)}").utf8.count < 10_000)
    }
}
