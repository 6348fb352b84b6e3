import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTokenizers

/// Writes text with a model. One text is a function of model, prompt, options and sample number alone:
/// threads, caching and other samples do not change it.
public struct TextGenerator {
    public let model: any LanguageModel
    public let tokenizer: any Tokenizer
    /// What stands before a text, and which tokens end one.
    public let text: TextConventions

    /// - Parameters:
    ///   - tokenizer: the one that the model learned with.
    ///   - text: nil for a model whose texts have no beginning and end with the tokenizer's end of text.
    public init(model: any LanguageModel, tokenizer: any Tokenizer, text: TextConventions? = nil) {
        self.model = model
        self.tokenizer = tokenizer
        self.text =
            text ?? TextConventions(endTokens: tokenizer.endOfText.map { [Int32($0)] } ?? [])
    }

    public init(_ loaded: LoadedModel) {
        self.init(model: loaded.model, tokenizer: loaded.tokenizer, text: loaded.text)
    }

    /// Continues a text.
    ///
    /// - Parameters:
    ///   - prompt: text as bytes; empty to begin a new document.
    ///   - sampleIndex: which of several texts for the same seed.
    ///   - emit: gets the text piece by piece, each of whole characters; return false to stop early.
    public func generate(
        prompt: [UInt8], _ options: GenerationOptions, sampleIndex: Int = 0,
        emit: (String) -> Bool = { _ in true }
    ) throws -> GenerationResult {
        try generate(promptTokens: try tokens(of: prompt), options, sampleIndex: sampleIndex, emit: emit)
    }

    /// Continues tokens, until one of the model's end tokens or another limit.
    ///
    /// Ids beyond the tokenizer's, by which vocabularies of models are padded, are never written. Control tokens that
    /// end nothing may be, and give no text.
    ///
    /// - Parameters:
    ///   - promptTokens: at least one, with the beginning of the text if the model wants one.
    ///   - endTokens: nil for those of the model.
    ///   - window: of a text that begins in the same way, to read only what is new; nil for one of its own.
    ///   - isInterrupted: asked before each token, and while a long prompt is read; true ends the generation.
    public func generate(
        promptTokens: [Int32], _ options: GenerationOptions, sampleIndex: Int = 0, endTokens: [Int32]? = nil,
        window: ContextWindow? = nil, isInterrupted: () -> Bool = { false },
        emit: (String) -> Bool = { _ in true }
    ) throws -> GenerationResult {
        try check(promptTokens: promptTokens, options)
        let endTokens = endTokens ?? text.endTokens
        var sampler = try Sampler(options.sampling, sampleIndex: sampleIndex)
        var output = try GeneratedText(stopStrings: options.stopStrings)
        var history = promptTokens
        let promptCount = history.count
        let capacity = options.maxTokens.addingReportingOverflow(promptCount)
        let window =
            window
            ?? ContextWindow(
                model, usesCache: options.usesCache,
                capacity: capacity.overflow ? .max : capacity.partialValue)
        let started = monotonicSeconds()
        var firstToken = started
        var reason = FinishReason.length
        while history.count - promptCount < options.maxTokens {
            if !options.slidesContext, history.count >= model.configuration.contextLength {
                reason = .context
                break
            }
            guard !isInterrupted(), let logits = window.logits(history, isInterrupted: isInterrupted) else {
                reason = .interrupted
                break
            }
            if history.count == promptCount { firstToken = monotonicSeconds() }
            let row = UnsafeBufferPointer(
                start: logits.input(Float.self), count: min(logits.count, tokenizer.vocabularySize))
            let token = try sampler.sample(logits: row, history: history, promptCount: promptCount)
            history.append(token)
            if endTokens.contains(token) {
                reason = .stop
                break
            }
            // What begins a text may lose the space that its tokenizer put in front.
            let beginsText = history.dropLast().allSatisfy {
                $0 < tokenizer.vocabularySize && tokenizer.isSpecial(Int($0))
            }
            let bytes = beginsText ? tokenizer.decode([token]) : tokenizer.bytes(of: Int(token))
            if !output.append(bytes, emit) {
                reason = .stop
                break
            }
        }
        output.finish(keepsOpenCharacter: reason == .stop, emit)
        return GenerationResult(
            text: output.text, tokens: Array(history.dropFirst(promptCount)), finishReason: reason,
            promptTokenCount: promptCount, promptSeconds: firstToken - started,
            generationSeconds: monotonicSeconds() - firstToken)
    }

    /// Throws what `generate` would throw before it writes anything.
    public func check(prompt: [UInt8], _ options: GenerationOptions) throws {
        try check(promptTokens: try tokens(of: prompt), options)
        _ = try StopMatcher(options.stopStrings)
    }

    private func check(promptTokens: [Int32], _ options: GenerationOptions) throws {
        guard options.maxTokens >= 0 else { throw GenerationError.negativeLength(options.maxTokens) }
        try options.sampling.validate()
        if promptTokens.isEmpty { throw GenerationError.emptyPrompt }
        let size = model.configuration.vocabularySize
        if let token = promptTokens.first(where: { !(0..<Int32(size)).contains($0) }) {
            throw SamplingError.tokenOutsideVocabulary(token: token, vocabularySize: size)
        }
    }

    /// The tokens that the model reads for a text, the beginning included.
    public func tokens(of prompt: [UInt8]) throws -> [Int32] {
        let beginning = text.addsBeginning ? text.beginningToken : nil
        let tokens = try (beginning.map { [$0] } ?? []) + tokenizer.encode(prompt)
        if !tokens.isEmpty { return tokens }
        // A new document begins where another has ended.
        guard let start = tokenizer.endOfText.map({ Int32($0) }) ?? text.beginningToken else {
            throw GenerationError.emptyPrompt
        }
        return [start]
    }
}

/// The text of the tokens written so far, up to a stop string.
private struct GeneratedText {
    private(set) var text = ""
    private var stop: StopMatcher
    private var decoder = StreamingDecoder()

    init(stopStrings: [String]) throws(SamplingError) { stop = try StopMatcher(stopStrings) }

    /// - Returns: false if the text ends here.
    mutating func append(_ bytes: [UInt8], _ emit: (String) -> Bool) -> Bool {
        let goesOn = deliver(decoder.append(stop.feed(bytes)), emit)
        return goesOn && stop.matchedIndex == nil
    }

    /// - Parameter keepsOpenCharacter: false for a text that was cut off: it may end inside a character, which is no
    ///   fault of the model, and is left out.
    mutating func finish(keepsOpenCharacter: Bool, _ emit: (String) -> Bool) {
        _ = deliver(decoder.append(stop.finish()), emit)
        if keepsOpenCharacter { _ = deliver(decoder.finish(), emit) }
    }

    private mutating func deliver(_ piece: String, _ emit: (String) -> Bool) -> Bool {
        text += piece
        return piece.isEmpty || emit(piece)
    }
}
