import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTokenizers

/// What to generate, and when to stop.
public struct GenerationOptions: Sendable {
    /// New tokens at most.
    public var maxTokens: Int
    public var sampling: SamplerConfiguration
    /// Text that ends the generation and is not part of it.
    public var stopStrings: [String]
    /// At the context limit: drop the older half of the context and go on (true), or stop (false).
    public var slidesContext: Bool
    /// Read each token once and keep its keys and values. Without it every token reads the whole context
    /// again; the text is the same.
    public var usesCache: Bool

    /// The settings of `hibari generate` where nothing is said.
    public init(
        maxTokens: Int = 256, sampling: SamplerConfiguration = SamplerConfiguration(),
        stopStrings: [String] = [],
        slidesContext: Bool = true, usesCache: Bool = true
    ) {
        self.maxTokens = maxTokens
        self.sampling = sampling
        self.stopStrings = stopStrings
        self.slidesContext = slidesContext
        self.usesCache = usesCache
    }
}

/// Why a generation ended.
public enum FinishReason: String, Sendable {
    /// The model wrote its end-of-text token, or a stop string.
    case stop
    /// `maxTokens` were written.
    case length
    /// The context is full and does not slide.
    case context
}

/// A finished generation.
public struct GenerationResult: Sendable {
    public var text: String
    public var tokens: [Int32]
    public var finishReason: FinishReason
    public var promptTokenCount: Int
    public var promptSeconds: Double
    public var generationSeconds: Double

    /// New tokens a second, the prompt not counted.
    public var tokensPerSecond: Double { Double(tokens.count) / max(1e-9, generationSeconds) }
}

/// Writes text with a model. One text is a function of model, prompt, options and sample number alone:
/// threads, caching and other samples do not change it.
public struct TextGenerator {
    private let model: any LanguageModel
    private let tokenizer: any Tokenizer

    /// - Parameter tokenizer: the one that the model learned with.
    public init(model: any LanguageModel, tokenizer: any Tokenizer) {
        self.model = model
        self.tokenizer = tokenizer
    }

    /// Continues a prompt.
    ///
    /// - Parameters:
    ///   - prompt: text as bytes; empty to begin a new document after the end-of-text token.
    ///   - sampleIndex: which of several texts for the same seed.
    ///   - emit: gets the text piece by piece, each of whole characters; return false to stop early.
    public func generate(
        prompt: [UInt8], _ options: GenerationOptions, sampleIndex: Int = 0,
        emit: (String) -> Bool = { _ in true }
    ) throws -> GenerationResult {
        guard options.maxTokens >= 0 else { throw GenerationError.negativeLength(options.maxTokens) }
        var sampler = try Sampler(options.sampling, sampleIndex: sampleIndex)
        var stop = try StopMatcher(options.stopStrings)
        var decoder = StreamingDecoder()
        var history = try promptTokens(prompt)
        let promptCount = history.count
        var window = ContextWindow(
            model, usesCache: options.usesCache,
            capacity: options.maxTokens.addingReportingOverflow(promptCount).overflow
                ? .max : promptCount + options.maxTokens)
        let started = monotonicSeconds()
        var firstToken = started
        var text = ""
        var reason = FinishReason.length
        func deliver(_ bytes: [UInt8]) -> Bool {
            let piece = decoder.append(bytes)
            text += piece
            return piece.isEmpty || emit(piece)
        }
        while history.count - promptCount < options.maxTokens {
            if !options.slidesContext, history.count >= model.configuration.contextLength {
                reason = .context
                break
            }
            let logits = window.logits(history)
            if history.count == promptCount { firstToken = monotonicSeconds() }
            // A vocabulary may be padded: ids that the tokenizer does not have are never written.
            let row = UnsafeBufferPointer(
                start: logits.input(Float.self), count: min(logits.count, tokenizer.vocabularySize))
            let token = try sampler.sample(logits: row, history: history, promptCount: promptCount)
            history.append(token)
            if tokenizer.isSpecial(Int(token)) {
                reason = .stop
                break
            }
            let goesOn = deliver(stop.feed(tokenizer.bytes(of: Int(token))))
            if stop.matchedIndex != nil || !goesOn {
                reason = .stop
                break
            }
        }
        _ = deliver(stop.finish())
        // A text cut off by its length may end inside a character, which is no fault of the model: it is left out.
        let rest = reason == .stop ? decoder.finish() : ""
        text += rest
        if !rest.isEmpty { _ = emit(rest) }
        return GenerationResult(
            text: text, tokens: Array(history.dropFirst(promptCount)), finishReason: reason,
            promptTokenCount: promptCount, promptSeconds: firstToken - started,
            generationSeconds: monotonicSeconds() - firstToken)
    }

    /// Throws what `generate` would throw before it writes anything.
    public func check(prompt: [UInt8], _ options: GenerationOptions) throws {
        guard options.maxTokens >= 0 else { throw GenerationError.negativeLength(options.maxTokens) }
        try options.sampling.validate()
        _ = try StopMatcher(options.stopStrings)
        _ = try promptTokens(prompt)
    }

    private func promptTokens(_ prompt: [UInt8]) throws -> [Int32] {
        if !prompt.isEmpty { return try tokenizer.encode(prompt) }
        guard let start = tokenizer.endOfText else { throw GenerationError.emptyPrompt }
        return [Int32(start)]
    }
}

/// The part of a growing text that the model reads.
///
/// Once a text of n tokens is longer than the context T, its first tokens are dropped in steps of T/2, so
/// that the cache is rebuilt once every T/2 tokens. Where the window starts depends on n alone.
struct ContextWindow {
    private let model: any LanguageModel
    private let usesCache: Bool
    private var cache: KeyValueCache
    private var start = 0

    /// - Parameter capacity: the most tokens the text will have; more than the context length is the same as that.
    init(_ model: any LanguageModel, usesCache: Bool, capacity: Int = .max) {
        self.model = model
        self.usesCache = usesCache
        cache = model.makeCache(capacity: min(capacity, model.configuration.contextLength))
    }

    /// Where the window of `count` tokens starts with a context of `length`.
    static func start(count: Int, length: Int) -> Int {
        guard count > length else { return 0 }
        let step = max(1, length / 2)
        return (count - length + step - 1) / step * step
    }

    /// The logits of the token after `tokens`.
    mutating func logits(_ tokens: [Int32]) -> Tensor {
        let newStart = Self.start(count: tokens.count, length: model.configuration.contextLength)
        if newStart != start || !usesCache {
            cache.truncate(to: 0)
            start = newStart
        }
        return model.nextLogits(after: Array(tokens[(start + cache.count)...]), cache: cache)
    }
}

/// Why nothing can be generated.
public enum GenerationError: UserError {
    case emptyPrompt
    case negativeLength(Int)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .emptyPrompt:
            "the prompt is empty, and this model has no end-of-text token to begin after; give --prompt a first letter"
        case .negativeLength(let count): "--max-tokens is \(count), expected 0 or more"
        }
    }
}
