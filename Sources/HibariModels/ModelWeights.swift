import HibariCheckpoint
import HibariSupport
import HibariTensor

/// Opens the weights of a Hugging Face folder: model.safetensors, or else the shards of its index, under the names that
/// the models ask for.
///
/// - Throws: `ModelFolderError` if there are none, `CheckpointError` if they are damaged.
public func openWeights(folder: String) throws -> any TensorSource {
    let single = joinPath(folder, ModelFolder.weightsName)
    if fileExists(single) { return withModelNames(try SafetensorsFile(path: single)) }
    let index = joinPath(folder, ModelFolder.weightsIndexName)
    if fileExists(index) { return withModelNames(try ShardedSafetensors(path: index)) }
    let pickled = ["pytorch_model.bin", "pytorch_model.bin.index.json"].first {
        fileExists(joinPath(folder, $0))
    }
    throw ModelFolderError.noWeights(folder: folder, pickled: pickled)
}

/// `source` under the names of the models: itself where they already are.
public func withModelNames(_ source: any TensorSource) -> any TensorSource {
    let names = RenamedTensors(source)
    return names.isUnchanged ? source : names
}

/// The tensors of a checkpoint under the names of the model with its head.
///
/// Checkpoints of a model without a head, as the published GPT-2, lack the first part of the names: `h.0.ln_1.weight`
/// stands for `transformer.h.0.ln_1.weight`. Older ones hold constants that follow from the configuration: causal masks and
/// rotary frequencies. These are left out, as `transformers` does.
private struct RenamedTensors: TensorSource {
    private let source: any TensorSource
    let tensorNames: [String]
    private let originals: [String: String]

    init(_ source: any TensorSource) {
        self.source = source
        let names = source.tensorNames
        let prefix =
            names.contains("wte.weight")
            ? "transformer." : names.contains("embed_tokens.weight") ? "model." : ""
        let constants = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"]
        let pairs = names.filter { name in !constants.contains { name.hasSuffix($0) } }
            .map { (name: $0 == "lm_head.weight" ? $0 : prefix + $0, original: $0) }
        tensorNames = pairs.map(\.name)
        originals = Dictionary(pairs.map { ($0.name, $0.original) }) { first, _ in first }
    }

    var isUnchanged: Bool { tensorNames == source.tensorNames }
    var location: String { source.location }

    func shape(of name: String) -> [Int]? { originals[name].flatMap { source.shape(of: $0) } }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        try source.tensor(named: originals[name] ?? name, dtype)
    }

    func storedTensor(named name: String) throws -> Tensor {
        try source.storedTensor(named: originals[name] ?? name)
    }
}
