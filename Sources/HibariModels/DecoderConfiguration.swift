import HibariNN
import HibariSupport
import HibariTensor

/// A named architecture with an exact counterpart in `transformers` and `llama.cpp`.
public enum ModelFamily: String, Sendable, CaseIterable {
    /// LayerNorm, learned positions, GELU, multi-head attention: `GPT2LMHeadModel`.
    case gpt2
    /// RMSNorm, RoPE, SwiGLU, grouped queries: `LlamaForCausalLM`.
    case llama
    /// LLaMA with biases on queries, keys and values: `Qwen2ForCausalLM`.
    case qwen2
    /// LLaMA with QK-norm: `Qwen3ForCausalLM`.
    case qwen3
}

/// Which projections of an attention layer have biases.
public enum AttentionBias: Sendable {
    case none
    case queryKeyValue
    /// Also the output projection.
    case all
}

/// The sizes and switches of a decoder. Checked once, by the initializer, so that models may trust them.
public struct DecoderConfiguration: Equatable, Sendable {
    public var family: ModelFamily
    public var vocabularySize: Int
    public var contextLength: Int
    public var layerCount: Int
    public var hiddenSize: Int
    public var headCount: Int
    public var keyValueHeadCount: Int
    public var headDim: Int
    public var feedForwardSize: Int
    public var normEpsilon: Double
    /// The base of the rotary frequencies; unused by GPT-2.
    public var ropeBase: Double
    /// How the rotary frequencies differ from those of the base alone.
    public var ropeScaling: RopeScaling?
    public var tiesEmbeddings: Bool
    /// Biases in all of GPT-2's linear layers and norms; the other families have the next two.
    public var hasBias: Bool
    /// `queryKeyValue` of every Qwen2, `all` or `none` of the others.
    public var attentionBias: AttentionBias
    /// Biases in the MLP of a LLaMA.
    public var hasMLPBias: Bool
    /// How many positions a query sees, its own among them (Mistral, which is a LLaMA otherwise); nil for all.
    public var slidingWindow: Int?
    /// GPT-2's activation; the other families gate with SiLU.
    public var activation: Activation
    /// After the embedding and after each sub-layer, when training.
    public var dropout: Double

