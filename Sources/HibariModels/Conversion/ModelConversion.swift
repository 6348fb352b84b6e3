import HibariCheckpoint
import HibariSupport
import HibariTensor

/// The form that a model is to be written in.
public enum ModelForm: Sendable {
    /// A folder as `transformers` reads it: weights as float32, float16 or bfloat16.
    case huggingFace(SafetensorsDType)
    /// A file as llama.cpp reads it; see `ggufTypes`.
    case gguf(GGUFType)

    /// The largest divergence from the source, in nats, that the type of the weights explains; beyond it the conversion
    /// must be wrong. Rounding moves the predictions of trained models by a tenth of this and less.
    var divergenceLimit: Double {
        switch self {
        case .huggingFace(.float32): 1e-6
        case .huggingFace(.float16): 1e-3
        case .huggingFace: 0.02
        case .gguf(let type):
            switch type.name {
            case "F32": 1e-6
            case "F16": 1e-3
            case "BF16", "Q8_0": 0.02
            case "Q5_0", "Q5_1": 0.2
            default: 0.5
            }
        }
    }
}

/// Writes an opened model in another form.
public struct ModelConversion {
    public let source: LoadedModel
    public let form: ModelForm

    /// - Parameter source: with weights as stored, so that none is in memory that need not be.
    public init(_ source: LoadedModel, to form: ModelForm) {
        self.source = source
        self.form = form
    }

    /// What was written.
    public struct Result: Sendable {
        /// Matrices of another type than asked for; only of llama.cpp files.
        public var exceptions: [WrittenModel.Exception] = []
        /// With the source, if it was asked for.
        public var comparison: LogitComparison?
    }

    /// Writes the file or folder, which appears whole or not at all.
    ///
    /// - Parameters:
    ///   - replacing: whether what is there already may be replaced: a file, or a folder that holds a model.
    ///   - verifies: whether the result is read again and compared with the source before it appears.
    /// - Throws: `FileError.alreadyExists`; `ConversionError` if the result computes something else; as
    ///   `writeGGUFModel` and `ModelFolder.write`.
    public func write(to path: String, replacing: Bool = false, verifies: Bool = false) throws -> Result {
        if isSameFile(path, source.path) { throw ConversionError.isSource(path: path) }
        guard !fileExists(path) || replacing && isReplaceable(path) else {
            throw FileError.alreadyExists(path: path)
        }
        guard source.model.adapters.allSatisfy(\.isMerged) else {
            throw ConversionError.hasAdapters(path: source.path)
        }
        var result = Result()
        switch form {
        case .huggingFace(let dtype):
            try writeDirectoryAtomically(path, replacing: replacing) { folder in
                try ModelFolder.write(source.model, source.tokenizer, source.text, as: dtype, to: folder)
                try copyTextFiles(to: folder)
                if verifies { result.comparison = try verified(folder, path) }
            }
        case .gguf(let type):
            func write(_ place: String) throws {
                result.exceptions = try writeGGUFModel(
                    source.model, source.tokenizer, source.text, as: type, name: splitPath(source.path).name,
                    to: place
                ).exceptions
            }
            guard verifies else {
                try write(path)
                break
            }
            try replaceFileAtomically(path) { temporary in
                try write(temporary)
                result.comparison = try verified(temporary, path)
            }
        }
        return result
    }

    /// A folder that is no model is nobody's to remove.
    private func isReplaceable(_ path: String) -> Bool {
        switch form {
        case .gguf: !directoryExists(path)
        case .huggingFace: directoryExists(path) && fileExists(joinPath(path, ModelFolder.configurationName))
        }
    }

    /// The files by which a Hugging Face folder describes its text, which are kept as they are.
    private static let textFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json",
        "merges.txt", "tokenizer.model", "spiece.model", "chat_template.jinja", "generation_config.json",
    ]

    private func copyTextFiles(to folder: String) throws {
        let (origin, _) = ModelFolder.locate(source.path)
        guard fileExists(joinPath(origin, ModelFolder.configurationName)), !isGGUF(source.path) else {
            return
        }
        for name in Self.textFiles where fileExists(joinPath(origin, name)) {
            try writeFileAtomically(joinPath(folder, name), try readFile(joinPath(origin, name)))
        }
    }

    private func verified(_ place: String, _ path: String) throws -> LogitComparison {
        let comparison = LogitComparison(
            source.model, try LoadedModel(path: place).model, ids: LogitComparison.sampleIDs(source))
        // Written so that a NaN fails too.
        guard comparison.divergence <= form.divergenceLimit, comparison.largestDifference.isFinite else {
            throw ConversionError.differs(path: path, comparison, limit: form.divergenceLimit)
        }
        return comparison
    }
}

/// Why a converted model is not kept.
public enum ConversionError: UserError {
    case differs(path: String, LogitComparison, limit: Double)
    /// The forms have no room for adapters beside the weights.
    case hasAdapters(path: String)
    /// The result would take the place of what it is made from.
    case isSource(path: String)

    public var exitStatus: ExitStatus {
        if case .isSource = self { .cannotCreate } else { .badData }
    }

    public var description: String {
        switch self {
        case .hasAdapters(let path):
            "\(path): is a folder of adapters; merge them into their model first, with hibari merge"
        case .isSource(let path): "\(path): is the model to convert; choose another --out"
        case .differs(let path, let comparison, let limit):
            "\(path): not written, as the result predicts otherwise than its source: KL \(comparison.divergence) nats "
                + "where the type explains \(limit), logits up to \(comparison.largestDifference) apart; choose a finer type"
        }
    }
}
