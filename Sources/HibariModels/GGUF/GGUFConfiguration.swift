import HibariCheckpoint
import HibariSupport

extension DecoderConfiguration {
    /// Reads the metadata of a llama.cpp model, and refuses whatever changes the maths and is not supported: also every
    /// key of the architecture that is not known.
    ///
    /// The size of the vocabulary, whether the head is tied, and which biases there are follow from the tensors.
    /// Source: `load_hparams` in llama.cpp, src/llama-model.cpp; `gguf/constants.py`.
    init(gguf tensors: GGUFTensors) throws {
        let reader = try GGUFMetadataReader(tensors.file)
        let path = tensors.path
        guard let family = ModelFamily(rawValue: reader.architecture) else {
            throw ConfigurationError.unknownArchitecture(path: path, value: reader.architecture)
        }
        try refuseOtherKinds(tensors.file)
        try refuseUnsupportedKeys(reader, isGPT2: family == .gpt2)
        guard let embedding = tensors.shape(of: GGUFTensorNames.tokenEmbedding), embedding.count == 2 else {
            throw CheckpointError.missingTensor(path: path, tensor: GGUFTensorNames.tokenEmbedding)
        }
        do {
            self =
                family == .gpt2
                ? try .gpt2(reader, tensors, vocabularySize: embedding[0])
                : try .llama(family, reader, tensors, vocabularySize: embedding[0])
        } catch let error as ConfigurationError {
            switch error {
            case .invalidValue, .notDivisible, .doesNotApply:
                throw ConfigurationError.invalidFile(path: path, problem: error.description)
            default: throw error
            }
        }
    }

    private static func gpt2(
        _ reader: GGUFMetadataReader, _ tensors: GGUFTensors, vocabularySize: Int
    ) throws -> DecoderConfiguration {
        let headCount = try reader.integer("attention.head_count")
        if let keyValueHeads = try reader.optionalInteger("attention.head_count_kv"), keyValueHeads != headCount {
            throw reader.unsupported("attention.head_count_kv", "only \(headCount), the number of heads")
        }
        return try DecoderConfiguration(
            family: .gpt2, vocabularySize: vocabularySize,
            contextLength: try reader.integer("context_length"),
            layerCount: try reader.integer("block_count"),
            hiddenSize: try reader.integer("embedding_length"), headCount: headCount,
            feedForwardSize: try reader.integer("feed_forward_length"),
            normEpsilon: try reader.positive("attention.layer_norm_epsilon"),
            tiesEmbeddings: try tensors.hasTiedHead, hasBias: try tensors.hasBias)
    }

    private static func llama(
        _ family: ModelFamily, _ reader: GGUFMetadataReader, _ tensors: GGUFTensors, vocabularySize: Int
    ) throws -> DecoderConfiguration {
        let hiddenSize = try reader.integer("embedding_length")
        let headCount = try reader.integer("attention.head_count")
        let headDim =
            try reader.optionalInteger("attention.key_length") ?? (headCount > 0 ? hiddenSize / headCount : 0)
        for key in ["attention.value_length", "rope.dimension_count"] {
            if let size = try reader.optionalInteger(key), size != headDim {
                throw reader.unsupported(key, "only \(headDim), the size of a head")
            }
        }
        try refuseRopeScaling(reader, tensors)
        return try DecoderConfiguration(
            family: family, vocabularySize: vocabularySize,
            contextLength: try reader.integer("context_length"),
            layerCount: try reader.integer("block_count"), hiddenSize: hiddenSize, headCount: headCount,
            keyValueHeadCount: try reader.optionalInteger("attention.head_count_kv"), headDim: headDim,
            feedForwardSize: try reader.integer("feed_forward_length"),
            normEpsilon: try reader.positive("attention.layer_norm_rms_epsilon"),
            ropeBase: try reader.positive("rope.freq_base", default: 10_000),
            tiesEmbeddings: try tensors.hasTiedHead)
    }
}

