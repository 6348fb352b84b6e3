import HibariTensor

extension SafetensorsFile: TensorSource {
    /// The path of the file.
    public var location: String { path }
    /// In the order of the file.
    public var tensorNames: [String] { entries.map(\.name) }
    /// The sizes of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { entry(named: name)?.shape }

    /// Reads a floating-point tensor, converted to `dtype`: by way of float32, but for float64 to float64.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        guard let entry = entry(named: name) else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        guard entry.dtype == .float64, dtype == .float64 else {
            return Tensor(try floats(of: name), shape: Shape(entry.shape)).cast(to: dtype)
        }
        let result = Tensor(uninitialized: Shape(entry.shape), .float64)
        try UnsafeMutableRawBufferPointer(start: result.output(Double.self), count: entry.range.count)
            .copyMemory(from: bytes(of: name))
        return result
    }
}

extension SafetensorsTensor {
    /// A tensor in its own type, which is kept alive until it is written.
    public init(name: String, _ tensor: Tensor) {
        self.init(name: name, dtype: SafetensorsDType(tensor.dtype), shape: tensor.shape.array) { emit in
            let size = tensor.dtype.byteCount
            try emit(
                UnsafeRawBufferPointer(
                    start: tensor.storage.pointer + tensor.offset * size, count: tensor.count * size))
        }
    }
}

extension SafetensorsDType {
    init(_ type: DType) {
        switch type {
        case .float32: self = .float32
        case .float64: self = .float64
        case .int32: self = .int32
        }
    }
}
