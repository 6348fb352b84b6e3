import HibariChat
import HibariTestSupport
import Testing

/// Which template a chat gets, and what is said of it.
@Suite struct TemplateChoiceTests {
    private func choose(
        _ option: String? = nil, own: String? = nil, control: [String] = []
    ) throws -> TemplateChoice {
        try TemplateChoice(
            option: option, own: own, model: "model.gguf", tokens: ChatTokens(end: "", control: control))
    }

    @Test func inTheOrderOfWhatIsKnown() throws {
        let own = "{% for m in messages %}{{ m.content }}{% endfor %}"
        #expect(try choose("alpaca", own: own).template.name == "alpaca")
        #expect(
            try choose(own: own, control: ["<|im_start|>"]).template.name == "the chat template of model.gguf"
        )
        #expect(try choose(control: ["</s>", "<|im_start|>"]).template.name == "chatml")
        #expect(try choose(control: ["<|start_header_id|>"]).template.name == "llama3")
        #expect(try choose(control: ["<start_of_turn>"]).template.name == "gemma")
        let plain = try choose(control: ["<|endoftext|>"])
        #expect(plain.template.name == "plain" && plain.reason.contains("brings no template"))
    }

    @Test func filesAreTemplates() throws {
        let folder = TemporaryDirectory()
        let path = try folder.write("a.jinja", "{% for m in messages %}[{{ m.content }}]{% endfor %}")
        let rendered = try choose(path).template.prompt(Conversation([ChatMessage(.user, "x")]))
        #expect(rendered.text == "[x]")
        let bytes = try folder.write("b.jinja", [0x61, 0xFF])
        #expect(throws: ChatError.templateNotUTF8(path: bytes, offset: 1)) { try choose(bytes) }
        #expect(throws: ChatError.unknownTemplate(name: "chatmil")) { try choose("chatmil") }
        let broken = try folder.write("c.jinja", "{% for %}")
        #expect(throws: JinjaError.self) { try choose(broken) }
    }
}
