import HibariKernels
import HibariSupport
import HibariTensor

/// One tensor to be written to a GGUF file, with a way to get its bytes when their turn comes.
public struct GGUFOutput {
    public let name: String
    public let type: GGUFType
    /// The axis whose elements lie side by side last, as elsewhere in Hibari.
    public let shape: [Int]
    /// Passes the bytes, in one or more pieces in order; the path is for errors.
    let source: (_ path: String, _ emit: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// A tensor whose blocks are there. `bytes` stay the caller's and must live until `writeGGUF` returns.
    ///
    /// - Precondition: as many bytes as type and shape need; checked when it is written.
    public init(name: String, type: GGUFType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        self.name = name
        self.type = type
        self.shape = shape
        source = { _, emit in try emit(bytes) }
    }

    /// A tensor of float32 values, stored in `type`; see `canStore`. `floats` stay the caller's and must live until
    /// `writeGGUF` returns.
    public init(name: String, type: GGUFType, shape: [Int], floats: UnsafeBufferPointer<Float>) {
        self.name = name
        self.type = type
        self.shape = shape
        source = { path, emit in
            guard let format = type.format, format.largestMagnitude != nil, let start = floats.baseAddress
            else { preconditionFailure("GGUFOutput: \(quoted(name)) cannot be stored as \(type.name)") }
            // Whole blocks of every format.
            let piece = 1 << 18
            var bytes = [UInt8](repeating: 0, count: format.byteCount(of: piece))
            for first in stride(from: 0, to: floats.count, by: piece) {
                let values = UnsafeBufferPointer(
                    start: start + first, count: min(piece, floats.count - first))
                if let index = firstNotStorable(values, format) {
                    throw CheckpointError.notStorable(
                        path: path, tensor: name, type: type.name, index: first + index, value: values[index])
                }
                let byteCount = format.byteCount(of: values.count)
                try bytes.withUnsafeMutableBytes { buffer in
                    if let output = buffer.baseAddress {
                        Float.quantize(format, values.count, start + first, output)
                    }
                    try emit(UnsafeRawBufferPointer(rebasing: buffer[..<byteCount]))
                }
            }
        }
    }

    /// A tensor that is made when its turn comes: blocks of `type` are stored as they are, all others by way of float32.
    ///
    /// - Precondition: what `make` returns has this shape.
    public init(name: String, type: GGUFType, shape: [Int], make: @escaping () throws -> Tensor) {
        self.name = name
        self.type = type
        self.shape = shape
        source = { path, emit in
            let made = try make()
            precondition(
                made.shape.array == shape, "GGUFOutput: \(quoted(name)) is \(made.shape), not \(shape)")
            if made.dtype == .blocks, made.blocks.format == type.format {
                let bytes = UnsafeRawBufferPointer(start: made.blocks.start, count: made.storedByteCount)
                return try withExtendedLifetime(made) { try emit(bytes) }
            }
            let numbers = made.dequantized()
            let floats = UnsafeBufferPointer(start: numbers.input(Float.self), count: numbers.count)
            let output = GGUFOutput(name: name, type: type, shape: shape, floats: floats)
            try withExtendedLifetime(numbers) { try output.source(path, emit) }
        }
    }

    /// A tensor stored in `type`, and kept alive until it is written.
    public init(name: String, type: GGUFType, _ tensor: Tensor) {
        self.init(name: name, type: type, shape: tensor.shape.array) { tensor }
    }

    /// Whether float32 values of this shape can be stored in `type`: Hibari writes it, and rows are whole blocks.
    public static func canStore(_ shape: [Int], as type: GGUFType) -> Bool {
        type.format?.largestMagnitude != nil && (shape.last ?? 1) % type.elements == 0
    }
}

/// The first number that `format` turns into another one that is no neighbor: NaN and infinity in a block, or a
/// magnitude that would become infinity.
private func firstNotStorable(_ values: UnsafeBufferPointer<Float>, _ format: BlockFormat) -> Int? {
    let limit = format.largestMagnitude ?? 0
    return values.firstIndex { !(abs($0) <= limit) && ($0.isFinite || format.elements > 1) }
}

/// Writes a GGUF file of version 3 that appears whole or not at all; the same input gives the same bytes.
///
/// Metadata and tensors stand in the order they are given in. The data of each tensor begins at a multiple of
/// `general.alignment`, or of 32 if the metadata has none, and zeros fill the file up to such a multiple.
///
/// - Throws: `CheckpointError` for names, shapes and numbers that the format or the type has no room for; `FileError`.
/// - Precondition: keys and names are different; `general.alignment`, if given, is a power of two.
public func writeGGUF(
    metadata: [(key: String, value: GGUFValue)], tensors: [GGUFOutput], to path: String
) throws {
    let alignment = metadata.first { $0.key == "general.alignment" }.map { $0.value.int ?? 0 } ?? 32
    precondition(
        alignment > 0 && alignment & (alignment - 1) == 0, "writeGGUF: general.alignment is \(alignment)")
    precondition(
        Set(metadata.map { ByteString($0.key) }).count == metadata.count
            && Set(tensors.map { ByteString($0.name) }).count == tensors.count,
        "writeGGUF: a metadata key or a name of a tensor is given twice")
    let header = try headerBytes(metadata, tensors, alignment, path)
    try writeFileAtomically(path) { file in
        func pad() throws {
            let rest = (alignment - file.count % alignment) % alignment
            try file.write([UInt8](repeating: 0, count: rest))
        }
        try file.write(header)
        try pad()
        for tensor in tensors {
            let start = file.count
            try tensor.source(path) { try file.write($0) }
            let expected = tensor.type.byteCount(of: tensor.shape)
            precondition(
                file.count - start == expected,
                "writeGGUF: tensor \(quoted(tensor.name)) gave \(file.count - start) bytes; "
                    + "\(tensor.type.name) \(tensor.shape) has \(expected ?? 0)")
            try pad()
        }
    }
}

/// llama.cpp's GGML_MAX_NAME, without the zero at the end.
private let nameLimit = 63
private let axisLimit = 4

/// Everything before the data.
private func headerBytes(
    _ metadata: [(key: String, value: GGUFValue)], _ tensors: [GGUFOutput], _ alignment: Int, _ path: String
) throws(CheckpointError) -> [UInt8] {
    var bytes = Array("GGUF".utf8)
    appendLittleEndian(UInt32(3), to: &bytes)
    appendLittleEndian(UInt64(tensors.count), to: &bytes)
    appendLittleEndian(UInt64(metadata.count), to: &bytes)
    for (key, value) in metadata {
        appendGGUFString(key.utf8, to: &bytes)
        value.encode(to: &bytes)
    }
    var offset = 0
    for tensor in tensors {
        if tensor.name.utf8.count > nameLimit {
            throw .nameTooLong(path: path, tensor: tensor.name, limit: nameLimit)
        }
        if tensor.shape.count > axisLimit {
            throw .tooManyAxes(path: path, tensor: tensor.name, shape: tensor.shape, limit: axisLimit)
        }
        let width = tensor.shape.last ?? 1
        if width % tensor.type.elements != 0 {
            throw .partialBlock(
                path: path, tensor: tensor.name, type: tensor.type.name, width: width,
                block: tensor.type.elements)
        }
        // ggml divides by sizes.
        precondition(
            tensor.shape.allSatisfy { $0 > 0 }, "writeGGUF: tensor \(quoted(tensor.name)) has no elements")
        guard let count = tensor.type.byteCount(of: tensor.shape) else {
            throw .shapeOverflow(path: path, tensor: tensor.name, shape: tensor.shape)
        }
        appendGGUFString(tensor.name.utf8, to: &bytes)
        appendLittleEndian(UInt32(tensor.shape.count), to: &bytes)
        for size in tensor.shape.reversed() { appendLittleEndian(UInt64(size), to: &bytes) }
        appendLittleEndian(tensor.type.number, to: &bytes)
        appendLittleEndian(UInt64(offset), to: &bytes)
        offset += (count + alignment - 1) / alignment * alignment
    }
    return bytes
}
