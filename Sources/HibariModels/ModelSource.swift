import HibariCheckpoint
import HibariSupport
import HibariTensor
import HibariTokenizers

/// The parts of a model as they lie in files, whatever their format. Tensors have the names and the layouts of
/// `transformers`.
struct ModelSource {
    var configuration: DecoderConfiguration
    var tensors: any TensorSource
    var tokenizer: any Tokenizer
    var text: TextConventions

    /// Opens what `path` leads to: a run directory or a Hugging Face folder, a .safetensors with the other files beside
    /// it, a llama.cpp model, or a checkpoint of nanoGPT or llama2.c. A format that is added gets its line here, and
    /// everything else follows.
    static func open(_ path: String) throws -> ModelSource {
        let source =
            try isGGUF(path)
            ? ModelSource(gguf: path)
            : ImportedCheckpoint.matches(path) ? ModelSource(imported: path) : ModelSource(folder: path)
        let (own, known) = (source.tokenizer.vocabularySize, source.configuration.vocabularySize)
        // Rows beyond the tokenizer's ids are padding, as many models have it.
        guard own <= known else {
            throw ModelFolderError.tokenizerMismatch(path: path, model: known, tokenizer: own)
        }
        return source
    }

    private init(folder path: String) throws {
        let (folder, file) = ModelFolder.locate(path)
        let configurationPath = joinPath(folder, ModelFolder.configurationName)
        if fileExists(path), !fileExists(configurationPath) { throw ModelFolderError.noModel(path: path) }
        let json = try JSONValue(contentsOf: configurationPath)
        configuration = try DecoderConfiguration(huggingFace: json, path: configurationPath)
        tokenizer = try loadTokenizer(directory: folder)
        text = try TextConventions(huggingFace: folder, tokenizer)
        let weights =
            try file.map { withModelNames(try SafetensorsFile(path: $0)) } ?? openWeights(folder: folder)
        tensors = ClassificationHead.isIn(json) ? TensorsWithoutHead(weights) : weights
    }

    private init(imported path: String) throws {
        let checkpoint = try ImportedCheckpoint(path: path)
        guard let tokenizer = checkpoint.tokenizer else { throw ModelFolderError.noTokenizer(path: path) }
        (configuration, tensors, text) = (checkpoint.configuration, checkpoint.tensors, checkpoint.text)
        self.tokenizer = tokenizer
    }

    private init(gguf path: String) throws {
        let file = try GGUFTensors(path: path)
        configuration = try DecoderConfiguration(gguf: file)
        tokenizer = try loadGGUFTokenizer(file.file)
        text = try TextConventions(gguf: file.file, tokenizer)
        var ignored: Set = [GGUFTensorNames.rotaryFactors]  // In the configuration, or refused with it.
        if configuration.tiesEmbeddings { ignored.insert(GGUFTensorNames.output) }
        tensors = GGUFModelTensors(file, configuration, ignoring: ignored)
    }
}

/// Whether a path means a llama.cpp file: by its name, or by how it begins.
func isGGUF(_ path: String) -> Bool {
    if directoryExists(path) { return false }
    return path.hasSuffix(".gguf") || (try? MappedFile(path: path))?.starts(with: Array("GGUF".utf8)) == true
}
