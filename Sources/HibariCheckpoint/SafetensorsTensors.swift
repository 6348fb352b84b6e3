import HibariTensor

extension SafetensorsFile: TensorSource {
    /// The path of the file.
    public var location: String { path }
    /// In the order of the file.
    public var tensorNames: [String] { entries.map(\.name) }
    /// The sizes of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { entry(named: name)?.shape }

    /// Reads a floating-point tensor, converted to `dtype`.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        guard let entry = entry(named: name) else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        return Tensor(try floats(of: name), shape: Shape(entry.shape)).cast(to: dtype)
    }
}

extension SafetensorsTensor {
    /// A float32 tensor, which is kept alive until it is written.
    public init(name: String, _ tensor: Tensor) {
        self.init(name: name, dtype: .float32, shape: tensor.shape.array) { emit in
            try emit(
                UnsafeRawBufferPointer(
                    start: UnsafeRawPointer(tensor.input(Float.self)), count: tensor.count * 4))
        }
    }
}
