import HibariModels

/// What to train on a text in a given time, where its user leaves it open.
///
/// Everything but the sizes is the same for all runs; Docs/results/recipe.md has the trials behind it.
public struct DefaultRecipe: Sendable {
    /// What the choice depends on.
    public struct Situation: Sendable {
        public var seconds: Double
        /// Model arithmetic of training on this machine, in floating-point operations a second.
        public var speed: Double
        public var trainingTokens: Int
        public var vocabularySize: Int
        public var family = ModelFamily.qwen3

        public init(seconds: Double, speed: Double, trainingTokens: Int, vocabularySize: Int) {
            self.seconds = seconds
            self.speed = speed
            self.trainingTokens = trainingTokens
            self.vocabularySize = vocabularySize
        }
    }

    /// Sizes the user has decided on.
    public struct Fixed: Sendable {
        public var layers, dim, heads, context, batch: Int?
        public init() {}
    }

    public let layers, dim, heads, context, batch: Int
    /// For the whole run.
    public let tokens: Double
    public let parameters: Int
    public let dropout: Double
    private let situation: Situation

    /// Depth and width of the models to choose from, each about twice the one before.
    private static let sizes = [
        (2, 64), (3, 96), (3, 128), (4, 160), (4, 192), (4, 256), (5, 320), (6, 384), (8, 448), (8, 512),
        (10, 640), (12, 768),
    ]
    /// A model should see this many tokens for each of its weights.
    private static let tokensPerParameter = 0.9
    /// Fewer steps leave the schedule too little room, more make the batch too noisy.
    private static let steps = 800.0

    /// - Throws: `ConfigurationError` if the fixed sizes do not go together.
    public init(_ situation: Situation, _ fixed: Fixed = Fixed()) throws(ConfigurationError) {
        self.situation = situation
        let context = fixed.context ?? 256
        var chosen: (decoder: DecoderConfiguration, tokens: Double)?
        for (layers, dim) in Self.sizes {
            let dim = fixed.dim ?? dim
            let decoder = try DecoderConfiguration(
                family: situation.family, vocabularySize: situation.vocabularySize, contextLength: context,
                layerCount: fixed.layers ?? layers, hiddenSize: dim, headCount: fixed.heads ?? Self.heads(dim)
            )
            let tokens = situation.seconds * situation.speed / decoder.trainingFLOPsPerToken
            let isLargeEnough = tokens < Self.tokensPerParameter * Double(decoder.parameterGroups.total)
            if isLargeEnough, chosen != nil { break }
            chosen = (decoder, tokens)
        }
        let (decoder, tokens) = chosen!
        layers = decoder.layerCount
        dim = decoder.hiddenSize
        heads = decoder.headCount
        self.context = context
        self.tokens = tokens
        parameters = decoder.parameterGroups.total
        batch = fixed.batch ?? Self.batch(tokens: tokens, context: context)
        let passes = tokens / Double(max(1, situation.trainingTokens))
        dropout = passes < 6 ? 0 : passes < 12 ? 0.1 : 0.2
    }

    /// Heads of 64, or as near as the width allows.
    private static func heads(_ dim: Int) -> Int {
        (1...max(1, dim / 64)).last { dim % $0 == 0 && dim / $0 % 2 == 0 } ?? 1
    }

    /// The power of two, from 4 to 256, that comes nearest to the wanted number of steps.
    private static func batch(tokens: Double, context: Int) -> Int {
        let wanted = tokens / steps / Double(context)
        return (2...8).map { 1 << $0 }.min { distance(Double($0), wanted) < distance(Double($1), wanted) }!
    }

    /// How far apart two sizes are, as a factor of at least 1.
    private static func distance(_ a: Double, _ b: Double) -> Double { max(a / b, b / a) }

    /// The options of `pretrain` this stands for.
    public var settings: [(key: String, value: String)] {
        let steps = tokens / Double(batch * context)
        return [
            ("layers", "\(layers)"), ("dim", "\(dim)"), ("heads", "\(heads)"), ("context", "\(context)"),
            ("batch", "\(batch)"), ("dropout", "\(dropout)"),
            ("eval-every", "\(max(1, Int(steps / 5)))"), ("eval-batches", "8"),
        ] + Self.optimizer
    }

    /// The part that is the same for all runs.
    public static let optimizer: [(key: String, value: String)] = [
        ("optimizer", "muon"), ("lr", "3e-3"), ("muon-lr", "0.02"), ("min-lr", "9e-5"),
        ("schedule", "linear"), ("weight-decay", "0"), ("zero-init", "true"),
    ]

    /// What was chosen and why: a line for each choice, with the options that make it.
    public var explanation: [(options: Set<String>, text: String)] {
        let passes = tokens / Double(max(1, situation.trainingTokens))
        return [
            (
                ["layers", "dim"],
                "\(layers) layers of width \(dim): of models a factor of two apart, the largest that sees "
                    + "\(Self.tokensPerParameter) tokens for each of its weights in this time, at "
                    + "\(Int(situation.speed / 1e9)) GFLOP/s of model arithmetic measured here"
            ),
            (
                ["batch"],
                "\(batch) sequences of \(context): the batch that comes nearest to \(Int(Self.steps)) steps"
            ),
            (
                ["dropout"],
                dropout == 0
                    ? "no dropout: the run sees the text \(Int(passes.rounded())) times, too few to learn it by heart"
                    : "dropout \(dropout): the run sees the text about \(Int(passes.rounded())) times"
            ),
            (["optimizer"], "muon with a rate that falls along a line to 3 %: the lowest loss in our trials"),
        ]
    }
}
