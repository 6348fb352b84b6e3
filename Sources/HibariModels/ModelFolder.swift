import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTensor
import HibariTokenizers

/// A model and its tokenizer in Hugging Face form: config.json, generation_config.json, model.safetensors,
/// tokenizer.json and tokenizer_config.json in one folder. Weights may also be read from shards with an index.
public struct ModelFolder {
    public static let configurationName = "config.json"
    public static let weightsName = "model.safetensors"
    /// Of weights in several files.
    public static let weightsIndexName = "model.safetensors.index.json"
    public static let tokenizerName = "tokenizer.json"

    public let model: any LanguageModel
    public let tokenizer: any Tokenizer

    /// Reads a model as float32, and checks that its tokenizer belongs to it; see `LoadedModel` for other forms.
    ///
    /// - Parameter path: the folder, or a model.safetensors with the other files beside it.
    public init(path: String) throws {
        let source = try ModelSource.open(path)
        tokenizer = source.tokenizer
        model = try source.configuration.makeModel(ParameterScope(.read(source.tensors)))
    }

    /// The folder and the weights file that a model argument means; see `openWeights` for a folder's.
    public static func locate(_ path: String) -> (folder: String, weights: String) {
        if !directoryExists(path), path.hasSuffix(".safetensors") { return (splitPath(path).directory, path) }
        return (path, joinPath(path, weightsName))
    }

    /// Writes the five files into an existing folder.
    public static func write(_ model: any LanguageModel, _ tokenizer: any Tokenizer, to folder: String) throws
    {
        let end = tokenizer.endOfText
        let configuration = model.configuration.huggingFaceJSON(endOfText: end)
        try writeFileAtomically(joinPath(folder, configurationName), configuration.bytes(pretty: true))
        let endJSON: JSONValue = end.map { .integer($0) } ?? .null
        let generation: JSONValue = ["bos_token_id": endJSON, "eos_token_id": endJSON]
        try writeFileAtomically(joinPath(folder, "generation_config.json"), generation.bytes(pretty: true))
        try tokenizer.save(toDirectory: folder, contextLength: model.configuration.contextLength)
        let tensors = model.parameters.map { SafetensorsTensor(name: $0.name, $0.value) }
        let zeros = model.unusedZeros.map { SafetensorsTensor(name: $0.name, Tensor(zeros: $0.shape)) }
        try writeSafetensors(tensors + zeros, to: joinPath(folder, weightsName))
    }
}

/// Why a folder is not a usable model.
public enum ModelFolderError: UserError {
    case tokenizerMismatch(path: String, model: Int, tokenizer: Int)
    /// A checkpoint of another program, without the tokenizer that it needs beside it.
    case noTokenizer(path: String)
    /// No safetensors, but perhaps a file of PyTorch's.
    case noWeights(folder: String, pickled: String?)

    public var exitStatus: ExitStatus {
        switch self {
        case .tokenizerMismatch: .badData
        case .noTokenizer, .noWeights: .inputMissing
        }
    }

    public var description: String {
        switch self {
        case .tokenizerMismatch(let path, let model, let tokenizer):
            "\(path): the tokenizer has \(tokenizer) entries, the model only \(model); put back the tokenizer the model "
                + "was trained with"
        case .noTokenizer(let path):
            "\(path): there is no tokenizer beside it; put the tokenizer.json, nanoGPT's meta.pkl or llama2.c's "
                + "tokenizer.bin that it was trained with into the same folder"
        case .noWeights(let folder, nil):
            "\(folder): no weights; put model.safetensors there, or its shards with model.safetensors.index.json"
        case .noWeights(let folder, let pickled?):
            "\(folder): no model.safetensors; \(pickled) is not read, save the model as safetensors"
        }
    }
}
