import HibariSupport

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
    /// The model wrote one of its end tokens, or a stop string.
    case stop
    /// `maxTokens` were written.
    case length
    /// The context is full and does not slide.
    case context
    /// The user wanted no more.
    case interrupted
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
