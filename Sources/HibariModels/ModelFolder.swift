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

    /// The folder that a model argument means, and the weights file if it names one.
    static func locate(_ path: String) -> (folder: String, file: String?) {
        if !directoryExists(path), path.hasSuffix(".safetensors") { return (splitPath(path).directory, path) }
        return (path, nil)
    }

    /// Writes the five files into an existing folder, one tensor at a time.
    ///
    /// - Parameters:
    ///   - text: nil for what follows from the tokenizer: texts begin after, and end with, its end of text.
    ///   - dtype: float32, or float16 or bfloat16 to round to.
    ///   - head: makes it a model of `transformers` that sorts texts into classes.
    public static func write(
        _ model: any LanguageModel, _ tokenizer: any Tokenizer, _ text: TextConventions? = nil,
        as dtype: SafetensorsDType = .float32, head: ClassificationHead? = nil, to folder: String
    ) throws {
        let text = text ?? TextConventions(endOfText: tokenizer.endOfText)
        var configuration = model.configuration.huggingFaceJSON(endOfText: nil).object ?? JSONObject()
        configuration["torch_dtype"] = dtype.torchName.map { .string($0) }
        let ids = text.idMembers
        for (key, value) in ids { configuration[key] = value }
        head?.describe(in: &configuration)
        func write(_ json: JSONValue, _ name: String) throws {
            try writeFileAtomically(joinPath(folder, name), json.bytes(pretty: true))
        }
        try write(.object(configuration), configurationName)
        try write(.object(JSONObject(ids)), TextConventions.generationName)
        var files = text.applied(
            to: tokenizer.huggingFaceFiles(contextLength: model.configuration.contextLength), of: tokenizer)
        if model.configuration.family == .qwen2 { files.keepClassOfTokenizer() }
        try writeFileAtomically(joinPath(folder, tokenizerName), files.tokenizerBytes)
        try writeFileAtomically(
            joinPath(folder, TextConventions.tokenizerConfigurationName), files.tokenizerConfigBytes)
        let path = joinPath(folder, weightsName)
        let tensors = try storedTensors(of: model).map { name, shape, make in
            SafetensorsTensor(name: name, dtype: dtype, shape: shape, path: path, make: make)
        }
        try writeSafetensors(tensors + (head?.tensors ?? []), to: path)
    }
}

extension SafetensorsDType {
    /// PyTorch's name of a type that models are written in.
    fileprivate var torchName: String? {
        switch self {
        case .float32: "float32"
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        default: nil
        }
    }
}

/// Why a folder is not a usable model.
public enum ModelFolderError: UserError {
    case tokenizerMismatch(path: String, model: Int, tokenizer: Int)
    /// A checkpoint of another program, without the tokenizer that it needs beside it.
    case noTokenizer(path: String)
    /// Neither a model nor a folder with one.
    case noModel(path: String)
    /// No safetensors, but perhaps a file of PyTorch's.
    case noWeights(folder: String, pickled: String?)

    public var exitStatus: ExitStatus {
        switch self {
        case .tokenizerMismatch: .badData
        case .noTokenizer, .noModel, .noWeights: .inputMissing
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
        case .noModel(let path):
            "\(path): no model; give a run directory, a folder with config.json, a .safetensors with its config.json "
                + "beside it, a .gguf file, or a checkpoint of nanoGPT or llama2.c"
        case .noWeights(let folder, nil):
            "\(folder): no weights; put model.safetensors there, or its shards with model.safetensors.index.json"
        case .noWeights(let folder, let pickled?):
            "\(folder): no model.safetensors; \(pickled) is not read, save the model as safetensors"
        }
    }
}
