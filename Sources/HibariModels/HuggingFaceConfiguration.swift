import HibariNN
import HibariSupport

extension DecoderConfiguration {
    /// The config.json that `transformers` reads.
    ///
    /// - Parameter endOfText: the id of the end-of-text token, if the vocabulary has one.
    public func huggingFaceJSON(endOfText: Int?) -> JSONValue {
        let end: JSONValue = endOfText.map { .integer($0) } ?? .null
        var object = JSONObject([
            (key: "architectures", value: .array([.string(architectureName)])),
            (key: "model_type", value: .string(family.rawValue)),
            (key: "vocab_size", value: .integer(vocabularySize)),
            (key: "tie_word_embeddings", value: .bool(tiesEmbeddings)),
            (key: "bos_token_id", value: end),
            (key: "eos_token_id", value: end),
            (key: "torch_dtype", value: "float32"),
            (key: "initializer_range", value: 0.02),
        ])
        for (key, value) in family == .gpt2 ? gpt2Members : llamaMembers { object[key] = value }
        return .object(object)
    }

    private var architectureName: String {
        switch family {
        case .gpt2: "GPT2LMHeadModel"
        case .llama: "LlamaForCausalLM"
        case .qwen3: "Qwen3ForCausalLM"
        }
    }

    private var gpt2Members: [(String, JSONValue)] {
        [
            ("n_positions", .integer(contextLength)), ("n_ctx", .integer(contextLength)),
            ("n_embd", .integer(hiddenSize)), ("n_layer", .integer(layerCount)),
            ("n_head", .integer(headCount)),
            ("n_inner", .integer(feedForwardSize)),
            (
                "activation_function",
                .string(activation == .geluErf ? "gelu" : activation == .relu ? "relu" : "gelu_new")
            ),
            ("layer_norm_epsilon", .number(normEpsilon)), ("embd_pdrop", .number(dropout)),
            ("resid_pdrop", .number(dropout)), ("attn_pdrop", 0.0),
            // Not known to transformers, which keeps it: the biases in the file are zeros that are not
            // trained.
            ("hibari_bias", .bool(hasBias)),
        ]
    }

    private var llamaMembers: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("max_position_embeddings", .integer(contextLength)), ("hidden_size", .integer(hiddenSize)),
            ("num_hidden_layers", .integer(layerCount)), ("num_attention_heads", .integer(headCount)),
            ("num_key_value_heads", .integer(keyValueHeadCount)), ("head_dim", .integer(headDim)),
            ("intermediate_size", .integer(feedForwardSize)), ("hidden_act", "silu"),
            ("rms_norm_eps", .number(normEpsilon)), ("rope_theta", .number(ropeBase)),
            ("rope_scaling", .null),
            ("attention_bias", false), ("attention_dropout", 0.0), ("hibari_dropout", .number(dropout)),
        ]
        if family == .llama { members.append(("mlp_bias", false)) }
        if family == .qwen3 { members += [("use_sliding_window", false), ("sliding_window", .null)] }
        return members
    }

    /// Reads a config.json and refuses whatever changes the maths and is not supported.
    ///
    /// - Parameter path: of the file, for messages.
    public init(huggingFace json: JSONValue, path: String) throws(ConfigurationError) {
        let reader = ConfigurationReader(json, path: path)
        try reader.require("quantization_config", .null)
        guard let type = json["model_type"]?.string else { throw .missingKey(path: path, key: "model_type") }
        guard let family = ModelFamily(rawValue: type) else {
            throw .unknownArchitecture(path: path, value: type)
        }
        do {
            self = family == .gpt2 ? try .gpt2(reader) : try .llama(family, reader)
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
        try reader.require("add_cross_attention", false)
        let activations: [String: Activation] = [
            "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "gelu": .geluErf, "relu": .relu,
        ]
        let name = try reader.string("activation_function", default: "gelu_new")
        guard let activation = activations[name] else {
            throw reader.unsupported("activation_function", "gelu_new, gelu or relu")
        }
        return try DecoderConfiguration(
            family: .gpt2, vocabularySize: try reader.integer("vocab_size", default: 50257),
            contextLength: try reader.integer("n_positions", default: 1024),
            layerCount: try reader.integer("n_layer", default: 12),
            hiddenSize: try reader.integer("n_embd", default: 768),
            headCount: try reader.integer("n_head", default: 12),
            feedForwardSize: try reader.optionalInteger("n_inner"),
            normEpsilon: try reader.positive("layer_norm_epsilon", default: 1e-5),
            tiesEmbeddings: try reader.bool("tie_word_embeddings", default: true),
            hasBias: try reader.bool("hibari_bias", default: true), activation: activation,
            dropout: try reader.number("resid_pdrop", default: 0.1))
    }

    private static func llama(
        _ family: ModelFamily, _ reader: ConfigurationReader
    ) throws(ConfigurationError) -> DecoderConfiguration {
        try reader.require("attention_bias", false)
        try reader.require("mlp_bias", false)
        try reader.require("use_sliding_window", false)
        try reader.require("hidden_act", "silu")
        try reader.requireOne("pretraining_tp")
        try reader.requireOne("partial_rotary_factor")
        try reader.requireAll("layer_types", "full_attention")
        var base = try reader.positive("rope_theta", default: 10_000)
        if let scaling = reader.value("rope_scaling") {
            base = try reader.ropeBase(scaling, "rope_scaling", base)
        }
        // transformers 5 gathers the rotary settings in one object.
        if let parameters = reader.value("rope_parameters") {
            base = try reader.ropeBase(parameters, "rope_parameters", base)
        }
        return try DecoderConfiguration(
            family: family, vocabularySize: try reader.integer("vocab_size"),
            contextLength: try reader.integer(
                "max_position_embeddings", default: family == .llama ? 2048 : 32768),
            layerCount: try reader.integer("num_hidden_layers"),
            hiddenSize: try reader.integer("hidden_size"),
            headCount: try reader.integer("num_attention_heads"),
            keyValueHeadCount: try reader.optionalInteger("num_key_value_heads"),
            headDim: try reader.optionalInteger("head_dim") ?? (family == .qwen3 ? 128 : nil),
            feedForwardSize: try reader.integer("intermediate_size"),
            normEpsilon: try reader.positive("rms_norm_eps", default: 1e-6), ropeBase: base,
            tiesEmbeddings: try reader.bool("tie_word_embeddings", default: false),
            dropout: try reader.number("hibari_dropout", default: 0))
    }
}

