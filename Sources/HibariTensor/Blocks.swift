import HibariKernels

/// Matrices that stay as a file has them: `linear`, `embedding` and `linearCrossEntropy` take them as weights.
extension Tensor {
    /// A matrix of blocks.
    ///
    /// - Parameters:
    ///   - blocks: in memory that is not written as long as `owner` lives.
    ///   - owner: kept with the tensor.
    package init(blocks: BlockMatrix, owner: AnyObject) {
        let bytes = UnsafeRawBufferPointer(start: blocks.start, count: blocks.rows * blocks.stride)
        self.init(
            storage: Storage(borrowing: bytes, owner: owner), offset: 0,
            shape: [blocks.rows, blocks.columns],
            dtype: .blocks, format: blocks.format)
    }

    /// Float32 numbers in memory that is not written as long as `owner` lives; copied if they are not aligned.
    package init(borrowing bytes: UnsafeRawBufferPointer, shape: Shape, owner: AnyObject) {
        precondition(bytes.count == 4 * shape.count, "\(bytes.count) bytes for \(shape)")
        guard let start = bytes.baseAddress, UInt(bitPattern: start) % 4 == 0 else {
            self.init(uninitialized: shape)
            UnsafeMutableRawBufferPointer(start: storage.pointer, count: bytes.count).copyMemory(from: bytes)
            return
        }
        self.init(storage: Storage(borrowing: bytes, owner: owner), offset: 0, shape: shape, dtype: .float32)
    }

    /// The matrix `[rows, columns]`, valid while the storage lives.
    ///
    /// - Precondition: a tensor of blocks.
    package var blocks: BlockMatrix {
        guard let format else { preconditionFailure("a tensor of \(dtype) is no matrix of blocks") }
        return BlockMatrix(format, rows: shape[0], columns: shape[1], storage.pointer)
    }

    /// The bytes that the elements take.
    package var storedByteCount: Int {
        guard dtype == .blocks else { return count * dtype.byteCount }
        return blocks.rows * blocks.stride
    }

    /// The name of the type of the elements, as files call it: "F32", "Q4_1".
    package var storedTypeName: String {
        switch dtype {
        case .float32: "F32"
        case .float64: "F64"
        case .int32: "I32"
        case .blocks: blocks.format.rawValue
        }
    }

    /// A matrix of blocks as float32; any other tensor as it is.
    package func dequantized() -> Tensor {
        guard dtype == .blocks else { return self }
        let result = Tensor(uninitialized: shape)
        Float.dequantize(blocks.format, count, blocks.start, result.output(Float.self))
        return result
    }
}
