import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport

/// How long a run lasts.
public enum Horizon: Sendable, Equatable {
    case steps(Int)
    case tokens(Int)
    case epochs(Double)
    /// Wall-clock; a probe of the training speed turns it into steps before the run starts.
    case minutes(Double)
}

/// Everything that decides a pretraining run. The names in `json` are those of the command line.
public struct PretrainConfiguration: Sendable, Equatable {
    public var corpus: [String] = []
    public var textKey = "text"
    /// `bytes`, `chars`, or the path of a folder with a tokenizer.json.
    public var tokenizer = "bytes"

    public var family = ModelFamily.qwen3
    public var layers = 4
    public var heads = 4
    public var keyValueHeads: Int?
    public var dim = 128
    public var feedForwardDim: Int?
    public var context = 256
    public var dropout = 0.0
    public var hasBias = false
    public var tiesEmbeddings = true
    /// Whether projections onto the residual stream start at zero.
    public var zeroesOutputs = false
    /// gpt2's; nil for its default.
    public var activation: Activation?

    public var batch = 16
    public var microBatch: Int?
    /// Activations that the backward pass computes again instead of keeping.
    public var recompute = Recompute.none
    public var horizon = Horizon.steps(2000)

    public var optimizer = OptimizerKind.adamw
    public var learningRate = 1e-3
    /// Muon's peak rate, of the hidden matrices. This and the next are nil for the optimizer's default.
    public var muonLearningRate: Double?
    public var muonMomentum: Double?
    public var beta1: Double?
    public var beta2: Double?
    public var minimumLearningRate: Double?
    public var warmup: Int?
    public var schedule = LearningRateSchedule.Shape.cosine
    /// Nil for the optimizer's default.
    public var weightDecay: Double?
    /// Of the run, for the wsd schedule; nil for its default.
    public var decayShare: Double?
    public var clip = 1.0
    /// How much the average of the weights keeps of itself at each step; 0 for no average.
    public var ema = 0.0
    public var labelSmoothing = 0.0

    public var validationFraction = 0.1
    public var validationPath: String?
    public var evaluateEvery = 250
    /// 0 for all of the held-out text.
    public var evaluationBatches = 16
    public var sampleEvery = 0
    public var samplePrompt = ""
    public var logEvery = 10
    public var saveEvery = 0
    public var keep = 2
    public var seed: UInt64 = 1

    public init() {}

    /// Sequences of one forward pass.
    public var effectiveMicroBatch: Int { microBatch ?? batch }

    /// Checks every number that is not checked by the model's own configuration.
    public func validate() throws(ConfigurationError) {
        func positive(_ name: String, _ value: Int) throws(ConfigurationError) {
            if value <= 0 {
                throw .invalidValue(name: name, value: "\(value)", expected: "a positive number")
            }
        }
        func notNegative(_ name: String, _ value: Int) throws(ConfigurationError) {
            if value < 0 { throw .invalidValue(name: name, value: "\(value)", expected: "0 or more") }
        }
        func inRange(_ name: String, _ value: Double, _ isValid: Bool, _ expected: String)
            throws(ConfigurationError)
        {
            if !isValid || !value.isFinite {
                throw .invalidValue(name: name, value: "\(value)", expected: expected)
            }
        }
        try positive("batch", batch)
        if batch > 1 << 24 {
            throw .invalidValue(name: "batch", value: "\(batch)", expected: "at most \(1 << 24)")
        }
        try positive("micro-batch", effectiveMicroBatch)
        if batch % effectiveMicroBatch != 0 {
            throw .notDivisible(name: "batch", value: batch, by: "micro-batch", divisor: effectiveMicroBatch)
        }
        switch horizon {
        case .steps(let count): try positive("steps", count)
        case .tokens(let count): try positive("tokens", count)
        case .epochs(let count): try inRange("epochs", count, count > 0, "a positive number")
        case .minutes(let count): try inRange("minutes", count, count > 0, "a positive number")
        }
        try validateOptimizer()
        if let rate = minimumLearningRate {
            try inRange("min-lr", rate, rate >= 0 && rate <= learningRate, "from 0 to --lr (\(learningRate))")
        }
        try notNegative("warmup", warmup ?? 0)
        try inRange("weight-decay", appliedWeightDecay, appliedWeightDecay >= 0, "0 or more")
        try inRange("clip", clip, clip >= 0, "0 (off) or more")
        try inRange(
            "label-smoothing", labelSmoothing, (0..<1).contains(labelSmoothing),
            "from 0 up to but not including 1")
        try inRange(
            "val-fraction", validationFraction, (0..<1).contains(validationFraction),
            "from 0 up to but not including 1")
        try notNegative("eval-every", evaluateEvery)
        try notNegative("eval-batches", evaluationBatches)
        try notNegative("sample-every", sampleEvery)
        try positive("log-every", logEvery)
        try notNegative("save-every", saveEvery)
        try positive("keep", keep)
        if family != .gpt2, activation != nil {
            throw .doesNotApply(name: "activation", to: "--arch \(family.rawValue)")
        }
        // Throws for sizes; the vocabulary is not known yet.
        _ = try decoder(vocabularySize: 256)
    }

