import HibariCheckpoint
import HibariNN
import HibariTensor

/// The tensors of a llama2.c model under the names and in the layouts of `transformers`: as in llama.cpp, rows of
/// queries and keys that rotary positions turn together stand side by side in the file.
struct Llama2CModel: TensorSource {
    let file: Llama2CFile

    /// llama2.c names → those of `LlamaForCausalLM`, for the parts of a layer without their layer.
    private static let names = [
        "tok_embeddings.weight": "model.embed_tokens.weight", "norm.weight": "model.norm.weight",
        "output.weight": "lm_head.weight", "attention_norm.weight": "input_layernorm.weight",
        "attention.wq.weight": "self_attn.q_proj.weight", "attention.wk.weight": "self_attn.k_proj.weight",
        "attention.wv.weight": "self_attn.v_proj.weight", "attention.wo.weight": "self_attn.o_proj.weight",
        "ffn_norm.weight": "post_attention_layernorm.weight",
        "feed_forward.w1.weight": "mlp.gate_proj.weight", "feed_forward.w2.weight": "mlp.down_proj.weight",
        "feed_forward.w3.weight": "mlp.up_proj.weight",
    ]
    /// By the name in `transformers`.
    private let stored: [String: String]
    let tensorNames: [String]

    init(_ file: Llama2CFile) {
        self.file = file
        var stored: [String: String] = [:]
        tensorNames = file.tensorNames.map { name in
            let parts = name.split(separator: ".", maxSplits: 2)
            let isOfLayer = parts[0] == "layers"
            let known = Self.names[isOfLayer ? String(parts[2]) : name] ?? name
            let own = isOfLayer ? "model.layers.\(parts[1])." + known : known
            stored[own] = name
            return own
        }
        self.stored = stored
    }

    var location: String { file.path }

    func shape(of name: String) -> [Int]? { stored[name].flatMap { file.shape(of: $0) } }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        // Copied, as parameters in memory that is borrowed cannot be trained.
        try storedTensor(named: name).copied().cast(to: dtype)
    }

    func storedTensor(named name: String) throws -> Tensor {
        guard let own = stored[name] else {
            throw CheckpointError.missingTensor(path: location, tensor: name)
        }
        let tensor = try file.storedTensor(named: own)
        if own.hasSuffix(".wq.weight") { return tensor.reordered(as: .halves, heads: file.header.headCount) }
        if own.hasSuffix(".wk.weight") {
            return tensor.reordered(as: .halves, heads: file.header.keyValueHeadCount)
        }
        return tensor
    }
}

extension DecoderConfiguration {
    /// The sizes in a llama2.c header; epsilon and rotary base are those that its program has built in.
    ///
    /// - Throws: `ConfigurationError` for sizes beyond those of any model.
    init(_ file: Llama2CFile) throws(ConfigurationError) {
        let header = file.header
        self = try checkingFile(file.path) { () throws(ConfigurationError) in
            try DecoderConfiguration(
                family: .llama, vocabularySize: header.vocabularySize, contextLength: header.contextLength,
                layerCount: header.layerCount, hiddenSize: header.hiddenSize, headCount: header.headCount,
                keyValueHeadCount: header.keyValueHeadCount, feedForwardSize: header.feedForwardSize,
                normEpsilon: 1e-5, ropeBase: 10_000, tiesEmbeddings: header.tiesEmbeddings)
        }
    }
}

/// Errors of sizes that come from a file instead of from options name the file.
func checkingFile<Value>(
    _ path: String, _ body: () throws(ConfigurationError) -> Value
) throws(ConfigurationError) -> Value {
    do throws(ConfigurationError) {
        return try body()
    } catch {
        switch error {
        case .invalidValue, .notDivisible, .doesNotApply:
            throw .invalidFile(path: path, problem: error.description)
        default: throw error
        }
    }
}
