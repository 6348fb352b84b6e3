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

    /// Reads a model, and checks that its tokenizer belongs to it.
    ///
    /// - Parameter path: the folder, or a model.safetensors with the other files beside it.
    public init(path: String) throws {
        let (folder, file) = Self.locate(path)
        let configurationPath = joinPath(folder, Self.configurationName)
        let json = try JSONValue(contentsOf: configurationPath)
        let configuration = try DecoderConfiguration(huggingFace: json, path: configurationPath)
        tokenizer = try loadTokenizer(directory: folder)
        guard tokenizer.vocabularySize == configuration.vocabularySize else {
            throw ModelFolderError.tokenizerMismatch(
                folder: folder, model: configuration.vocabularySize, tokenizer: tokenizer.vocabularySize)
        }
        let weights =
            try folder == path ? openWeights(folder: folder) : withModelNames(try SafetensorsFile(path: file))
        model = try configuration.makeModel(ParameterScope(.read(weights)))
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
    case tokenizerMismatch(folder: String, model: Int, tokenizer: Int)
    /// No safetensors, but perhaps a file of PyTorch's.
    case noWeights(folder: String, pickled: String?)

    public var exitStatus: ExitStatus {
        switch self {
        case .tokenizerMismatch: .badData
        case .noWeights: .inputMissing
        }
    }

    public var description: String {
        switch self {
        case .tokenizerMismatch(let folder, let model, let tokenizer):
            "\(folder): the tokenizer has \(tokenizer) entries, the model \(model); put back the tokenizer.json the "
                + "model was trained with"
        case .noWeights(let folder, nil):
            "\(folder): no weights; put model.safetensors there, or its shards with model.safetensors.index.json"
        case .noWeights(let folder, let pickled?):
            "\(folder): no model.safetensors; \(pickled) is not read, save the model as safetensors"
        }
    }
}
