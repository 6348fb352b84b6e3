import HibariKernels
import HibariTensor

extension SafetensorsFile: TensorSource {
    /// The path of the file.
    public var location: String { path }
    /// In the order of the file.
    public var tensorNames: [String] { entries.map(\.name) }
    /// The sizes of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { entry(named: name)?.shape }

    /// Reads a floating-point tensor, converted to `dtype`: by way of float32, but for float64 to float64. The file
    /// then takes no memory for it.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        guard let entry = entry(named: name) else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        let shape = try Shape(entry.shape, of: name, in: path)
        defer {
            file.releasePages(dataOffset + entry.range.lowerBound..<dataOffset + entry.range.upperBound)
        }
        guard entry.dtype == .float64, dtype == .float64 else {
            let result = Tensor(uninitialized: shape)
            try floats(
                of: name,
                into: UnsafeMutableBufferPointer(start: result.output(Float.self), count: result.count))
            return result.cast(to: dtype)
        }
        let result = Tensor(uninitialized: shape, .float64)
        try UnsafeMutableRawBufferPointer(start: result.output(Double.self), count: entry.range.count)
            .copyMemory(from: bytes(of: name))
        return result
    }

    /// A matrix in half precision as it is, float32 numbers as they lie in the file.
    public func storedTensor(named name: String) throws -> Tensor {
        guard let entry = entry(named: name) else {
            throw CheckpointError.missingTensor(path: path, tensor: name)
        }
        let shape = try Shape(entry.shape, of: name, in: path)
        let bytes = bytes(of: entry)
        switch (entry.dtype, entry.shape.count, bytes.baseAddress) {
        case (.float32, _, _?): return Tensor(borrowing: bytes, shape: shape, owner: file)
        case (.float16, 2, let start?):
            return Tensor(
                blocks: BlockMatrix(.float16, rows: entry.shape[0], columns: entry.shape[1], start),
                owner: file)
        case (.bfloat16, 2, let start?):
            return Tensor(
                blocks: BlockMatrix(.bfloat16, rows: entry.shape[0], columns: entry.shape[1], start),
                owner: file)
        default: return try tensor(named: name, .float32)
        }
    }
}

extension SafetensorsTensor {
    /// A tensor in its own type, float32 for one of blocks, which is kept alive until it is written.
    public init(name: String, _ tensor: Tensor) {
        guard tensor.dtype != .blocks else {
            self.init(name: name, dtype: .float32, shape: tensor.shape.array) { emit in
                let numbers = tensor.dequantized()
                try emit(UnsafeRawBufferPointer(start: numbers.input(Float.self), count: numbers.count * 4))
            }
            return
        }
        self.init(name: name, dtype: SafetensorsDType(tensor.dtype), shape: tensor.shape.array) { emit in
            let size = tensor.dtype.byteCount
            try emit(
                UnsafeRawBufferPointer(
                    start: tensor.storage.pointer + tensor.offset * size, count: tensor.count * size))
        }
    }
}

extension SafetensorsTensor {
    /// A tensor that is made when its turn comes, stored as the floating-point `dtype`.
    ///
    /// - Parameter make: gives float32 or blocks, of this shape.
    /// - Throws: when it is written, `CheckpointError.notStorable` for a number that would become infinite.
    public init(
        name: String, dtype: SafetensorsDType, shape: [Int], path: String, make: @escaping () throws -> Tensor
    ) {
        self.init(name: name, dtype: dtype, shape: shape) { emit in
            let numbers = try make().dequantized()
            let floats = UnsafeBufferPointer(start: numbers.input(Float.self), count: numbers.count)
            try withExtendedLifetime(numbers) {
                if dtype == .float16,
                    let index = floats.firstIndex(where: { abs($0) >= 65_520 && $0.isFinite })
                {
                    throw CheckpointError.notStorable(
                        path: path, tensor: name, type: dtype.rawValue, index: index, value: floats[index])
                }
                try SafetensorsTensor(name: name, dtype: dtype, shape: shape, floats: floats).source(emit)
            }
        }
    }
}

extension SafetensorsDType {
    init(_ type: DType) {
        switch type {
        case .float32: self = .float32
        case .float64: self = .float64
        case .int32: self = .int32
        case .blocks: preconditionFailure("safetensors files have no type for blocks")
        }
    }
}