    /// - Parameter attentionBias: what Qwen2 always has need not be given.
    /// - Throws: `ConfigurationError` naming the value that is wrong.
    public init(
        family: ModelFamily, vocabularySize: Int, contextLength: Int, layerCount: Int, hiddenSize: Int,
        headCount: Int,
        keyValueHeadCount: Int? = nil, headDim: Int? = nil, feedForwardSize: Int? = nil,
        normEpsilon: Double? = nil,
        ropeBase: Double = 10_000, ropeScaling: RopeScaling? = nil, tiesEmbeddings: Bool = true,
        hasBias: Bool = false, attentionBias: AttentionBias = .none, hasMLPBias: Bool = false,
        slidingWindow: Int? = nil, activation: Activation = .geluTanh, dropout: Double = 0
    ) throws(ConfigurationError) {
        for (name, value) in [
            ("vocabulary", vocabularySize), ("context", contextLength), ("layers", layerCount),
            ("dim", hiddenSize),
            ("heads", headCount), ("kv-heads", keyValueHeadCount ?? 1), ("head-dim", headDim ?? 1),
            ("ffn-dim", feedForwardSize ?? 1), ("sliding-window", slidingWindow ?? 1),
        ] where value <= 0 {
            throw .invalidValue(name: name, value: "\(value)", expected: "a positive number")
        }
        // Far beyond any use, and small enough that no product of sizes overflows.
        for (name, value, limit) in [
            ("vocabulary", vocabularySize, 1 << 24), ("context", contextLength, 1 << 24),
            ("layers", layerCount, 1 << 12),
            ("dim", hiddenSize, 1 << 20), ("heads", headCount, 1 << 20), ("head-dim", headDim ?? 1, 1 << 16),
            ("ffn-dim", feedForwardSize ?? 1, 1 << 24),
        ] where value > limit {
            throw .invalidValue(name: name, value: "\(value)", expected: "at most \(limit)")
        }
        if headDim == nil, hiddenSize % headCount != 0 {
            throw .notDivisible(name: "dim", value: hiddenSize, by: "heads", divisor: headCount)
        }
        let keyValueHeads = family == .gpt2 ? headCount : keyValueHeadCount ?? headCount
        if headCount % keyValueHeads != 0 {
            throw .notDivisible(name: "heads", value: headCount, by: "kv-heads", divisor: keyValueHeads)
        }
        if family == .gpt2, let keyValueHeadCount, keyValueHeadCount != headCount {
            throw .doesNotApply(name: "kv-heads", to: "--arch \(family.rawValue)")
        }
        let size = headDim ?? hiddenSize / headCount
        if headCount * size > 1 << 24 {
            throw .invalidValue(
                name: "heads", value: "\(headCount)", expected: "at most \((1 << 24) / size) of \(size)")
        }
        if family != .gpt2, hasBias { throw .doesNotApply(name: "bias", to: "--arch \(family.rawValue)") }
        if family != .gpt2, activation != .geluTanh {
            throw .doesNotApply(name: "activation", to: "--arch \(family.rawValue)")
        }
        if family == .gpt2, ![.geluTanh, .geluErf, .relu].contains(activation) {
            throw .invalidValue(
                name: "activation", value: activation.rawValue,
                expected: "geluTanh, geluErf or relu for gpt2")
        }
        if family != .gpt2, size % 2 != 0 {
            throw .invalidValue(
                name: "head-dim", value: "\(size)", expected: "even for rotary positions; change dim or heads"
            )
        }
        guard dropout >= 0, dropout < 1 else {
            throw .invalidValue(
                name: "dropout", value: "\(dropout)", expected: "from 0 up to but not including 1")
        }
        self.family = family
        self.vocabularySize = vocabularySize
        self.contextLength = contextLength
        self.layerCount = layerCount
        self.hiddenSize = hiddenSize
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeads
        self.headDim = size
        self.feedForwardSize = feedForwardSize ?? Self.defaultFeedForwardSize(family, hiddenSize)
        self.normEpsilon = normEpsilon ?? (family == .gpt2 ? 1e-5 : 1e-6)
        self.ropeBase = ropeBase
        self.ropeScaling = ropeScaling
        self.tiesEmbeddings = tiesEmbeddings
        self.hasBias = family == .gpt2 && hasBias
        self.attentionBias = family == .qwen2 ? .queryKeyValue : attentionBias
        self.hasMLPBias = hasMLPBias
        // A window that holds the whole context is none.
        self.slidingWindow = slidingWindow.flatMap { $0 < contextLength ? $0 : nil }
        self.activation = family == .gpt2 ? activation : .silu
        self.dropout = dropout
        try checkSwitches(attentionBias)
        if family != .gpt2 { try checkRotation() }
    }

    /// Refuses switches that the family does not have.
    private func checkSwitches(_ attentionBias: AttentionBias) throws(ConfigurationError) {
        let allowed: [AttentionBias] =
            switch family {
            case .gpt2: [.none]
            case .llama, .qwen3: [.none, .all]
            case .qwen2: [.none, .queryKeyValue]
            }
        let architecture = "--arch \(family.rawValue)"
        if !allowed.contains(attentionBias) { throw .doesNotApply(name: "attention-bias", to: architecture) }
        if hasMLPBias, family != .llama { throw .doesNotApply(name: "mlp-bias", to: architecture) }
        if slidingWindow != nil, family != .llama || attentionBias != .none || hasMLPBias {
            throw .doesNotApply(name: "sliding-window", to: "a model other than mistral")
        }
        if ropeScaling != nil, family == .gpt2 { throw .doesNotApply(name: "rope-scaling", to: architecture) }
    }

