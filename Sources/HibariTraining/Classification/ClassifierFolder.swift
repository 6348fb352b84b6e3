import HibariCheckpoint
import HibariModels
import HibariSupport
import HibariTokenizers

/// A classifier on disk: classifier.json, and the head together with its model in one of three forms.
///
/// - full: the model in Hugging Face form as `…ForSequenceClassification`, the head in model.safetensors.
/// - lora: the adapters in PEFT form, the head in score.safetensors, the base where it is.
/// - frozen: the head in score.safetensors, the base where it is, with a hash to know it by.
public struct ClassifierFolder {
    public static let descriptionName = "classifier.json"
    static let headName = "score.safetensors"

    public enum Mode: String, Sendable, CaseIterable {
        case frozen, lora, full
    }

    /// What a user may want to know of a classifier.
    public struct Details: Sendable {
        public var mode: Mode
        /// The column with the texts, by name or place.
        public var textColumn: String?
        public var labelColumn: String?

        public init(mode: Mode, textColumn: String? = nil, labelColumn: String? = nil) {
            (self.mode, self.textColumn, self.labelColumn) = (mode, textColumn, labelColumn)
        }
    }

    public let classifier: TextClassifier
    public let details: Details

    public static func isClassifier(_ path: String) -> Bool { fileExists(joinPath(path, descriptionName)) }

    /// Writes a classifier into an existing folder.
    public static func write(_ classifier: TextClassifier, _ details: Details, to folder: String) throws {
        let base = classifier.base
        let path = base.path.hasPrefix("/") ? base.path : joinPath(currentDirectory(), base.path)
        var object: JSONObject = [
            "mode": .string(details.mode.rawValue),
            "labels": .array(classifier.labels.map { .string($0) }),
            "max_length": .integer(classifier.maxLength),
            "text_column": details.textColumn.map { .string($0) } ?? .null,
            "label_column": details.labelColumn.map { .string($0) } ?? .null,
        ]
        switch details.mode {
        case .full:
            try ModelFolder.write(base.model, base.tokenizer, base.text, head: classifier.head, to: folder)
        case .lora:
            try AdapterFolder.write(base.model, basePath: path, to: folder)
            try writeSafetensors(classifier.head.tensors, to: joinPath(folder, headName))
        case .frozen:
            try writeSafetensors(classifier.head.tensors, to: joinPath(folder, headName))
        }
        if details.mode != .full {
            object["base"] = ["path": .string(path), "sha256": .string(try fingerprint(ofModel: path))]
        }
        try writeFileAtomically(
            joinPath(folder, descriptionName), JSONValue.object(object).bytes(pretty: true))
    }

    /// Opens a classifier with its model.
    ///
    /// - Parameter base: where the model is that the head or the adapters belong to; nil for where it was.
    /// - Throws: `ClassificationError` for a folder that has none, a damaged description, a base that is not there or
    ///   changed, and a base for a classifier with a model of its own.
    public init(path: String, base: String? = nil) throws {
        let file = joinPath(path, Self.descriptionName)
        guard fileExists(file) else { throw ClassificationError.noClassifier(path: path) }
        let json = try JSONValue(contentsOf: file)
        func invalid(_ problem: String) -> ClassificationError { .invalidFile(path: file, problem: problem) }
        guard let mode = json["mode"]?.string.flatMap(Mode.init(rawValue:)) else {
            throw invalid("mode is none of \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let labels = (json["labels"]?.array ?? []).compactMap(\.string)
        guard labels.count > 1, labels.count == json["labels"]?.array?.count,
            Set(labels).count == labels.count
        else { throw invalid("labels are not two or more different names") }
        let loaded: LoadedModel
        if mode == .full {
            guard base == nil else { throw ClassificationError.ownModel(path: path) }
            loaded = try LoadedModel(path: path)
        } else {
            guard let written = json["base"]?["path"]?.string, let hash = json["base"]?["sha256"]?.string
            else { throw invalid("base has no path and sha256") }
            let base = base ?? written
            guard fileExists(base) else { throw ClassificationError.missingBase(path: path, base: base) }
            guard try fingerprint(ofModel: base) == hash else {
                throw ClassificationError.changedBase(path: path, base: base)
            }
            let plan = try mode == .lora ? AdapterFolder(path: path, base: base).plan : nil
            loaded = try LoadedModel(path: base, lowRank: plan)
        }
        let limit = loaded.model.configuration.contextLength
        guard let length = json["max_length"]?.int, (1...limit).contains(length) else {
            throw invalid("max_length is not a number from 1 to the model's \(limit)")
        }
        let head = try ClassificationHead(
            path: joinPath(path, mode == .full ? ModelFolder.weightsName : Self.headName), labels: labels,
            width: loaded.model.configuration.hiddenSize)
        classifier = TextClassifier(loaded, head, maxLength: length)
        details = Details(
            mode: mode, textColumn: json["text_column"]?.string, labelColumn: json["label_column"]?.string)
    }
}
