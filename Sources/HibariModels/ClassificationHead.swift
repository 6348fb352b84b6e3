import HibariCheckpoint
import HibariSupport
import HibariTensor

/// A linear map from the hidden state of a text's last token to the logits of classes, as in the models
/// `…ForSequenceClassification` of `transformers`.
public struct ClassificationHead {
    public static let weightName = "score.weight"
    public static let biasName = "score.bias"

    /// The names of the classes.
    public let labels: [String]
    /// `[classes, C]`.
    public let weight: Tensor
    /// `[classes]`; nil for none, as `transformers` has it.
    public let bias: Tensor?

    /// - Precondition: as many rows, and biases, as labels.
    public init(labels: [String], weight: Tensor, bias: Tensor? = nil) {
        precondition(
            weight.shape.rank == 2 && weight.shape[0] == labels.count
                && (bias == nil || bias?.shape == [labels.count]),
            "ClassificationHead: \(labels.count) labels, weight \(weight.shape)")
        (self.labels, self.weight, self.bias) = (labels, weight, bias)
    }

    /// Reads a head from a file that may hold other tensors too.
    ///
    /// - Parameter width: C.
    /// - Throws: `CheckpointError`; `ClassificationHeadError` if the head does not fit.
    public init(path: String, labels: [String], width: Int) throws {
        let file = try SafetensorsFile(path: path)
        let expected = [labels.count, width]
        guard let shape = file.shape(of: Self.weightName) else {
            throw CheckpointError.missingTensor(path: path, tensor: Self.weightName)
        }
        guard shape == expected else {
            throw ClassificationHeadError.wrongShape(path: path, shape: shape, expected: expected)
        }
        let biasShape = file.shape(of: Self.biasName)
        if let biasShape, biasShape != [labels.count] {
            throw ClassificationHeadError.wrongShape(path: path, shape: biasShape, expected: [labels.count])
        }
        self.init(
            labels: labels, weight: try file.tensor(named: Self.weightName, .float32),
            bias: biasShape == nil ? nil : try file.tensor(named: Self.biasName, .float32))
    }

    public var tensors: [SafetensorsTensor] {
        [SafetensorsTensor(name: Self.weightName, weight)]
            + (bias.map { [SafetensorsTensor(name: Self.biasName, $0)] } ?? [])
    }

    /// Turns the config.json of a language model into that of a classifier.
    func describe(in configuration: inout JSONObject) {
        let name = configuration["architectures"]?.array?.first?.string ?? ""
        let family = ["ForCausalLM", "LMHeadModel"].reduce(name) {
            $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0
        }
        configuration["architectures"] = [.string(family + "ForSequenceClassification")]
        configuration["id2label"] = .object(
            JSONObject(labels.enumerated().map { (key: "\($0)", value: .string($1)) }))
        configuration["label2id"] = .object(
            JSONObject(labels.enumerated().map { (key: $1, value: .integer($0)) }))
        // transformers finds the last token of a text by what follows it in a batch.
        configuration["pad_token_id"] =
            configuration["eos_token_id"]?.array?.first ?? configuration["eos_token_id"]
    }

    /// Whether a config.json is that of a classifier.
    static func isIn(_ configuration: JSONValue) -> Bool {
        configuration["architectures"]?.array?.contains {
            $0.string?.hasSuffix("ForSequenceClassification") == true
        } ?? false
    }
}

/// The tensors of a classifier that belong to its language model.
struct TensorsWithoutHead: TensorSource {
    private let source: any TensorSource

    init(_ source: any TensorSource) { self.source = source }

    private static let hidden: Set<String> = [ClassificationHead.weightName, ClassificationHead.biasName]

    var location: String { source.location }
    var tensorNames: [String] { source.tensorNames.filter { !Self.hidden.contains($0) } }
    func shape(of name: String) -> [Int]? { source.shape(of: name) }
    func tensor(named name: String, _ dtype: DType) throws -> Tensor { try source.tensor(named: name, dtype) }
    func storedTensor(named name: String) throws -> Tensor { try source.storedTensor(named: name) }
}

/// Why a head cannot be used.
public enum ClassificationHeadError: UserError, Equatable {
    case wrongShape(path: String, shape: [Int], expected: [Int])

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .wrongShape(let path, let shape, let expected):
            "\(path): the head has the shape \(shape), expected \(expected) for its classes and its model"
        }
    }
}