    /// The model for a vocabulary.
    public func decoder(vocabularySize: Int) throws(ConfigurationError) -> DecoderConfiguration {
        try DecoderConfiguration(
            family: family, vocabularySize: vocabularySize, contextLength: context, layerCount: layers,
            hiddenSize: dim, headCount: heads, keyValueHeadCount: keyValueHeads,
            feedForwardSize: feedForwardDim,
            tiesEmbeddings: tiesEmbeddings, hasBias: hasBias, activation: activation ?? .geluTanh,
            dropout: dropout)
    }

    /// Refuses at once what could only end by being killed: weights, gradients, moments, and what every block
    /// keeps at least for the backward pass.
    func checkMemory(_ decoder: DecoderConfiguration) throws(RunError) {
        let rows = Double(effectiveMicroBatch) * Double(context)
        let kept: Double =
            switch recompute {
            case .none: 8
            case .mlp: 4
            case .block: 1
            }
        let perRow = kept * Double(decoder.layerCount * decoder.hiddenSize)
        let groups = decoder.parameterGroups
        let weights = 2 * Double(groups.total) + Double(stateCount(groups))
        let needed = 4 * (weights + rows * perRow)
        let present = physicalMemoryBytes()
        if needed > Double(present) { throw RunError.notEnoughMemory(needed: needed, present: present) }
    }

    /// The resolved settings under the names of their options.
    public var json: JSONValue {
        func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
        func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        var object = JSONObject([
            (key: "corpus", value: .array(corpus.map { .string($0) })),
            (key: "text-key", value: .string(textKey)),
            (key: "tokenizer", value: .string(tokenizer)), (key: "arch", value: .string(family.rawValue)),
            (key: "layers", value: .integer(layers)), (key: "heads", value: .integer(heads)),
            (key: "kv-heads", value: optional(keyValueHeads)), (key: "dim", value: .integer(dim)),
            (key: "ffn-dim", value: optional(feedForwardDim)), (key: "context", value: .integer(context)),
            (key: "dropout", value: .number(dropout)), (key: "bias", value: .bool(hasBias)),
            (key: "tie", value: .bool(tiesEmbeddings)), (key: "zero-init", value: .bool(zeroesOutputs)),
            (key: "activation", value: activation.map { .string($0.rawValue) } ?? .null),
            (key: "batch", value: .integer(batch)), (key: "micro-batch", value: optional(microBatch)),
            (key: "recompute", value: .string(recompute.rawValue)),
        ])
        switch horizon {
        case .steps(let count): object["steps"] = .integer(count)
        case .tokens(let count): object["tokens"] = .integer(count)
        case .epochs(let count): object["epochs"] = .number(count)
        case .minutes(let count): object["minutes"] = .number(count)
        }
        let rest: [(String, JSONValue)] = [
            ("optimizer", .string(optimizer.rawValue)), ("lr", .number(learningRate)),
            ("muon-lr", optional(appliedMuonLearningRate)),
            ("muon-momentum", optional(appliedMuonMomentum)), ("beta1", optional(appliedBeta1)),
            ("beta2", optional(appliedBeta2)), ("weight-decay", .number(appliedWeightDecay)),
            ("clip", .number(clip)), ("ema", .number(ema)), ("min-lr", .number(appliedMinimumLearningRate)),
            ("warmup", optional(warmup)), ("schedule", .string(schedule.rawValue)),
            ("decay", optional(appliedDecayShare)),
            ("label-smoothing", .number(labelSmoothing)), ("val-fraction", .number(validationFraction)),
            ("val", validationPath.map { .string($0) } ?? .null), ("eval-every", .integer(evaluateEvery)),
            ("eval-batches", .integer(evaluationBatches)), ("sample-every", .integer(sampleEvery)),
            ("sample-prompt", .string(samplePrompt)), ("log-every", .integer(logEvery)),
            ("save-every", .integer(saveEvery)), ("keep", .integer(keep)), ("seed", .unsigned(seed)),
        ]
        for (key, value) in rest { object[key] = value }
        return .object(object)
    }
}
