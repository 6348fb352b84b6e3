import HibariNN
import HibariTokenizers

/// A model with its tokenizer and what it wants of its text, opened from whatever holds it.
public struct LoadedModel {
    /// In which form the weights are held.
    public enum Weights: Sendable {
        /// Converted to float32, in memory of their own: they can be trained.
        case float32
        /// As in the file, quantized, in half precision or not, and mapped: opened at once, in the memory that they
        /// take there, and never trained.
        case stored
    }

    public let path: String
    public let model: any LanguageModel
    public let tokenizer: any Tokenizer
    public let text: TextConventions

    /// Opens a model.
    ///
    /// - Parameters:
    ///   - path: a run directory, a Hugging Face folder, a .safetensors with its config.json beside it, a .gguf of
    ///     llama.cpp, or a folder of PEFT's adapters, which brings the model that it belongs to.
    ///   - lowRank: adapters to give the model.
    /// - Throws: an error that names the file and what in it is missing, damaged or not supported;
    ///   `ModelFolderError` if tokenizer and model do not belong together; `AdapterFolderError.isAdapter` if a model
    ///   that has adapters is to get others.
    public init(path: String, weights: Weights = .stored, lowRank: LowRankPlan? = nil) throws {
        let adapter = try AdapterFolder.isAdapter(path) ? AdapterFolder(path: path) : nil
        guard adapter == nil || lowRank == nil else { throw AdapterFolderError.isAdapter(path: path) }
        let source = try ModelSource.open(adapter?.basePath ?? path)
        self.path = path
        tokenizer = source.tokenizer
        text = source.text
        model = try source.configuration.makeModel(
            ParameterScope(
                .read(source.tensors, keepsStored: weights == .stored), lowRank: lowRank ?? adapter?.plan))
        if weights == .stored { for parameter in model.parameters { parameter.isTrainable = false } }
    }
}