    /// Refuses rotary settings without finite frequencies, or with some that change with the length of the text.
    private func checkRotation() throws(ConfigurationError) {
        if case .longRoPE(let scaling) = ropeScaling {
            guard scaling.shortFactors.count == headDim / 2, scaling.longFactors.count == headDim / 2 else {
                throw .invalidValue(
                    name: "rope-scaling",
                    value: "\(scaling.shortFactors.count) and \(scaling.longFactors.count) factors",
                    expected: "\(headDim / 2), one for each pair of a head")
            }
            guard scaling.isFixed(contextLength: contextLength) else {
                throw .invalidValue(
                    name: "rope-scaling",
                    value:
                        "longrope, which turns texts of more than \(scaling.originalContextLength) tokens otherwise",
                    expected:
                        "one way for all; lower max_position_embeddings to \(scaling.originalContextLength)")
            }
        }
        guard rotaryFrequencies.allSatisfy({ 0 <= $0 && $0 <= 1024 }),
            (1e-6...1e6).contains(ropeScaling?.attentionFactor ?? 1)
        else {
            throw .invalidValue(
                name: "rope-base", value: "\(ropeBase)" + (ropeScaling.map { ", \($0.typeName)" } ?? ""),
                expected: "at most 1024 radians a position and an attention factor between 1e-6 and 1e6")
        }
    }

    /// Radians a position, for each pair of a head.
    package var rotaryFrequencies: [Double] {
        ropeScaling?.inverseFrequencies(headDim: headDim, base: ropeBase)
            ?? RotaryTable.inverseFrequencies(headDim: headDim, base: ropeBase)
    }

    /// Standard deviation of initial weights: GPT-2's 0.02 at its width of 768, and in proportion to 1/√C at
    /// others, so that activations start at the same size in a narrow model (Docs/results/pretraining.md
    /// measures what it is worth).
    public var initialDeviation: Double { 0.02 * (768 / Double(hiddenSize)).squareRoot() }

    /// The same for projections onto the residual stream, smaller so that its variance does not grow with
    /// depth.
    public var residualDeviation: Double { initialDeviation / (2 * Double(layerCount)).squareRoot() }

    /// 4·C for GPT-2; for SwiGLU 8/3·C, which has as many weights, rounded up to a multiple of 32.
    public static func defaultFeedForwardSize(_ family: ModelFamily, _ hiddenSize: Int) -> Int {
        family == .gpt2 ? 4 * hiddenSize : (8 * hiddenSize / 3 + 31) / 32 * 32
    }
}

/// Why a configuration cannot be used.
public enum ConfigurationError: UserError, Equatable {
    case invalidValue(name: String, value: String, expected: String)
    case notDivisible(name: String, value: Int, by: String, divisor: Int)
    /// An option that means nothing beside another, given as `--option value`.
    case doesNotApply(name: String, to: String)
    /// A key of a config.json that is missing, of the wrong kind, or asks for maths Hibari does not have.
    case unsupportedKey(path: String, key: String, value: String, supported: String)
    case missingKey(path: String, key: String)
    case unknownArchitecture(path: String, value: String)
    /// A value of a config.json that the architecture does not allow.
    case invalidFile(path: String, problem: String)
    /// What llama.cpp has not, so that a model with it cannot be written as GGUF.
    case notInGGUF(problem: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .invalidValue, .notDivisible, .doesNotApply: .usage
        case .unsupportedKey, .missingKey, .unknownArchitecture, .invalidFile, .notInGGUF: .badData
        }
    }

    public var description: String {
        switch self {
        case .invalidValue(let name, let value, let expected): "--\(name) is \(value), expected \(expected)"
        case .notDivisible(let name, let value, let by, let divisor):
            "--\(name) \(value) is not divisible by --\(by) \(divisor); change one of them"
        case .doesNotApply(let name, let other): "--\(name) does not apply to \(other); leave it out"
        case .unsupportedKey(let path, let key, let value, let supported):
            "\(path): \(key) is \(value), which is not supported (\(supported))"
        case .missingKey(let path, let key): "\(path): the key \(key) is missing or of the wrong kind"
        case .unknownArchitecture(let path, let value):
            "\(path): model_type \(value) is not supported; Hibari reads "
                + (ModelFamily.allCases.map(\.rawValue) + ["mistral"]).joined(separator: ", ")
        case .invalidFile(let path, let problem): "\(path): \(problem)"
        case .notInGGUF(let problem):
            "llama.cpp does not compute \(problem); convert the model to a Hugging Face folder instead"
        }
    }
}
