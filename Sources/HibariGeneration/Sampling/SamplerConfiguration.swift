/// Which tokens the repetition penalty looks at.
public enum PenaltyScope: String, Sendable, CaseIterable {
    /// Only what the model has written: a question may be answered in its own words.
    case output
    /// The prompt too, as llama.cpp and transformers do.
    case all
}

/// How the next token is chosen from the logits.
///
/// The stages run in the order of llama.cpp: repetition penalty, top-k, top-p, min-p, temperature, draw.
/// Peers that apply the temperature first give other text for the same numbers.
public struct SamplerConfiguration: Sendable, Equatable {
    /// Divides the logits before the draw. 0 means greedy; finite.
    public var temperature: Double
    /// Keeps the k most probable tokens; 0 keeps all.
    public var topK: Int
    /// Keeps the smallest set of most probable tokens whose probabilities reach this sum; 1 keeps all, 0
    /// keeps one.
    public var topP: Double
    /// Keeps tokens at least this fraction as probable as the most probable one; 0 keeps all.
    public var minP: Double
    /// Lowers the logits of recent tokens when above 1, raises them when below; 1 does nothing. In
    /// 0.01...100.
    public var repeatPenalty: Double
    /// How many of the last tokens count as recent; 0 turns the penalty off.
    public var repeatLastN: Int
    /// Which tokens can be recent.
    public var penaltyScope: PenaltyScope
    /// Takes the largest logit, whatever `temperature` says. The repetition penalty still applies.
    public var isGreedy: Bool
    /// The same seed, sample index and logits give the same tokens.
    public var seed: UInt64

    /// The settings of `hibari generate` where nothing is said.
    public init(
        temperature: Double = 0.8, topK: Int = 40, topP: Double = 0.95, minP: Double = 0.05,
        repeatPenalty: Double = 1, repeatLastN: Int = 64, penaltyScope: PenaltyScope = .output,
        isGreedy: Bool = false, seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repeatPenalty = repeatPenalty
        self.repeatLastN = repeatLastN
        self.penaltyScope = penaltyScope
        self.isGreedy = isGreedy
        self.seed = seed
    }

    /// Throws `SamplingError.optionOutOfRange` for the first option outside its range; NaN is outside every
    /// range.
    public func validate() throws(SamplingError) {
        try check(
            "temperature", temperature, "a finite number of at least 0",
            temperature >= 0 && temperature.isFinite)
        try check("top-k", topK, "at least 0 (0 turns it off)", topK >= 0)
        try check("top-p", topP, "from 0 to 1 (1 turns it off)", (0...1).contains(topP))
        try check("min-p", minP, "from 0 to 1 (0 turns it off)", (0...1).contains(minP))
        try check(
            "repeat-penalty", repeatPenalty, "from 0.01 to 100 (1 turns it off)",
            (0.01...100).contains(repeatPenalty))
        try check("repeat-last-n", repeatLastN, "at least 0 (0 turns it off)", repeatLastN >= 0)
    }

    private func check(
        _ option: String, _ value: some CustomStringConvertible, _ range: String, _ isInRange: Bool
    ) throws(SamplingError) {
        guard !isInRange else { return }
        throw .optionOutOfRange(option: option, value: value.description, range: range)
    }
}
