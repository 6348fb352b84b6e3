import HibariSupport

/// Chooses tokens from logits.
///
/// The stages: repetition penalty, top-k, top-p, min-p, temperature, draw. The choice is a function of the
/// logits, the history, the configuration and the sample index; neither the batch nor earlier calls matter.
/// Each token takes one uniform number, found by the position of the token in the history. So a text that is
/// cut and continued from the cut, as a longer prompt, goes on as it would have (unless the penalty treats
/// prompts differently).
///
/// A sampler holds a buffer of the size of the vocabulary: keep one per sequence, or one for all if they have
/// the same configuration and sample index.
public struct Sampler: Sendable {
    public let configuration: SamplerConfiguration
    private let random: RandomStream
    private var repetitionPenalty: RepetitionPenalty
    private let topK: TopK
    private let topP: TopP
    private let minP: MinP
    /// Nil means greedy.
    private let temperature: Temperature?
    private var candidates = Candidates()

    /// - Parameters:
    ///   - configuration: checked here.
    ///   - sampleIndex: which of several samples from the same prompt and seed; each has its own stream.
    /// - Throws: `SamplingError.optionOutOfRange`.
    public init(_ configuration: SamplerConfiguration, sampleIndex: Int = 0) throws(SamplingError) {
        precondition(sampleIndex >= 0, "Sampler: sampleIndex must not be negative, got \(sampleIndex)")
        try configuration.validate()
        self.configuration = configuration
        random = RandomStream(seed: configuration.seed, purpose: .sampling, stream: UInt64(sampleIndex))
        repetitionPenalty = RepetitionPenalty(
            penalty: configuration.repeatPenalty, lastN: configuration.repeatLastN,
            scope: configuration.penaltyScope)
        topK = TopK(configuration.topK)
        topP = TopP(configuration.topP)
        minP = MinP(configuration.minP)
        let isGreedy = configuration.isGreedy || configuration.temperature == 0
        temperature = isGreedy ? nil : Temperature(configuration.temperature)
    }

    /// The id of the next token.
    ///
    /// - Parameters:
    ///   - logits: `[V]`, without the padding rows of the vocabulary; −∞ forbids a token.
    ///   - history: all tokens so far, the prompt first. Their number is the position of the new token.
    ///   - promptCount: how many tokens of `history` are the prompt.
    /// - Throws: `invalidLogit` for NaN or +∞, `noCandidate`, `tokenOutsideVocabulary`.
    public mutating func sample(
        logits: Span<Float>, history: [Int32], promptCount: Int
    ) throws(SamplingError) -> Int32 {
        precondition(
            (0...history.count).contains(promptCount),
            "Sampler.sample: promptCount must be in 0...\(history.count), got \(promptCount)")
        let position = history.count
        try candidates.load(logits, position: position)
        try repetitionPenalty.apply(to: &candidates, history: history, promptCount: promptCount)
        guard let temperature else { return candidates.best.id }
        topK.apply(to: &candidates)
        topP.apply(to: &candidates)
        minP.apply(to: &candidates)
        temperature.apply(to: &candidates)
        return candidates.draw(uniform: uniform(at: position))
    }

    /// The same for memory that the caller owns and keeps for the duration of the call.
    public mutating func sample(
        logits: UnsafeBufferPointer<Float>, history: [Int32], promptCount: Int
    ) throws(SamplingError) -> Int32 {
        try sample(logits: logits.span, history: history, promptCount: promptCount)
    }

    /// A number in [0, 1) with 53 random bits that depends on the seed, the sample index and `position` only.
    private func uniform(at position: Int) -> Double {
        let words = random.words(atBlock: UInt64(position))
        return Double((UInt64(words[0]) | UInt64(words[1]) << 32) >> 11) * 0x1p-53
    }
}
