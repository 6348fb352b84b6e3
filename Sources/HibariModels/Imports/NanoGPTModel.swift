import HibariCheckpoint
import HibariNN
import HibariTensor

/// The tensors of a nanoGPT checkpoint under the names and in the layouts of `transformers`.
///
/// The names are those of GPT-2 already, perhaps behind the `_orig_mod.` of a compiled model. The linear layers have
/// their weights as `[out, in]`, GPT-2 as `[in, out]`. Causal masks, which old versions saved, are left out, and so are
/// the rows that pad the vocabulary beyond the tokenizer.
/// Source: nanoGPT, model.py and train.py.
struct NanoGPTModel: TensorSource {
    let configuration: DecoderConfiguration
    let tensorNames: [String]
    private let stored: PyTorchTensors

    static let embedding = "transformer.wte.weight"
    static let head = "lm_head.weight"

    /// Whether a file of `torch.save` is a checkpoint of nanoGPT.
    static func matches(_ file: PyTorchFile) -> Bool { file.holds("model") && file.holds("model_args") }

    /// - Parameter vocabularySize: of the tokenizer; rows beyond it are left out. Nil to keep all.
    init(_ file: PyTorchFile, vocabularySize: Int?) throws {
        stored = try file.tensors("model", withoutPrefix: "_orig_mod.")
        tensorNames = stored.tensorNames.filter { !$0.hasSuffix(".attn.bias") }

        func argument(_ name: String) throws(ConfigurationError) -> Int {
            guard let value = file.integer("model_args", name) else {
                throw .missingKey(path: file.path, key: "model_args." + name)
            }
            return value
        }
        let rows = try argument("vocab_size")
        let isTied = stored.shape(of: Self.head) == nil || stored.areEqual(Self.head, Self.embedding)
        let (layers, heads, width) = (try argument("n_layer"), try argument("n_head"), try argument("n_embd"))
        let context = try argument("block_size")
        configuration = try checkingFile(file.path) { () throws(ConfigurationError) in
            try DecoderConfiguration(
                family: .gpt2, vocabularySize: min(rows, vocabularySize ?? rows), contextLength: context,
                layerCount: layers, hiddenSize: width, headCount: heads, tiesEmbeddings: isTied,
                // Versions without the setting always had biases.
                hasBias: file.bool("model_args", "bias") ?? true, activation: .geluErf,
                dropout: file.number("model_args", "dropout") ?? 0)
        }
    }

    var location: String { stored.location }

    func shape(of name: String) -> [Int]? {
        guard let shape = stored.shape(of: name) else { return nil }
        if isTransposed(name, shape) { return shape.reversed() }
        return isPadded(name, shape) ? [configuration.vocabularySize, shape[1]] : shape
    }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        let tensor = try stored.tensor(named: name, .float32)
        let shape = tensor.shape.array
        if isTransposed(name, shape) { return tensor.transposed().cast(to: dtype) }
        guard isPadded(name, shape) else { return tensor.cast(to: dtype) }
        return tensor.slice(axis: 0, 0..<configuration.vocabularySize).copied().cast(to: dtype)
    }

    /// The linear layers are all the matrices inside the blocks.
    private func isTransposed(_ name: String, _ shape: [Int]) -> Bool {
        shape.count == 2 && name.hasPrefix("transformer.h.")
    }

    private func isPadded(_ name: String, _ shape: [Int]) -> Bool {
        shape.count == 2 && shape[0] > configuration.vocabularySize
            && (name == Self.embedding || name == Self.head)
    }
}
