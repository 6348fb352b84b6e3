import HibariCheckpoint
import HibariKernels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTokenizers

/// What a model file became.
public struct WrittenModel: Sendable {
    /// A tensor that could not be stored in the type asked for.
    public struct Exception: Sendable, Equatable {
        public let name: String
        /// The type it has instead.
        public let type: String
    }

    public let path: String
    public let tensorCount: Int
    /// Matrices whose rows are no whole blocks of the type asked for.
    public let exceptions: [Exception]
}

/// Writes a model as llama.cpp reads it, in one file that appears whole or not at all.
///
/// Matrices are stored in `type`, but for those that llama.cpp too stores otherwise: a head (also a tied one) of less
/// than 8 bits as Q8_0, learned positions as F32. Vectors are F32. Rows that are no whole blocks become F16. Weights
/// that have the type already are copied as they are. One tensor at a time is in memory besides the model.
///
/// Source: `llama_tensor_get_type` in llama.cpp, src/llama-quant.cpp; `prepare_tensors` in convert_hf_to_gguf.py.
///
/// - Parameters:
///   - type: a type that Hibari writes; see `ggufTypes`.
///   - name: of the model, for people.
/// - Throws: `TokenizerError` and `ConfigurationError` for what llama.cpp does not have; `CheckpointError` for numbers
///   that the type has no room for; `FileError`.
@discardableResult
public func writeGGUFModel(
    _ model: any LanguageModel, _ tokenizer: any Tokenizer, _ text: TextConventions, as type: GGUFType,
    name: String, to path: String
) throws -> WrittenModel {
    let configuration = model.configuration
    let vocabulary = try GGUFVocabularyWriter(tokenizer)
    let general: [(key: String, value: GGUFValue)] = [
        ("general.architecture", .string(configuration.family.rawValue)), ("general.type", .string("model")),
        ("general.name", .string(name)), ("general.file_type", .uint32(fileTypes[type.name] ?? 0)),
        ("general.quantization_version", .uint32(2)),
    ]
    let metadata =
        try general + configuration.ggufMetadata() + vocabulary.metadata(size: configuration.vocabularySize)
        + text.ggufMetadata()
    let names = GGUFTensorNames(configuration)
    var exceptions: [WrittenModel.Exception] = []
    var outputs: [GGUFOutput] = []
    if let factors = try configuration.ggufRopeScaling().factors {
        let tensor = Tensor(factors, shape: [factors.count])
        outputs.append(GGUFOutput(name: GGUFTensorNames.rotaryFactors, type: GGUFType(.float32), tensor))
    }
    for (name, shape, make) in try storedTensors(of: model) {
        guard let entry = names.entry(named: name) else {
            throw ConfigurationError.notInGGUF(problem: "a model with the tensor \(quoted(name))")
        }
        let storedShape = entry.arrangement == .transposed ? shape.reversed() : shape
        let wanted = storedType(of: entry, storedShape, as: type, isTied: configuration.tiesEmbeddings)
        let own = GGUFOutput.canStore(storedShape, as: wanted) ? wanted : GGUFType(.float16)
        if own != wanted { exceptions.append(WrittenModel.Exception(name: entry.stored, type: own.name)) }
        outputs.append(
            GGUFOutput(name: entry.stored, type: own, shape: storedShape) {
                try arranged(make(), entry.arrangement)
            })
    }
    try writeGGUF(metadata: metadata, tensors: outputs, to: path)
    return WrittenModel(path: path, tensorCount: outputs.count, exceptions: exceptions)
}

/// The types in which Hibari writes models, and llama.cpp's numbers of files of mostly these.
private let fileTypes: [String: UInt32] = [
    "F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9, "BF16": 32,
]

/// The types in which Hibari writes llama.cpp models.
public let ggufTypes: [GGUFType] = ["F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"].compactMap {
    GGUFType(named: $0)
}

/// All tensors that a file of the model has, those that the model leaves at zero among them.
///
/// - Throws: `AdapterFolderError.notMerged` for a model with adapters.
func storedTensors(
    of model: any LanguageModel
) throws -> [(name: String, shape: [Int], make: () throws -> Tensor)] {
    guard model.adapters.allSatisfy({ $0.isMerged }) else { throw AdapterFolderError.notMerged }
    let parameters = model.parameters.map { parameter in
        (name: parameter.name, shape: parameter.shape.array, make: { () throws -> Tensor in parameter.value })
    }
    let zeros = model.unusedZeros.map { zero in
        (name: zero.name, shape: zero.shape.array, make: { () throws -> Tensor in Tensor(zeros: zero.shape) })
    }
    return parameters + zeros
}

private func storedType(
    of entry: GGUFTensorNames.Entry, _ shape: [Int], as type: GGUFType, isTied: Bool
) -> GGUFType {
    if shape.count < 2 || entry.stored == GGUFTensorNames.positionEmbedding { return GGUFType(.float32) }
    let isHead =
        entry.stored == GGUFTensorNames.output || isTied && entry.stored == GGUFTensorNames.tokenEmbedding
    let isCoarse = type.bytes * 8 < 8 * type.elements
    return isHead && isCoarse ? GGUFType(.q8_0) : type
}

private func arranged(_ tensor: Tensor, _ arrangement: GGUFArrangement) -> Tensor {
    switch arrangement {
    case .same: tensor
    case .pairedRows(let heads): tensor.reordered(as: .pairs, heads: heads)
    case .transposed: tensor.dequantized().transposed()
    }
}
