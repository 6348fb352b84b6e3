import HibariModels
import HibariSupport
import Testing

/// config.json: settings that change the maths and are not supported are refused by name.
@Suite struct HuggingFaceConfigurationTests {
    private func json(_ fixture: String) throws -> JSONObject {
        try JSONValue(contentsOf: Golden.folder(fixture) + "/config.json").object ?? JSONObject()
    }

    private func read(_ fixture: String, _ key: String, _ value: JSONValue?) throws -> DecoderConfiguration {
        var object = try json(fixture)
        object[key] = value
        return try DecoderConfiguration(huggingFace: .object(object), path: "config.json")
    }

    private func expectRefusal(_ fixture: String, _ key: String, _ value: JSONValue?, naming text: String) {
        let error = #expect(throws: ConfigurationError.self) { try read(fixture, key, value) }
        let description = error?.description ?? ""
        #expect(description.hasPrefix("config.json: ") && description.contains(text), "\(description)")
        #expect(!description.contains("\n") && error?.exitStatus == .badData)
    }

    @Test(arguments: [
        ("llama", "rope_scaling", #"{"rope_type": "su", "factor": 2.0}"#),
        ("llama", "rope_scaling", #"{"type": "mrope", "mrope_section": [1, 1, 2]}"#),
        ("llama", "rope_scaling", #"{"rope_type": "proportional", "partial_rotary_factor": 1.0}"#),
        ("llama", "rope_scaling", #"{"factor": 2.0}"#),
        ("llama", "rope_scaling", #"{"rope_type": "linear"}"#),
        ("llama", "rope_scaling", #"{"rope_type": "linear", "factor": -2.0}"#),
        ("llama", "rope_scaling", #"{"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.5}"#),
        ("llama", "rope_scaling", #"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0}"#),
        (
            "llama", "rope_scaling",
            #"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 1.0}"#
        ),
        (
            "llama", "rope_scaling",
            #"{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 0}"#
        ),
        ("llama", "rope_scaling", #"{"rope_type": "yarn", "factor": 4, "truncate": 1}"#),
        ("llama", "rope_scaling", #"{"rope_type": "longrope"}"#),
        ("llama", "rope_scaling", #"{"rope_type": "longrope", "short_factor": [1, 0], "long_factor": [1]}"#),
        ("llama", "rope_scaling", "2.0"),
        ("qwen3", "rope_parameters", #"{"rope_type": "llama3", "rope_theta": 500000.0}"#),
        ("llama", "rope_parameters", #"{"rope_type": 3}"#),
        ("llama", "rope_parameters", #"{"rope_theta": "big"}"#),
        ("llama", "rope_parameters", "[10000.0]"),
        ("llama", "rope_parameters", #"{"rope_theta": 10000.0, "partial_rotary_factor": 0.5}"#),
        ("qwen3", "rope_parameters", #"{"full_attention": {"rope_type": "default"}}"#),
        ("llama", "partial_rotary_factor", "0.5"),
        ("qwen2", "mlp_bias", "true"), ("qwen3", "mlp_bias", "true"),
        ("shards_mistral_bf16", "attention_bias", "true"),
        ("llama", "attention_bias", #""yes""#), ("qwen3", "use_sliding_window", "true"),
        ("qwen2", "layer_types", #"["full_attention", "sliding_attention"]"#),
        ("llama", "hidden_act", #""gelu""#), ("qwen3", "hidden_act", #""relu""#),
        ("llama", "final_logit_softcapping", "30.0"), ("llama", "embedding_multiplier", "12.0"),
        ("llama", "logit_scale", #""big""#), ("qwen2", "num_experts", "8"), ("qwen2", "use_mrope", "true"),
        ("llama", "no_rope_layers", "[1, 1, 0]"), ("gpt2", "pruned_heads", #"{"0": [1]}"#),
        ("gpt2", "hidden_size", "48"),
        ("gpt2", "activation_function", #""silu""#), ("gpt2", "scale_attn_by_inverse_layer_idx", "true"),
        ("gpt2", "scale_attn_weights", "false"), ("gpt2", "reorder_and_upcast_attn", "true"),
        ("gpt2", "add_cross_attention", "true"),
        ("llama", "quantization_config", #"{"quant_method": "gptq"}"#),
    ])
    func unsupportedSettings(_ fixture: String, _ key: String, _ value: String) throws {
        expectRefusal(fixture, key, try JSONValue(parsing: Array(value.utf8)), naming: key)
    }

    @Test(arguments: [
        "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    ])
    func sizesOfLlamaHaveNoDefault(_ key: String) {
        expectRefusal("llama", key, nil, naming: key)
        expectRefusal("qwen3", key, .null, naming: key)
    }

    @Test(
        arguments: [
            ("llama", "hidden_size", JSONValue.string("32")), ("llama", "num_key_value_heads", 1.5),
            ("llama", "rms_norm_eps", "small"), ("llama", "tie_word_embeddings", 1),
            ("llama", "rope_theta", true),
            ("llama", "max_position_embeddings", []), ("gpt2", "n_embd", "32"), ("gpt2", "n_positions", 0.5),
            ("gpt2", "activation_function", 1), ("gpt2", "layer_norm_epsilon", []),
            ("gpt2", "resid_pdrop", "0.1"),
            ("qwen3", "head_dim", "16"), ("qwen3", "model_type", 3),
        ] as [(String, String, JSONValue)])
    func wrongKinds(_ fixture: String, _ key: String, _ value: JSONValue) {
        expectRefusal(fixture, key, value, naming: key)
    }

    @Test(
        arguments: [
            ("llama", "num_attention_heads", 3, "not divisible"),
            ("llama", "num_key_value_heads", 3, "not divisible"),
            ("llama", "num_hidden_layers", 0, "layers"), ("llama", "vocab_size", -1, "vocabulary"),
            ("qwen3", "head_dim", 7, "head-dim"), ("gpt2", "n_head", 5, "not divisible"),
            ("gpt2", "n_embd", 0, "dim"),
            ("llama", "intermediate_size", 1 << 40, "ffn-dim"),
            ("llama", "num_attention_heads", 1 << 40, "heads"),
            ("qwen3", "head_dim", 1 << 40, "head-dim"), ("llama", "rms_norm_eps", -1, "rms_norm_eps"),
            ("llama", "rms_norm_eps", 0, "rms_norm_eps"),
            ("gpt2", "layer_norm_epsilon", -1, "layer_norm_epsilon"),
            ("llama", "rope_theta", -10, "rope_theta"), ("gpt2", "n_inner", Int.max, "ffn-dim"),
        ] as [(String, String, Int, String)])
    func impossibleSizes(_ fixture: String, _ key: String, _ value: Int, _ text: String) throws {
        if key == "rope_theta" {
            expectRefusal(fixture, "rope_parameters", ["rope_theta": .integer(value)], naming: text)
        } else if key == "num_attention_heads" {
            var object = try json(fixture)
            object["head_dim"] = nil
            object[key] = .integer(value)
            #expect(throws: ConfigurationError.self) {
                try DecoderConfiguration(huggingFace: .object(object), path: "config.json")
            }
        } else {
            expectRefusal(fixture, key, .integer(value), naming: text)
        }
    }

    @Test func unknownArchitecture() {
        expectRefusal("llama", "model_type", "gemma3", naming: "gpt2, llama, qwen2, qwen3, mistral")
        expectRefusal("llama", "model_type", nil, naming: "model_type")
    }

    @Test func olderSpellings() throws {
        #expect(try read("llama", "rope_scaling", .null).ropeBase == 10_000)
        #expect(try read("llama", "rope_scaling", ["rope_type": "default"]).ropeBase == 10_000)
        #expect(try read("llama_gqa_untied", "rope_parameters", nil).ropeBase == 10_000)
        #expect(try read("llama_gqa_untied", "num_attention_heads", 4).ropeBase == 500_000)
        #expect(try read("llama", "num_key_value_heads", .null).keyValueHeadCount == 4)
        #expect(try read("llama", "partial_rotary_factor", 1).headDim == 8)
        #expect(try read("gpt2", "activation_function", "gelu").activation == .geluErf)
        #expect(try read("gpt2", "n_inner", .null).feedForwardSize == 128)
        #expect(try read("gpt2", "activation_function", "gelu_fast").activation == .geluTanh)
        #expect(try read("llama", "hidden_act", "swish").activation == .silu)
        var gpt2 = try json("gpt2")
        (gpt2["n_embd"], gpt2["hidden_size"]) = (nil, 32)
        #expect(try DecoderConfiguration(huggingFace: .object(gpt2), path: "config.json").hiddenSize == 32)
    }

    /// What these classes of transformers never read, or what is off, is passed over.
    @Test(
        arguments: [
            ("llama", "pretraining_tp", 2), ("llama", "sliding_window", 4), ("qwen2", "use_mrope", false),
            ("qwen2", "max_window_layers", 0), ("llama", "logits_scaling", 1.0),
            ("gpt2", "pruned_heads", [:]),
            ("llama", "quantization_config", nil), ("qwen3", "num_experts", 0),
            ("gpt2", "task_specific_params", ["text-generation": ["do_sample": true]]),
        ] as [(String, String, JSONValue?)])
    func harmlessKeys(_ fixture: String, _ key: String, _ value: JSONValue?) throws {
        #expect(
            try read(fixture, key, value)
                == DecoderConfiguration(huggingFace: .object(try json(fixture)), path: ""))
    }

    @Test func biases() throws {
        #expect(try read("llama", "attention_bias", true).attentionBias == .all)
        #expect(try read("qwen3", "attention_bias", true).attentionBias == .all)
        #expect(try read("llama", "mlp_bias", true).hasMLPBias)
        // Qwen2 has no switch: its class always has biases on queries, keys and values.
        #expect(try read("qwen2", "attention_bias", false).attentionBias == .queryKeyValue)
    }

    @Test func mistralIsLlamaWithAWindow() throws {
        let fixture = "shards_mistral_bf16"
        let windowed = try read(fixture, "sliding_window", 7)
        #expect(windowed.family == .llama && windowed.slidingWindow == 7)
        #expect(windowed.huggingFaceJSON(endOfText: nil)["model_type"] == "mistral")
        // Without one, or with one that holds the whole context, nothing is left that LLaMA has not.
        for window in [nil, JSONValue.null, 64] {
            let plain = try read(fixture, "sliding_window", window)
            #expect(plain.slidingWindow == nil)
            #expect(plain.huggingFaceJSON(endOfText: nil)["model_type"] == "llama")
        }
        #expect(try read(fixture, "num_key_value_heads", .null).keyValueHeadCount == 2)
    }

    /// As the classes of transformers have them, where the key is missing.
    @Test func keyValueHeadsByDefault() throws {
        #expect(try read("llama_gqa_untied", "num_key_value_heads", nil).keyValueHeadCount == 4)
        expectRefusal("qwen2", "num_key_value_heads", nil, naming: "--kv-heads 32")
        expectRefusal("shards_mistral_bf16", "num_key_value_heads", nil, naming: "--kv-heads 8")
    }

    /// A cache of rotated keys cannot follow frequencies that change with the length of the text.
    @Test func longRoPEOfTwoKindsIsRefused() throws {
        func settings(_ long: JSONValue, original: Int) -> JSONValue {
            [
                "rope_type": "longrope", "short_factor": [1, 1, 2, 2], "long_factor": long,
                "original_max_position_embeddings": .integer(original),
            ]
        }
        expectRefusal("llama", "rope_scaling", settings([2, 2, 4, 4], original: 16), naming: "longrope")
        expectRefusal(
            "llama", "rope_scaling", settings([2, 2, 4], original: 32), naming: "4, one for each pair")
        #expect(try read("llama", "rope_scaling", settings([2, 2, 4, 4], original: 32)).ropeScaling != nil)
        #expect(try read("llama", "rope_scaling", settings([1, 1, 2, 2], original: 16)).ropeScaling != nil)
    }

    @Test(arguments: [
        #"{"rope_type": "linear", "factor": 1e-300}"#,
        #"{"rope_type": "yarn", "factor": 4.0, "attention_factor": 1e300}"#,
        #"{"rope_type": "yarn", "factor": 4.0, "mscale": -1e9, "mscale_all_dim": 1.0}"#,
        #"{"rope_type": "default", "rope_theta": 1e-300}"#,
    ])
    func frequenciesOutOfAllProportion(_ settings: String) throws {
        expectRefusal("llama", "rope_scaling", try JSONValue(parsing: settings), naming: "rope-base")
    }

    @Test(arguments: Golden.models) func writtenAndReadIsTheSame(_ name: String) throws {
        let configuration = try Golden(name).configuration
        let json = configuration.huggingFaceJSON(endOfText: 66)
        #expect(try DecoderConfiguration(huggingFace: json, path: "config.json") == configuration)
        #expect(json["eos_token_id"] == 66)
    }
}
