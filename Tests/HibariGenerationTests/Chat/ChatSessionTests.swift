import HibariChat
import HibariGeneration
import HibariModels
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Conversations with a random model, in which nothing ends an answer but its length.
@Suite struct ChatSessionTests {
    /// A template without control tokens: each message and a line feed.
    private func session(
        maxTokens: Int = 8, greedy: Bool = false, template: BuiltInTemplate = .plain, system: String? = nil,
        contextLength: Int? = nil
    ) throws -> ChatSession {
        let generator = TextGenerator(
            model: try TinyModels.make(.llama, contextLength: 96), tokenizer: ByteTokenizer(),
            text: TextConventions())
        let sampling = TinyModels.options(1, seed: 5, greedy: greedy).sampling
        return try ChatSession(
            generator, template: ChatTemplate(.builtIn(template), tokens: ChatTokens(end: "", control: [])),
            settings: ChatSettings(sampling: sampling, maxTokens: maxTokens), system: system,
            contextLength: contextLength)
    }

    private let question = String(repeating: "q", count: 29)

    @Test func turnsAreKeptAndStreamed() throws {
        let session = try session()
        var streamed = ""
        let reply = try session.reply(to: "hi", emit: { streamed += $0 })
        #expect(reply.text == streamed && reply.result.finishReason == .length)
        #expect(reply.result.tokens.count == 8 && reply.newPromptTokens == 3)
        #expect(session.messages == [ChatMessage(.user, "hi"), ChatMessage(.assistant, reply.text)])
        let again = try self.session()
        #expect(try again.reply(to: "hi").text == reply.text)
    }

    @Test func theNextTurnReadsOnlyWhatIsNew() throws {
        let session = try session(greedy: true)
        _ = try session.reply(to: "hi")
        let second = try session.reply(to: "and then")
        // At least "hi" and its line feed were read before.
        #expect(second.newPromptTokens <= second.result.promptTokenCount - 3)
        // One that reads all of it at once answers the same.
        let other = try self.session(greedy: true)
        let folder = TemporaryDirectory()
        let path = folder.path + "/chat.jsonl"
        _ = try session.undo()
        try session.save(to: path)
        try other.load(from: path)
        let whole = try other.reply(to: "and then")
        #expect(whole.newPromptTokens == whole.result.promptTokenCount)
        #expect(whole.text == second.text)
    }

    @Test func regeneratedAnswersReplaceTheLast() throws {
        let session = try session()
        var answers: Set<String> = []
        answers.insert(try session.reply(to: "hi").text)
        for _ in 0..<3 {
            let reply = try session.regenerate()
            answers.insert(reply.text)
            #expect(session.messages == [ChatMessage(.user, "hi"), ChatMessage(.assistant, reply.text)])
        }
        #expect(answers.count > 1)
    }

    @Test func undoTakesBackATurn() throws {
        let session = try session()
        _ = try session.reply(to: "one")
        let kept = session.messages
        _ = try session.reply(to: "two")
        #expect(try session.undo() == "two")
        #expect(session.messages == kept)
        #expect(try session.undo() == "one")
        #expect(session.messages.isEmpty)
        #expect(throws: ChatSessionError.nothing(to: "take back")) { try session.undo() }
        #expect(throws: ChatSessionError.nothing(to: "answer again")) { try session.regenerate() }
    }

    @Test func oldestTurnsAreDroppedWhenTheContextIsFull() throws {
        // 96 tokens, of which 8 are for the answer. A question has 30, an answer of 8 bytes at most 24 and a line feed.
        let session = try session()
        #expect(try session.reply(to: question).droppedTurns == 0)
        #expect(try session.reply(to: question).droppedTurns == 0)
        let third = try session.reply(to: question)
        #expect(third.droppedTurns == 2)
        #expect(third.result.promptTokenCount == 30)
        #expect(session.messages.count == 6)
        let fourth = try session.reply(to: question)
        #expect(fourth.droppedTurns == 0 && fourth.result.promptTokenCount >= 61)
    }

