import HibariChat
import HibariModels
import HibariSupport
import HibariTokenizers

/// A conversation with a model: its messages, and what the model has read of them.
///
/// What an error or an interruption leaves is always a conversation that can go on: after an error it is the one
/// before; after an interruption the answer is what was written so far.
public final class ChatSession {
    /// An answer, and what it took.
    public struct Reply: Sendable {
        public var result: GenerationResult
        /// Tokens of the prompt that were not read before.
        public var newPromptTokens: Int
        /// Turns that were dropped from what the model reads, because the context is full.
        public var droppedTurns: Int
        public var text: String { result.text }
    }

    public let template: ChatTemplate
    public var settings: ChatSettings
    /// What the conversation begins with; nil for nothing.
    public var system: String?
    /// All turns, also those that the model reads no more.
    public var messages: [ChatMessage] { turns.messages }
    /// The most tokens of a conversation and its next answer.
    public let contextLength: Int

    private let generator: TextGenerator
    private let window: ContextWindow
    private let endTokens: [Int32]
    private let stopStrings: [String]
    private var turns = Turns()
    /// Answers generated so far, dismissed ones too: each has random numbers of its own.
    private var sampleIndex = 0
    /// Files that this session wrote, and may write again.
    private var saved: Set<String> = []

    private struct Turns {
        var messages: [ChatMessage] = []
        /// The first message that the model reads.
        var firstRead = 0
    }

    /// - Parameter contextLength: at most that of the model, which is what nil means.
    /// - Throws: `SamplingError` for settings out of range.
    public init(
        _ generator: TextGenerator, template: ChatTemplate, settings: ChatSettings = ChatSettings(),
        system: String? = nil, contextLength: Int? = nil
    ) throws {
        try settings.sampling.validate()
        let limit = generator.model.configuration.contextLength
        (self.generator, self.template, self.settings, self.system) = (generator, template, settings, system)
        self.contextLength = min(contextLength ?? limit, limit)
        window = ContextWindow(generator.model)
        (endTokens, stopStrings) = Self.ends(template, generator)
    }

    /// The tokens and texts that end an answer: the model's, and what ends a turn in the template.
    private static func ends(
        _ template: ChatTemplate, _ generator: TextGenerator
    ) -> (tokens: [Int32], texts: [String]) {
        var (tokens, texts) = (generator.text.endTokens, [String]())
        guard case .builtIn(let builtIn) = template.source else { return (tokens, texts) }
        let end = builtIn.endOfTurn(template.tokens)
        let token = generator.tokenizer.specialTokens.first { $0.isControl && $0.content == end }
        if let token {
            if !tokens.contains(Int32(token.id)) { tokens.append(Int32(token.id)) }
        } else if !end.isEmpty {
            // A tokenizer without this token spells it.
            texts.append(end)
        }
        if builtIn == .alpaca { texts.append("\n### Instruction:") }
        return (tokens, texts)
    }

    // MARK: Turns

    /// Asks, and adds question and answer to the conversation.
    ///
    /// - Parameters:
    ///   - isInterrupted: true ends the answer, which stays as far as it goes.
    ///   - emit: gets the answer piece by piece.
    /// - Throws: `ChatSessionError.tooLong`; errors of the template, the tokenizer and the sampling.
    public func reply(
        to question: String, isInterrupted: () -> Bool = { false }, emit: (String) -> Void = { _ in }
    ) throws -> Reply {
        try changing {
            turns.messages.append(ChatMessage(.user, question))
            return try answer(isInterrupted, emit)
        }
    }

    /// Answers the last question once more, in place of the last answer.
    ///
    /// - Throws: `ChatSessionError.nothing`, and as `reply`.
    public func regenerate(
        isInterrupted: () -> Bool = { false }, emit: (String) -> Void = { _ in }
    ) throws -> Reply {
        try changing {
            guard let question = turns.messages.lastIndex(where: { $0.role == .user }) else {
                throw ChatSessionError.nothing(to: "answer again")
            }
            turns.messages.removeSubrange((question + 1)...)
            return try answer(isInterrupted, emit)
        }
    }

    /// Takes back the last question and what followed, and returns the question.
    public func undo() throws(ChatSessionError) -> String {
        guard let question = turns.messages.lastIndex(where: { $0.role == .user }) else {
            throw .nothing(to: "take back")
        }
        let text = turns.messages[question].content
        turns.messages.removeSubrange(question...)
        turns.firstRead = min(turns.firstRead, question)
        return text
    }

