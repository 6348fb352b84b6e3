import HibariModels
import HibariNN
import HibariSupport

/// What decides a fine-tuning run, whatever it learns from. The names in `settings` are those of the command line.
public struct FineTuneConfiguration: Sendable, Equatable {
    /// The path of the base.
    public var model: String
    /// Adapters to train instead of the weights.
    public var lowRank: LowRankConfiguration?
    /// How the frozen base is held beside adapters; weights that are trained are always float32.
    public var baseWeights = BaseWeights.stored
    /// Patterns of names of parameters that stay as they are.
    public var freeze: [String] = []
    /// Trains only so many of the last blocks, with the final norm and a head of its own.
    public var trainLast: Int?
    /// Tokens of a sequence; nil for 512, or all the model has.
    public var context: Int?
    /// A text that the model should not forget: measured before and after.
    public var baseCorpus: String?
    public var recipe: TrainingRecipe

    /// In which form the weights of the base are held.
    public enum BaseWeights: String, Sendable, CaseIterable {
        /// As the file has them.
        case stored
        case float32
    }

    /// With the defaults of the field: AdamW with β₂ = 0.999; a peak rate of 2e-4 for adapters (Dettmers et al. 2023,
    /// arXiv:2305.14314), 2e-5 for weights (Taori et al. 2023), or a tenth of the rate that a base was trained with here.
    public init(model: String, lowRank: LowRankConfiguration? = nil) {
        self.model = model
        self.lowRank = lowRank
        recipe = TrainingRecipe()
        recipe.batch = 8
        recipe.horizon = .epochs(1)
        recipe.learningRate = lowRank == nil ? Self.ratePretrained(model).map { $0 / 10 } ?? 2e-5 : 2e-4
        recipe.beta2 = 0.999
        recipe.weightDecay = lowRank == nil ? 0.01 : 0
        (recipe.evaluateEvery, recipe.evaluationBatches) = (100, 4)
    }

    /// The peak rate in the run.json of a pretraining run.
    private static func ratePretrained(_ model: String) -> Double? {
        let path = RunDirectory(path: model).runFile
        guard fileExists(path), let settings = try? JSONValue(contentsOf: path)["configuration"],
            settings["arch"] != nil, let rate = settings["lr"]?.double, rate > 0
        else { return nil }
        return rate
    }

    public func validate() throws(ConfigurationError) {
        try recipe.validate()
        if lowRank != nil {
            if !freeze.isEmpty { throw .doesNotApply(name: "freeze", to: "--lora, which freezes the base") }
            if trainLast != nil {
                throw .doesNotApply(name: "train-last", to: "--lora, which freezes the base")
            }
        } else if baseWeights != .stored {
            throw .doesNotApply(name: "base-weights", to: "weights that are trained; they are float32")
        }
    }

    /// Tokens of a sequence for a model of `limit` positions.
    package func context(limit: Int, _ source: any FineTuningSource) throws(ConfigurationError) -> Int {
        let chosen = context ?? min(512, limit)
        guard (1...limit).contains(chosen) else {
            throw .invalidValue(
                name: source.contextOption, value: "\(chosen)", expected: "from 1 to the model's \(limit)")
        }
        return chosen
    }

    /// The resolved settings with those of the data, under the names of their options.
    public func json(_ source: any FineTuningSource) -> JSONValue {
        let part: TrainingRecipe.Settings = [
            ("lora", optional(lowRank.map { "\($0)" })),
            ("base-weights", lowRank == nil ? .null : .string(baseWeights.rawValue)),
            ("freeze", freeze.isEmpty ? .null : .array(freeze.map { .string($0) })),
            ("train-last", optional(trainLast)), (source.contextOption, optional(context)),
            ("base-corpus", optional(baseCorpus)),
        ]
        return .object(
            JSONObject(
                [("model", .string(model))] + source.settings + part + recipe.batchSettings
                    + recipe.optimizerSettings + recipe.monitorSettings))
    }
}
