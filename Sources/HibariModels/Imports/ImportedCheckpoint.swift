import HibariCheckpoint
import HibariSupport
import HibariTensor
import HibariTokenizers

/// A model in the file of another program: what it is, its tensors under the names of `transformers`, and its tokenizer
/// if one was given or lies beside it.
public struct ImportedCheckpoint {
    /// Where checkpoints come from.
    public enum Format: String, Sendable {
        case nanoGPT, llama2C = "llama2.c"
    }

    public let format: Format
    public let configuration: DecoderConfiguration
    public let tensors: any TensorSource
    public let tokenizer: (any Tokenizer)?
    public let text: TextConventions

    /// Whether a file is one that `init` takes, or a damaged one of the kind: one of `torch.save`, or a `.bin`.
    public static func matches(_ path: String) -> Bool {
        guard !directoryExists(path), let file = try? MappedFile(path: path) else { return false }
        return path.hasSuffix(".bin") || PyTorchFile.matches(file)
    }

    /// Opens a checkpoint of nanoGPT (`ckpt.pt`) or llama2.c (`.bin`).
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - tokenizer: the model's; nil for the one beside the file: nanoGPT's meta.pkl, llama2.c's tokenizer.bin or
    ///     tok*.bin, of which there must be one that fits, or tokenizer.json or another that `loadTokenizer` finds.
    /// - Throws: an error that names the file and what in it is missing, damaged or not supported.
    public init(path: String, tokenizer given: (any Tokenizer)? = nil) throws {
        if PyTorchFile.matches(try MappedFile(path: path)) {
            let file = try PyTorchFile(path: path)
            guard NanoGPTModel.matches(file) else {
                throw BinaryFileError.unsupported(
                    path: path, offset: 0, found: "a file of torch.save without `model` and `model_args`")
            }
            let tokenizer = try given ?? Self.tokenizer(besideNanoGPT: path)
            let model = try NanoGPTModel(file, vocabularySize: tokenizer?.vocabularySize)
            (format, configuration, tensors) = (.nanoGPT, model.configuration, model)
            self.tokenizer = tokenizer
            text = TextConventions(endTokens: tokenizer?.endOfText.map { [Int32($0)] } ?? [])
        } else {
            let file = try Llama2CFile(path: path)
            configuration = try DecoderConfiguration(file)
            (format, tensors) = (.llama2C, Llama2CModel(file))
            tokenizer = try given ?? Self.tokenizer(besideLlama2C: path, count: configuration.vocabularySize)
            // As run.c does: 1 begins every text, and the next one ends it.
            text = TextConventions(beginningToken: 1, addsBeginning: true, endTokens: [1, 2])
        }
        if let count = tokenizer?.vocabularySize, count > configuration.vocabularySize {
            throw ModelFolderError.tokenizerMismatch(
                path: path, model: configuration.vocabularySize, tokenizer: count)
        }
    }

    private static func tokenizer(besideNanoGPT path: String) throws -> (any Tokenizer)? {
        let folder = splitPath(path).directory
        let table = joinPath(folder, "meta.pkl")
        if fileExists(table) { return try CharacterTokenizer(nanoGPT: table) }
        return try tokenizer(inFolder: folder)
    }

    /// llama2.c keeps tokenizers of several sizes side by side: the one with as many tokens as the model has.
    private static func tokenizer(besideLlama2C path: String, count: Int) throws -> (any Tokenizer)? {
        let folder = splitPath(path).directory
        let names = try listDirectory(folder.isEmpty ? "." : folder)
            .filter { $0.hasSuffix(".bin") && $0.hasPrefix("tok") && joinPath(folder, $0) != path }.sorted()
        for name in names {
            let tokenizer = try loadTokenizer(path: joinPath(folder, name))
            if tokenizer.vocabularySize == count { return tokenizer }
        }
        return try tokenizer(inFolder: folder)
    }

    private static func tokenizer(inFolder folder: String) throws -> (any Tokenizer)? {
        do {
            return try loadTokenizer(directory: folder.isEmpty ? "." : folder)
        } catch TokenizerError.missingFile {
            return nil
        }
    }
}
