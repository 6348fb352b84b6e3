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

        public init(seconds: Double, speed: Double, trainingTokens: Int, vocabularySize: Int) {
            self.seconds = seconds
            self.speed = speed
            self.trainingTokens = trainingTokens
            self.vocabularySize = vocabularySize
        }
    }

    public let layers, dim, heads, context, batch: Int
    /// For the whole run.
    public let tokens: Double
    public let parameters: Int
    public let dropout: Double
    private let learningRate: Double
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

    /// - Parameters:
    ///   - configuration: holds what the user has decided on.
    ///   - given: the names of the options that did; the recipe leaves them as they are.
    /// - Throws: `ConfigurationError` if no model fits what is given.
    public init(
        _ situation: Situation, _ configuration: PretrainConfiguration = PretrainConfiguration(),
        given: Set<String> = []
    ) throws(ConfigurationError) {
        self.situation = situation
        var chosen: (decoder: DecoderConfiguration, tokens: Double)?
        var problem: ConfigurationError?
        for (layers, dim) in Self.sizes {
            var candidate = configuration
            if !given.contains("layers") { candidate.layers = layers }
            if !given.contains("dim") { candidate.dim = dim }
            if !given.contains("heads") {
                candidate.heads = Self.heads(candidate.dim, sharing: candidate.keyValueHeads ?? 1)
            }
            let decoder: DecoderConfiguration
            do {
                decoder = try candidate.decoder(vocabularySize: situation.vocabularySize)
            } catch {
                problem = error
                continue
            }
            let tokens = situation.seconds * situation.speed / decoder.trainingFLOPsPerToken
            let isLargeEnough = tokens < Self.tokensPerParameter * Double(decoder.parameterGroups.total)
            if isLargeEnough, chosen != nil { break }
            chosen = (decoder, tokens)
        }
        guard let (decoder, tokens) = chosen else { throw problem! }
        layers = decoder.layerCount
        dim = decoder.hiddenSize
        heads = decoder.headCount
        context = decoder.contextLength
        self.tokens = tokens
        parameters = decoder.parameterGroups.total
        batch =
            given.contains("batch")
            ? configuration.batch
            : Self.batch(tokens: tokens, context: context, multipleOf: configuration.microBatch ?? 1)
        let passes = tokens / Double(max(1, situation.trainingTokens))
        dropout = passes < 6 ? 0 : passes < 12 ? 0.1 : 0.2
        learningRate = given.contains("lr") ? configuration.learningRate : 3e-3
    }

    /// Heads of a size near 64, so many that `keyValueHeads` can be shared by them.
    private static func heads(_ dim: Int, sharing keyValueHeads: Int) -> Int {
        let possible = (1...dim).filter {
            dim % $0 == 0 && dim / $0 % 2 == 0 && $0 % max(1, keyValueHeads) == 0
        }
        return possible.min { distance(Double(dim / $0), 64) < distance(Double(dim / $1), 64) } ?? 1
    }

    /// The power of two, times `unit`, that comes nearest to the wanted number of steps; at least 4 sequences.
    private static func batch(tokens: Double, context: Int, multipleOf unit: Int) -> Int {
        let wanted = tokens / steps / Double(context)
        let possible = (0...8).map { (1 << $0) * unit }.filter { (4...256).contains($0) }
        return possible.min { distance(Double($0), wanted) < distance(Double($1), wanted) } ?? unit
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
            ("optimizer", "muon"), ("lr", "\(learningRate)"), ("muon-lr", "0.02"),
            ("min-lr", "\(0.03 * learningRate)"), ("schedule", "linear"), ("weight-decay", "0.1"),
            ("zero-init", "true"),
        ]
    }

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
            (
                ["optimizer", "schedule", "lr", "muon-lr", "min-lr"],
                "muon with a rate that falls along a line to 3 %: see Docs/results/recipe.md"
            ),
        ]
    }
}
