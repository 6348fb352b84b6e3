import HibariChat
import HibariSupport
import HibariTestSupport
import Testing

/// The built-in templates against the Jinja templates of their models.
@Suite struct BuiltInTemplateTests {
    @Test(arguments: BuiltInTemplate.allCases)
    func sameAsJinja(template: BuiltInTemplate) throws {
        let tokens = ChatFixtures.tokens
        let builtIn = ChatTemplate(.builtIn(template), tokens: tokens)
        let jinja = ChatTemplate(.jinja(try ChatFixtures.template(template.rawValue)), tokens: tokens)
        var compared = 0
        for (name, conversation) in try ChatFixtures.conversations() {
            let label = "\(template), \(name)"
            let prompts = (try? builtIn.prompt(conversation).text, try? jinja.prompt(conversation).text)
            #expect(areSame(prompts.0, prompts.1), "\(label): \(prompts)")
            let found = try? builtIn.rendered(conversation)
            // These begin with what an empty conversation does not have, so that an answer without a question has no
            // place in their Jinja templates.
            let hasNoQuestion = conversation.messages.first?.role == .assistant
            if hasNoQuestion, template == .llama3 || template == .alpaca { continue }
            let expected = try? jinja.rendered(conversation)
            #expect(
                areSame(found?.text, expected?.text), "\(label): \(found?.text ?? "") \(expected?.text ?? "")"
            )
            #expect(found?.trained == expected?.trained, "\(label)")
            compared += found == nil ? 0 : 1
        }
        #expect(compared >= 8)
    }

    private func areSame(_ a: String?, _ b: String?) -> Bool {
        a.map { Array($0.utf8) } == b.map { Array($0.utf8) }
    }

    @Test func learnedText() throws {
        let conversation = Conversation([
            ChatMessage(.user, "One?"), ChatMessage(.assistant, " 1. "), ChatMessage(.user, "Two?"),
            ChatMessage(.assistant, "2."),
        ])
        func learned(_ template: BuiltInTemplate) throws -> [String] {
            try ChatTemplate(.builtIn(template), tokens: ChatFixtures.tokens).rendered(conversation).pieces
                .filter(\.isTrained).map(\.text)
        }
        #expect(try learned(.chatml) == [" 1. <|im_end|>", "2.<|im_end|>"])
        #expect(try learned(.llama2) == [" 1. </s>", " 2. </s>"])
        #expect(try learned(.llama3) == ["1.<|eot_id|>", "2.<|eot_id|>"])
        #expect(try learned(.gemma) == ["1.<end_of_turn>", "2.<end_of_turn>"])
        #expect(try learned(.alpaca) == [" 1. </s>", "2.</s>"])
        #expect(try learned(.plain) == [" 1. </s>", "2.</s>"])
    }

    @Test func alpacaWithInput() throws {
        let template = ChatTemplate(.builtIn(.alpaca), tokens: ChatFixtures.tokens)
        let request = ChatMessage(AlpacaRequest(instruction: "Add.", input: "2 and 3"))
        #expect(
            try template.rendered(Conversation([request, ChatMessage(.assistant, "5")])).text == """
                Below is an instruction that describes a task, paired with an input that provides further context. \
                Write a response that appropriately completes the request.

                ### Instruction:
                Add.

                ### Input:
                2 and 3

                ### Response:
                5</s>


                """)
        #expect(request.content == "Add.\n\n2 and 3")
    }

    @Test func whatTheyRefuse() throws {
        func message(_ template: BuiltInTemplate, _ messages: [ChatMessage]) -> String {
            errorMessage {
                _ = try ChatTemplate(.builtIn(template), tokens: ChatFixtures.tokens).rendered(
                    Conversation(messages))
            }
        }
        let answer = ChatMessage(.assistant, "x")
        #expect(
            message(.llama2, [answer])
                == "the template llama2, message 1: is of the role assistant where one of the role user should stand; "
                + "user and assistant speak in turn")
        #expect(message(.gemma, [ChatMessage(.system, "x"), answer]).contains("no message of the system"))
        #expect(message(.alpaca, [answer, ChatMessage(.tool, "x")]).contains("message 2: there is no place"))
        let unknown = errorMessage { _ = try BuiltInTemplate(named: "chatlm") }
        #expect(unknown.contains("no chat template \"chatlm\"; use one of chatml, llama2, llama3, gemma"))
    }
}
