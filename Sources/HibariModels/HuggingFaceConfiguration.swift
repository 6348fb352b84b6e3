import HibariNN
import HibariSupport

extension DecoderConfiguration {
    /// Reads a config.json of `transformers` 4 or 5 and refuses whatever changes the maths and is not supported.
    ///
    /// The rule for keys: those that decide about the maths of these architectures are read one by one, and a value
    /// that Hibari does not compute is an error; those by which other architectures change it (`otherMathematics`) must
    /// be off. Every other key is passed over, as `transformers` does, whose classes never read it. A missing key takes
    /// the default of `transformers`, but sizes of the llama kind have none.
    ///
    /// - Parameter path: of the file, for messages.
    public init(huggingFace json: JSONValue, path: String) throws(ConfigurationError) {
        let reader = ConfigurationReader(json, path: path)
        guard let type = json["model_type"]?.string else { throw .missingKey(path: path, key: "model_type") }
        guard let family = type == "mistral" ? .llama : ModelFamily(rawValue: type) else {
            throw .unknownArchitecture(path: path, value: type)
        }
        try reader.requireOtherMathematicsOff()
        do {
            self =
                family == .gpt2 ? try .gpt2(reader) : try .llama(family, isMistral: type == "mistral", reader)
        } catch {
            switch error {
            case .invalidValue, .notDivisible, .doesNotApply:
                throw .invalidFile(path: path, problem: error.description)
            default: throw error
            }
        }
    }

    private static func gpt2(_ reader: ConfigurationReader) throws(ConfigurationError) -> DecoderConfiguration
    {
        try reader.require("scale_attn_weights", true)
        try reader.require("scale_attn_by_inverse_layer_idx", false)
        try reader.require("reorder_and_upcast_attn", false)
        let activations: [String: Activation] = [
            "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "gelu_fast": .geluTanh, "gelu": .geluErf,
            "gelu_python": .geluErf, "relu": .relu,
        ]
        let name = try reader.string("activation_function", default: "gelu_new")
        guard let activation = activations[name] else {
            throw reader.unsupported("activation_function", "gelu_new, gelu or relu")
        }
        return try DecoderConfiguration(
            family: .gpt2, vocabularySize: try reader.integer("vocab_size", default: 50257),
            contextLength: try reader.integer("n_positions", or: "max_position_embeddings", default: 1024),
            layerCount: try reader.integer("n_layer", or: "num_hidden_layers", default: 12),
            hiddenSize: try reader.integer("n_embd", or: "hidden_size", default: 768),
            headCount: try reader.integer("n_head", or: "num_attention_heads", default: 12),
            feedForwardSize: try reader.optionalInteger("n_inner"),
            normEpsilon: try reader.positive("layer_norm_epsilon", default: 1e-5),
            tiesEmbeddings: try reader.bool("tie_word_embeddings", default: true),
            hasBias: try reader.bool("hibari_bias", default: true), activation: activation,
            dropout: try reader.number("resid_pdrop", default: 0.1))
    }

    private static func llama(
        _ family: ModelFamily, isMistral: Bool, _ reader: ConfigurationReader
    ) throws(ConfigurationError) -> DecoderConfiguration {
        // LLaMA and Qwen3 have a switch for biases, Qwen2 always has some, and Mistral none.
        let hasSwitch = (family == .llama || family == .qwen3) && !isMistral
        if isMistral { try reader.require("attention_bias", false) }
        if family != .llama || isMistral { try reader.require("mlp_bias", false) }
        try reader.require("use_sliding_window", false)
        try reader.requireAll("layer_types", "full_attention")
        let activation = try reader.string("hidden_act", default: "silu")
        guard ["silu", "swish"].contains(activation) else {
            throw reader.unsupported("hidden_act", "only silu")
        }
        let contextLength = try reader.integer(
            "max_position_embeddings", default: isMistral ? 131072 : family == .llama ? 2048 : 32768)
        let rope = try reader.rope(contextLength: contextLength)
        // Where the key is missing; null means as many as heads.
        let keyValueHeads = isMistral ? 8 : family == .llama ? nil : 32
        return try DecoderConfiguration(
            family: family, vocabularySize: try reader.integer("vocab_size"), contextLength: contextLength,
            layerCount: try reader.integer("num_hidden_layers"),
            hiddenSize: try reader.integer("hidden_size"),
            headCount: try reader.integer("num_attention_heads"),
            keyValueHeadCount: try reader.optionalInteger("num_key_value_heads", missing: keyValueHeads),
            headDim: try reader.optionalInteger("head_dim") ?? (family == .qwen3 ? 128 : nil),
            feedForwardSize: try reader.integer("intermediate_size"),
            normEpsilon: try reader.positive("rms_norm_eps", default: 1e-6), ropeBase: rope.base,
            ropeScaling: rope.scaling,
            tiesEmbeddings: try reader.bool("tie_word_embeddings", default: false),
            attentionBias: hasSwitch
                ? try reader.bool("attention_bias", default: false) ? .all : .none : .none,
            hasMLPBias: try reader.bool("mlp_bias", default: false),
            slidingWindow: isMistral ? try reader.optionalInteger("sliding_window", missing: 4096) : nil,
            dropout: try reader.number("hibari_dropout", default: 0))
    }
}

/// Keys by which other architectures change the maths, and the only number under which they do not; false, null and what
/// is empty always pass.
private let otherMathematics: [(key: String, identity: Double)] = [
    // Weights in a form of their own, other layers, layers that differ.
    ("quantization_config", 0), ("is_encoder_decoder", 0), ("add_cross_attention", 0), ("pruned_heads", 0),
    ("per_layer_config", 0), ("num_experts", 0), ("num_local_experts", 0), ("n_routed_experts", 0),
    ("kv_lora_rank", 0), ("use_parallel_residual", 0),
    // Attention.
    ("attn_logit_softcapping", 0), ("query_pre_attn_scalar", 0), ("attention_multiplier", 0), ("clip_qkv", 0),
    ("use_qk_norm", 0), ("qk_layernorm", 0), ("use_bidirectional_attention", 0), ("attention_chunk_size", 0),
    // Positions.
    ("alibi", 0), ("no_rope_layers", 0), ("no_rope_layer_interval", 0), ("rope_interleave", 0),
    ("use_mrope", 0),
    ("partial_rotary_factor", 1), ("rotary_pct", 1),
    // Scales of the stream and of the logits.
    ("embedding_multiplier", 1), ("residual_multiplier", 1), ("logits_scaling", 1), ("logit_scale", 1),
    ("final_logit_softcapping", 0), ("scale_emb", 1), ("scale_depth", 0),
]

extension ConfigurationReader {
    fileprivate func requireOtherMathematicsOff() throws(ConfigurationError) {
        for (key, identity) in otherMathematics {
            guard let value = value(key) else { continue }
            let isOff =
                switch value {
                case .bool(let flag): !flag
                case .array(let elements): elements.isEmpty
                case .object(let object): object.isEmpty
                default: value.double == identity
                }
            if !isOff { throw unsupported(key, identity == 0 ? "it must be off" : "only 1") }
        }
    }
}