    @Test func aSmallerContextCountsInsteadOfTheModels() throws {
        let session = try session(contextLength: 40)
        #expect(try session.reply(to: question).droppedTurns == 0)
        #expect(try session.reply(to: question).droppedTurns == 1)
        #expect(session.contextLength == 40)
        #expect(try self.session(contextLength: 4000).contextLength == 96)
    }

    @Test func answersEndWithTheContext() throws {
        let session = try session(maxTokens: 500, contextLength: 40)
        let reply = try session.reply(to: question)
        #expect(reply.result.finishReason == .context && reply.result.tokens.count == 10)
    }

    @Test func tooLongAQuestionLeavesTheConversation() throws {
        let session = try session()
        _ = try session.reply(to: "hi")
        let before = session.messages
        let error = #expect(throws: ChatSessionError.self) {
            try session.reply(to: String(repeating: "x", count: 200))
        }
        #expect(error == .tooLong(tokens: 201, limit: 88, context: 96))
        #expect(session.messages == before)
        #expect(try session.reply(to: "go on").result.promptTokenCount > 9)
    }

    @Test func errorsOfTheTemplateLeaveTheConversation() throws {
        // Gemma's has no message of the system.
        let session = try session(template: .gemma, system: "Be brief.")
        #expect(throws: ChatError.self) { try session.reply(to: "hi") }
        #expect(session.messages.isEmpty)
        session.system = nil
        _ = try session.reply(to: "hi")
        #expect(session.messages.count == 2)
    }

    @Test func interruptedAnswersStayAsFarAsTheyGo() throws {
        let session = try session()
        var asked = 0
        let reply = try session.reply(
            to: "hi",
            isInterrupted: {
                asked += 1
                return asked > 3
            })
        #expect(reply.result.finishReason == .interrupted && reply.result.tokens.count == 3)
        #expect(session.messages.last == ChatMessage(.assistant, reply.text))
    }

    @Test func conversationsAreSavedAndLoaded() throws {
        let folder = TemporaryDirectory()
        let session = try session(system: "Be brief.")
        let path = folder.path + "/chat.jsonl"
        #expect(throws: ChatSessionError.nothing(to: "save")) { try session.save(to: path) }
        _ = try session.reply(to: "\"quoted\"\nlines")
        try session.save(to: path)
        _ = try session.reply(to: "more")
        try session.save(to: path)
        let other = try self.session()
        try other.load(from: path)
        #expect(other.system == "Be brief.")
        #expect(other.messages == session.messages)
        // A file of somebody else is not written over, and one that is no conversation changes nothing.
        #expect(throws: FileError.alreadyExists(path: path)) { try other.save(to: path) }
        let wrong = try folder.write("wrong.jsonl", "{\"text\":\"a\"}\n")
        #expect(throws: ChatSessionError.noConversation(path: wrong)) { try other.load(from: wrong) }
        #expect(other.messages == session.messages)
    }

    @Test func templatesAreSpelledWhereThereAreNoControlTokens() throws {
        let session = try session(template: .chatml)
        let reply = try session.reply(to: "hi")
        #expect(
            reply.result.promptTokenCount
                == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n".utf8.count)
    }

    @Test func settingsAreCheckedAndNamed() throws {
        var settings = ChatSettings()
        try settings.set("temperature", "0")
        #expect(settings.sampling.isGreedy)
        try settings.set("temperature", "0.5")
        #expect(settings.sampling.temperature == 0.5 && !settings.sampling.isGreedy)
        try settings.set("max-tokens", "9")
        #expect(settings.all.map(\.name) == ChatSettings.names)
        #expect(settings.all.first { $0.name == "max-tokens" }?.value == "9")
        let before = settings
        #expect(throws: ChatSessionError.unknownSetting(name: "warmth")) { try settings.set("warmth", "1") }
        #expect(throws: ChatSessionError.self) { try settings.set("top-k", "many") }
        #expect(throws: ChatSessionError.self) { try settings.set("max-tokens", "0") }
        #expect(throws: SamplingError.self) { try settings.set("top-p", "2") }
        #expect(settings == before)
    }
}
