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
        ("llama", "rope_scaling", #"{"type": "linear", "factor": 2.0}"#),
        ("llama", "rope_scaling", #"{"rope_type": "dynamic", "factor": 2.0}"#),
        ("llama", "rope_scaling", #"{"rope_type": "yarn", "factor": 4.0}"#),
        ("llama", "rope_scaling", #"{"rope_type": "longrope"}"#),
        ("qwen3", "rope_parameters", #"{"rope_type": "llama3", "rope_theta": 500000.0}"#),
        ("llama", "rope_parameters", #"{"rope_type": 3}"#),
        ("llama", "rope_parameters", #"{"rope_theta": "big"}"#),
        ("llama", "rope_parameters", "[10000.0]"),
        ("llama", "rope_parameters", #"{"rope_theta": 10000.0, "partial_rotary_factor": 0.5}"#),
        ("llama", "partial_rotary_factor", "0.5"),
        ("llama", "attention_bias", "true"), ("qwen3", "attention_bias", "true"),
        ("llama", "mlp_bias", "true"),
        ("llama", "attention_bias", #""yes""#), ("qwen3", "use_sliding_window", "true"),
        ("qwen3", "layer_types", #"["full_attention", "sliding_attention"]"#),
        ("llama", "hidden_act", #""gelu""#), ("qwen3", "hidden_act", #""relu""#),
        ("llama", "pretraining_tp", "2"),
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
        expectRefusal("llama", "model_type", "mistral", naming: "mistral")
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
    }

    @Test(arguments: Golden.models) func writtenAndReadIsTheSame(_ name: String) throws {
        let configuration = try Golden(name).configuration
        let json = configuration.huggingFaceJSON(endOfText: 66)
        #expect(try DecoderConfiguration(huggingFace: json, path: "config.json") == configuration)
        #expect(json["eos_token_id"] == 66)
    }
}
