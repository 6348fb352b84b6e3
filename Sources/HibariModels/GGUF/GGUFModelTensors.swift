import HibariCheckpoint
import HibariTensor

/// The tensors of a llama.cpp model under the names and in the layouts of `transformers`.
///
/// Quantized rows stay quantized: the rows of queries and keys are put in order as whole blocks. Only what must be
/// transposed becomes float32.
final class GGUFModelTensors: TensorSource {
    private let file: GGUFTensors
    private let names: GGUFTensorNames
    /// Tensors that say nothing the configuration does not.
    private let ignored: Set<String>

    /// - Parameter ignored: names in the file that the model is not to see.
    init(_ file: GGUFTensors, _ configuration: DecoderConfiguration, ignoring ignored: Set<String>) {
        self.file = file
        self.ignored = ignored
        names = GGUFTensorNames(configuration)
    }

    var location: String { file.path }

    /// A tensor without a counterpart keeps its name, for the model to refuse.
    var tensorNames: [String] {
        file.tensorNames.filter { !ignored.contains($0) }
            .map { names.entry(storedAs: $0)?.name ?? $0 }
    }

    func shape(of name: String) -> [Int]? {
        guard let entry = names.entry(named: name), !ignored.contains(entry.stored),
            let shape = file.shape(of: entry.stored)
        else { return nil }
        return entry.arrangement == .transposed ? shape.reversed() : shape
    }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        let entry = try entry(named: name)
        let tensor = try file.tensor(named: entry.stored, .float32)
        switch entry.arrangement {
        case .same: return tensor.cast(to: dtype)
        // Copied, as parameters in memory that is borrowed cannot be trained.
        case .pairedRows(let heads):
            return tensor.reordered(as: .halves, heads: heads).copied().cast(to: dtype)
        case .transposed: return tensor.transposed().cast(to: dtype)
        }
    }

    func storedTensor(named name: String) throws -> Tensor {
        let entry = try entry(named: name)
        switch entry.arrangement {
        case .same: return try file.storedTensor(named: entry.stored)
        case .pairedRows(let heads):
            return try file.storedTensor(named: entry.stored).reordered(as: .halves, heads: heads)
        case .transposed: return try tensor(named: name, .float32)
        }
    }

    private func entry(named name: String) throws -> GGUFTensorNames.Entry {
        guard let entry = names.entry(named: name) else {
            throw CheckpointError.missingTensor(path: file.path, tensor: name)
        }
        return entry
    }
}