/// Adapters, projectors and the parts of split files are no models.
private func refuseOtherKinds(_ file: GGUFFile) throws(ConfigurationError) {
    if let kind = file["general.type"], kind.string != "model" {
        throw .unsupportedKey(
            path: file.path, key: "general.type", value: kind.summary, supported: "only \"model\"")
    }
    if let parts = file["split.count"], parts.int ?? 2 > 1 {
        throw .unsupportedKey(
            path: file.path, key: "split.count", value: parts.summary,
            supported: "join the parts with llama-gguf-split --merge")
    }
}

/// Keys of an architecture that `DecoderConfiguration(gguf:)` reads, or that say what the tensors say already.
private let readKeys: Set<String> = [
    "context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count",
    "attention.head_count_kv", "attention.key_length", "attention.value_length",
    "attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "rope.freq_base",
    "rope.dimension_count", "vocab_size", "tensor_data_layout",
]

/// Keys with the only value that leaves the maths as it is.
private let neutralValues: [String: Double] = [
    "expert_count": 0, "expert_used_count": 0, "logit_scale": 1, "embedding_scale": 1, "residual_scale": 1,
    "attention.max_alibi_bias": 0, "attention.clamp_kqv": 0, "attention.sliding_window": 0,
    "attn_logit_softcapping": 0, "final_logit_softcapping": 0, "pooling_type": 0,
]

private func refuseUnsupportedKeys(_ reader: GGUFMetadataReader, isGPT2: Bool) throws(ConfigurationError) {
    for key in reader.keys where !readKeys.contains(key) {
        // Read, or refused, by `refuseRopeScaling`.
        if !isGPT2, key.hasPrefix("rope.scal") { continue }
        if let neutral = neutralValues[key] {
            guard reader.value(key)?.double == neutral else {
                throw reader.unsupported(key, "only \(Int(neutral))")
            }
        } else if key == "attention.causal" || key == "use_parallel_residual" {
            let supported = key == "attention.causal"
            guard reader.value(key)?.bool == supported else { throw reader.unsupported(key, "only \(supported)") }
        } else {
            throw reader.unsupported(key, "Hibari does not know it; use a model without it")
        }
    }
}

/// Positions that are scaled: linearly, by YaRN, or with the factors of Llama 3.
private func refuseRopeScaling(_ reader: GGUFMetadataReader, _ tensors: GGUFTensors) throws {
    let supported = "only plain rotary positions"
    if let kind = reader.value("rope.scaling.type"), kind.string != "none" {
        throw reader.unsupported("rope.scaling.type", supported)
    }
    for key in ["rope.scaling.factor", "rope.scale_linear"] {
        if let factor = reader.value(key), factor.double != 1, factor.double != 0 {
            throw reader.unsupported(key, supported)
        }
    }
    if tensors.shape(of: GGUFTensorNames.rotaryFactors) != nil {
        throw ConfigurationError.unsupportedKey(
            path: tensors.path, key: GGUFTensorNames.rotaryFactors, value: "present", supported: supported)
    }
}

extension GGUFTensors {
    /// Whether the head is the token embedding: there is none of its own, or, as files of GPT-2 have it, a copy.
    var hasTiedHead: Bool {
        get throws {
            guard let head = entry(named: GGUFTensorNames.output),
                let embedding = entry(named: GGUFTensorNames.tokenEmbedding)
            else { return true }
            guard head.typeNumber == embedding.typeNumber, head.shape == embedding.shape else { return false }
            return try bytes(of: head.name).elementsEqual(bytes(of: embedding.name))
        }
    }

    /// Whether any bias is not zero; llama.cpp wants all of GPT-2's, also of models without.
    fileprivate var hasBias: Bool {
        get throws {
            for entry in entries where entry.name.hasSuffix(".bias") {
                if try floats(of: entry.name).contains(where: { $0 != 0 }) { return true }
            }
            return false
        }
    }
}