    /// Forgets all turns; the system's message stays.
    public func clear() { turns = Turns() }

    /// Runs `body`, and puts the turns back if it throws.
    private func changing<Result>(_ body: () throws -> Result) throws -> Result {
        let before = turns
        do {
            return try body()
        } catch {
            turns = before
            throw error
        }
    }

    private func answer(_ isInterrupted: () -> Bool, _ emit: (String) -> Void) throws -> Reply {
        let (prompt, dropped) = try fittingPrompt()
        let room = contextLength - prompt.count
        let options = GenerationOptions(
            maxTokens: min(settings.maxTokens, room), sampling: settings.sampling, stopStrings: stopStrings,
            slidesContext: false)
        let kept = window.keptCount(of: prompt)
        defer { sampleIndex += 1 }
        var result = try generator.generate(
            promptTokens: prompt, options, sampleIndex: sampleIndex, endTokens: endTokens, window: window,
            isInterrupted: isInterrupted
        ) {
            emit($0)
            return true
        }
        if result.finishReason == .length, room < settings.maxTokens { result.finishReason = .context }
        turns.messages.append(ChatMessage(.assistant, result.text))
        return Reply(result: result, newPromptTokens: prompt.count - kept, droppedTurns: dropped)
    }

    // MARK: What the model reads

    /// The tokens that the model goes on from, if the conversation began with the message `first`.
    private func prompt(from first: Int) throws -> [Int32] {
        let conversation = Conversation(
            (system.map { [ChatMessage(.system, $0)] } ?? []) + turns.messages[first...])
        let ids = try TokenizedConversation(
            try template.prompt(conversation), tokenizer: generator.tokenizer
        ).ids
        let text = generator.text
        // A template of a model writes the beginning itself where it should be.
        guard case .builtIn = template.source, text.addsBeginning, let beginning = text.beginningToken,
            ids.first != beginning
        else { return ids }
        return [beginning] + ids
    }

    /// The prompt, with room for an answer. If the conversation is too long its oldest turns go, at once as many as
    /// leave half of the context free: what is left is read anew, which should not happen at every turn.
    private func fittingPrompt() throws -> (tokens: [Int32], dropped: Int) {
        let limit = contextLength - min(settings.maxTokens, contextLength / 4)
        var tokens = try prompt(from: turns.firstRead)
        if tokens.count <= limit { return (tokens, 0) }
        var dropped = 0
        while tokens.count > limit / 2,
            let next = turns.messages.indices.first(where: {
                $0 > turns.firstRead && turns.messages[$0].role == .user
            })
        {
            turns.firstRead = next
            dropped += 1
            tokens = try prompt(from: next)
        }
        guard tokens.count <= limit else {
            throw ChatSessionError.tooLong(tokens: tokens.count, limit: limit, context: contextLength)
        }
        return (tokens, dropped)
    }

    // MARK: Files

    /// Writes the conversation as a line of JSON in the shape `messages`, which fine-tuning reads.
    ///
    /// - Throws: `ChatSessionError.nothing` without an answer; `FileError.alreadyExists` for a file that is not from
    ///   this session.
    public func save(to path: String) throws {
        guard turns.messages.contains(where: { $0.role == .assistant }) else {
            throw ChatSessionError.nothing(to: "save")
        }
        if fileExists(path), !saved.contains(path) { throw FileError.alreadyExists(path: path) }
        let conversation = Conversation(
            (system.map { [ChatMessage(.system, $0)] } ?? []) + turns.messages)
        try writeFileAtomically(path, conversation.json.text() + "\n")
        saved.insert(path)
    }

    /// Goes on with the last conversation of a file, system's message included.
    ///
    /// - Throws: `ChatError` for a file that is not one of conversations.
    public func load(from path: String) throws {
        let file = try InstructionFile(path: path)
        guard case .conversation(let conversation)? = file.examples.last?.content else {
            throw ChatSessionError.noConversation(path: path)
        }
        let isSystem = conversation.messages.first?.role == .system
        system = isSystem ? conversation.messages[0].content : nil
        turns = Turns(messages: Array(conversation.messages.dropFirst(isSystem ? 1 : 0)))
    }
}
