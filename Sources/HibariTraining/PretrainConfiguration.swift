import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport

/// Everything that decides a pretraining run. The names in `json` are those of the command line.
///
/// The members of the recipe read as the configuration's own.
@dynamicMemberLookup
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

    public var recipe = TrainingRecipe()

    public var validationFraction = 0.1
    public var validationPath: String?

    public init() {}

    public subscript<Value>(dynamicMember member: WritableKeyPath<TrainingRecipe, Value>) -> Value {
        get { recipe[keyPath: member] }
        set { recipe[keyPath: member] = newValue }
    }

    /// Checks every number that is not checked by the model's own configuration.
    public func validate() throws(ConfigurationError) {
        try recipe.validate()
        try requireShare("val-fraction", validationFraction)
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
        let groups = decoder.parameterGroups
        let state = recipe.stateCount(total: groups.total, hiddenMatrices: groups.hiddenMatrices)
        let needed =
            4 * (2 * Double(groups.total) + Double(state))
            + recipe.activationBytes(
                blocks: decoder.layerCount, width: decoder.hiddenSize,
                tokens: Double(recipe.effectiveMicroBatch) * Double(context))
        let present = physicalMemoryBytes()
        if needed > Double(present) { throw RunError.notEnoughMemory(needed: needed, present: present) }
    }

    /// The resolved settings under the names of their options.
    public var json: JSONValue {
        let model: TrainingRecipe.Settings = [
            ("corpus", .array(corpus.map { .string($0) })), ("text-key", .string(textKey)),
            ("tokenizer", .string(tokenizer)), ("arch", .string(family.rawValue)),
            ("layers", .integer(layers)), ("heads", .integer(heads)), ("kv-heads", optional(keyValueHeads)),
            ("dim", .integer(dim)), ("ffn-dim", optional(feedForwardDim)), ("context", .integer(context)),
            ("dropout", .number(dropout)), ("bias", .bool(hasBias)), ("tie", .bool(tiesEmbeddings)),
            ("zero-init", .bool(zeroesOutputs)), ("activation", optional(activation?.rawValue)),
        ]
        let heldOut: TrainingRecipe.Settings = [
            ("val-fraction", .number(validationFraction)), ("val", optional(validationPath)),
        ]
        return .object(
            JSONObject(
                model + recipe.batchSettings + recipe.optimizerSettings + heldOut + recipe.monitorSettings))
    }
}
