import HibariChat
import HibariTestSupport
import HibariTokenizers
import Testing

/// Which template a model gets, and what is said of it.
@Suite struct ChatTemplateChoiceTests {
    private let own = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"

    private func tokenizer(_ special: String...) throws -> any Tokenizer {
        try special.reduce(
            try BPETokenizer.train(on: Array("the user, the user, the user".utf8), vocabularySize: 260)
        ) {
            try $0.adding(specialToken: $1)
        }
    }

    private func choice(
        _ tokenizer: any Tokenizer, _ name: String? = nil, own: String? = nil, beginning: Int32? = nil
    ) throws -> ChatTemplateChoice {
        try ChatTemplateChoice(name, own: own, model: "lark", tokenizer: tokenizer, beginning: beginning)
    }

    @Test func theOwnOneComesFirst() throws {
        let chatml = try tokenizer("<|im_start|>", "<|im_end|>", "<|user|>", "<|assistant|>")
        let found = try choice(chatml, own: own)
        #expect(found.template.name == "the chat template of lark" && found.warnings.isEmpty)
        #expect(found.reason == "the model's own template")
        #expect(try choice(chatml, "model", own: own).template.name == found.template.name)
        // Asked for by name, another one.
        #expect(try choice(chatml, "alpaca", own: own).template.name == "alpaca")
    }

    @Test func thenTheOneOfTheVocabulary() throws {
        let found = try choice(try tokenizer("<|im_start|>", "<|im_end|>"))
        #expect(found.template.name == "chatml" && found.warnings.isEmpty)
        #expect(found.reason == "chatml, whose tokens the vocabulary has")
        let llama = try tokenizer("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
        #expect(try choice(llama).template.name == "llama3")
        // Half of the tokens are not enough.
        let half = try choice(try tokenizer("<|im_start|>"))
        #expect(half.template.name == "alpaca" && half.warnings.isEmpty)
        #expect(half.reason.hasPrefix("alpaca, since"))
    }

    @Test func marksThatAreNoTokens() throws {
        let found = try choice(try tokenizer("<|im_start|>"), "chatml")
        #expect(found.warnings.count == 1)
        #expect(found.warnings[0].hasPrefix("the vocabulary has no <|im_end|>: chatml writes it"))
        let both = try choice(try tokenizer(), "gemma").warnings
        #expect(both.count == 1 && both[0].contains("<start_of_turn>, <end_of_turn>"))
        // Of the model's own template as well.
        let jinja = try choice(try tokenizer("<|user|>"), own: own)
        #expect(jinja.warnings.count == 1 && jinja.warnings[0].contains("no <|assistant|>:"))
    }

    @Test func nothingEndsAnAnswer() throws {
        let characters = try CharacterTokenizer.train(on: Array("### Response: abc".utf8))
        #expect(characters.endOfText == nil)
        let found = try choice(characters)
        #expect(found.template.name == "alpaca")
        #expect(found.warnings.count == 1 && found.warnings[0].contains("none will end"))
    }

    @Test func theBeginningIsSpelled() throws {
        let tokenizer = try tokenizer("<s>")
        let id = try #require(tokenizer.specialTokens.first { $0.content == "<s>" }?.id)
        #expect(try choice(tokenizer, "llama2", beginning: Int32(id)).template.tokens.beginning == "<s>")
        #expect(try choice(tokenizer, "llama2").template.tokens.beginning == "")
    }

    @Test func filesAndNamesThatAreNone() throws {
        let (folder, tokenizer) = (TemporaryDirectory(), try tokenizer())
        let path = try folder.write("plain.jinja", "{{ messages[0].content }}")
        let found = try choice(tokenizer, path, own: own)
        #expect(found.template.name == path && found.reason == "the template in \(path)")
        #expect(throws: ChatError.unknownTemplate(name: "chatlm")) { try choice(tokenizer, "chatlm") }
        #expect(throws: ChatError.noOwnTemplate(model: "lark")) { try choice(tokenizer, "model") }
        #expect(throws: ChatError.self) { try choice(tokenizer, folder.path + "/none.jinja") }
        let broken = try folder.write("broken.jinja", "{% for %}")
        #expect(throws: JinjaError.self) { try choice(tokenizer, broken) }
    }
}
