import HibariNN
import HibariSupport

extension DecoderConfiguration {
    /// The config.json that `transformers` reads.
    ///
    /// - Parameter endOfText: the id of the end-of-text token, if the vocabulary has one.
    public func huggingFaceJSON(endOfText: Int?) -> JSONValue {
        let end: JSONValue = endOfText.map { .integer($0) } ?? .null
        var object = JSONObject([
            (key: "architectures", value: .array([.string(architecture.name)])),
            (key: "model_type", value: .string(architecture.modelType)),
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

    /// The class of `transformers` and its `model_type`.
    private var architecture: (name: String, modelType: String) {
        switch family {
        case .gpt2: ("GPT2LMHeadModel", "gpt2")
        case .llama where slidingWindow != nil: ("MistralForCausalLM", "mistral")
        case .llama: ("LlamaForCausalLM", "llama")
        case .qwen2: ("Qwen2ForCausalLM", "qwen2")
        case .qwen3: ("Qwen3ForCausalLM", "qwen3")
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
            ("rope_scaling", ropeScaling?.huggingFaceJSON ?? .null), ("attention_dropout", 0.0),
            ("hibari_dropout", .number(dropout)),
        ]
        let attentionBias: (String, JSONValue) = ("attention_bias", .bool(attentionBias == .all))
        switch family {
        case .gpt2: break
        case .llama:
            members +=
                slidingWindow.map { [("sliding_window", .integer($0))] }
                ?? [attentionBias, ("mlp_bias", .bool(hasMLPBias))]
        case .qwen2: members += [("use_sliding_window", false), ("sliding_window", .null)]
        case .qwen3: members += [attentionBias, ("use_sliding_window", false), ("sliding_window", .null)]
        }
        return members
    }
}

extension RopeScaling {
    /// The object `rope_scaling` of a config.json, which transformers 4 and 5 read.
    var huggingFaceJSON: JSONValue {
        var members: [(key: String, value: JSONValue)] = [("rope_type", .string(typeName))]
        func append(_ key: String, _ number: Double?) {
            if let number { members.append((key, .number(number))) }
        }
        func appendContext(_ length: Int) {
            members.append(("original_max_position_embeddings", .integer(length)))
        }
        switch self {
        case .linear(let factor), .dynamic(let factor): append("factor", factor)
        case .llama3(let scaling):
            append("factor", scaling.factor)
            append("low_freq_factor", scaling.lowFrequencyFactor)
            append("high_freq_factor", scaling.highFrequencyFactor)
            appendContext(scaling.originalContextLength)
        case .yarn(let scaling):
            append("factor", scaling.factor)
            appendContext(scaling.originalContextLength)
            append("attention_factor", scaling.attentionFactor)
            append("beta_fast", scaling.betaFast)
            append("beta_slow", scaling.betaSlow)
            append("mscale", scaling.mscale)
            append("mscale_all_dim", scaling.mscaleAllDim)
            members.append(("truncate", .bool(scaling.truncates)))
        case .longRoPE(let scaling):
            append("factor", scaling.factor)
            members.append(("short_factor", .array(scaling.shortFactors.map { .number($0) })))
            members.append(("long_factor", .array(scaling.longFactors.map { .number($0) })))
            appendContext(scaling.originalContextLength)
            append("attention_factor", scaling.attentionFactor)
        }
        return .object(JSONObject(members))
    }
}