/// Typed access to the keys of a config.json.
private struct ConfigurationReader {
    private let json: JSONValue
    private let path: String

    init(_ json: JSONValue, path: String) {
        self.json = json
        self.path = path
    }

    /// The value of a key; nil if it is missing or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }

    func integer(_ key: String, default fallback: Int? = nil) throws(ConfigurationError) -> Int {
        guard let number = try optionalInteger(key) ?? fallback else {
            throw .missingKey(path: path, key: key)
        }
        return number
    }

    func optionalInteger(_ key: String) throws(ConfigurationError) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int else { throw .missingKey(path: path, key: key) }
        return number
    }

    func number(_ key: String, default fallback: Double) throws(ConfigurationError) -> Double {
        guard let value = value(key) else { return fallback }
        guard let number = value.double else { throw .missingKey(path: path, key: key) }
        return number
    }

    func bool(_ key: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
        guard let value = value(key) else { return fallback }
        guard let flag = value.bool else { throw .missingKey(path: path, key: key) }
        return flag
    }

    func string(_ key: String, default fallback: String) throws(ConfigurationError) -> String {
        guard let value = value(key) else { return fallback }
        guard let text = value.string else { throw .missingKey(path: path, key: key) }
        return text
    }

    /// Refuses any value but `supported`; a missing key is fine.
    func require(_ key: String, _ supported: JSONValue) throws(ConfigurationError) {
        guard let value = value(key), value != supported else { return }
        throw unsupported(key, "only \(supported.text())")
    }

    func unsupported(_ key: String, _ supported: String) -> ConfigurationError {
        .unsupportedKey(path: path, key: key, value: value(key)?.text() ?? "null", supported: supported)
    }

    /// Refuses any number but 1, whichever way it is written.
    func requireOne(_ key: String) throws(ConfigurationError) {
        guard let value = value(key), value.double != 1 else { return }
        throw unsupported(key, "only 1")
    }

    /// Refuses a list with any element but `supported`.
    func requireAll(_ key: String, _ supported: JSONValue) throws(ConfigurationError) {
        guard let value = value(key) else { return }
        guard let elements = value.array, elements.allSatisfy({ $0 == supported }) else {
            throw unsupported(key, "only \(supported.text())")
        }
    }

    /// A number above 0.
    func positive(_ key: String, default fallback: Double) throws(ConfigurationError) -> Double {
        let number = try number(key, default: fallback)
        guard number > 0, number.isFinite else {
            throw .invalidFile(path: path, problem: "\(key) is \(number), expected a positive number")
        }
        return number
    }

    /// The base of an object of rotary settings, which must not scale positions.
    func ropeBase(_ settings: JSONValue, _ key: String, _ fallback: Double) throws(ConfigurationError)
        -> Double
    {
        let type = settings["rope_type"] ?? settings["type"]
        guard settings.object != nil, type == nil || type == "default" else {
            throw unsupported(key, "only plain rotary positions")
        }
        let inner = ConfigurationReader(settings, path: "\(path): \(key)")
        try inner.requireOne("partial_rotary_factor")
        return try inner.positive("rope_theta", default: fallback)
    }
}
