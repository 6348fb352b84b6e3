import HibariSupport
import HibariTensor

/// The tensors of a dictionary of names in a file of `torch.save`.
public struct PyTorchTensors: TensorSource, Sendable {
    private let file: PyTorchFile
    /// In the order of the file.
    public let tensorNames: [String]
    private let tensors: [String: PyTorchTensor]

    /// - Throws: `CheckpointError` for a key that is no text, a name that occurs twice, a value that is no tensor.
    init(
        _ file: PyTorchFile, _ entries: [(key: PickleValue, value: PickleValue)], withoutPrefix prefix: String
    ) throws(CheckpointError) {
        self.file = file
        var (names, tensors): ([String], [String: PyTorchTensor]) = ([], [:])
        for (key, value) in entries {
            guard case .text(let text) = key else {
                throw .badMetadata(path: file.path, key: nil)
            }
            guard let tensor = file.pickle.tensor(value) else {
                throw .badField(path: file.path, tensor: text, field: text, expected: "a tensor")
            }
            let name = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
            guard tensors.updateValue(tensor, forKey: name) == nil else {
                throw .duplicateTensor(path: file.path, tensor: name)
            }
            names.append(name)
        }
        tensorNames = names
        self.tensors = tensors
    }

    public var location: String { file.path }

    public func shape(of name: String) -> [Int]? { tensors[name]?.shape }

    /// Whether two tensors are the same memory, as tied weights are, or hold the same bytes.
    public func areEqual(_ first: String, _ second: String) -> Bool {
        guard let first = tensors[first], let second = tensors[second] else { return false }
        if first == second { return true }
        guard first.storage.dtype == second.storage.dtype, first.shape == second.shape else { return false }
        return bytes(of: first).elementsEqual(bytes(of: second))
    }

    /// Reads a floating-point tensor, converted to `dtype`: by way of float32, but for float64 to float64.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw CheckpointError.missingTensor(path: location, tensor: name)
        }
        let shape = try Shape(tensor.shape, of: name, in: location)
        let stored = tensor.storage.dtype
        guard stored.isFloat else {
            throw CheckpointError.wrongDType(
                path: location, tensor: name, expected: "a floating-point type", got: stored.rawValue)
        }
        let bytes = bytes(of: tensor)
        if stored == .float64, dtype == .float64 {
            let result = Tensor(uninitialized: shape, .float64)
            bytes.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(start: result.output(Double.self), count: $0.count)
                    .copyMemory(from: $0)
            }
            return result
        }
        let result = Tensor(uninitialized: shape)
        bytes.withUnsafeBytes {
            convertToFloats(
                $0, stored,
                into: UnsafeMutableBufferPointer(start: result.output(Float.self), count: tensor.count))
        }
        return result.cast(to: dtype)
    }

    /// The elements in the order of the axes, whatever the strides.
    private func bytes(of tensor: PyTorchTensor) -> [UInt8] {
        let storage = file.bytes(of: tensor.storage)
        let size = tensor.storage.dtype.byteCount
        if tensor.isContiguous || tensor.count == 0 {
            return Array(storage[tensor.offset * size..<(tensor.offset + tensor.count) * size])
        }
        var result: [UInt8] = []
        result.reserveCapacity(tensor.count * size)
        var index = [Int](repeating: 0, count: tensor.shape.count)
        for _ in 0..<tensor.count {
            let place = zip(index, tensor.strides).reduce(tensor.offset) { $0 + $1.0 * $1.1 }
            result += storage[place * size..<(place + 1) * size]
            for axis in index.indices.reversed() {
                index[axis] += 1
                if index[axis] < tensor.shape[axis] { break }
                index[axis] = 0
            }
        }
        return result
    }
}
