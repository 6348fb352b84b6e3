import HibariSupport

/// One tensor to be written, with a way to get its bytes when their turn comes.
public struct SafetensorsTensor {
    /// Passes the bytes of a tensor, in one or more pieces in order, to its argument.
    public typealias Source = (_ emit: (UnsafeRawBufferPointer) throws -> Void) throws -> Void

    public let name: String
    public let dtype: SafetensorsDType
    public let shape: [Int]
    let source: Source

    /// - Precondition: `source` gives as many bytes as shape and dtype need; checked when it is written.
    public init(name: String, dtype: SafetensorsDType, shape: [Int], source: @escaping Source) {
        self.name = name
        self.dtype = dtype
        self.shape = shape
        self.source = source
    }

    /// A tensor in memory. `bytes` stay the caller's and must live until `writeSafetensors` returns.
    public init(name: String, dtype: SafetensorsDType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        self.init(name: name, dtype: dtype, shape: shape) { emit in try emit(bytes) }
    }

    /// A tensor of float32 values, stored as the floating-point `dtype` (to nearest, ties to even). `floats`
    /// stay the caller's and must live until `writeSafetensors` returns.
    public init(
        name: String, dtype: SafetensorsDType = .float32, shape: [Int], floats: UnsafeBufferPointer<Float>
    ) {
        if dtype == .float32 {
            self.init(name: name, dtype: dtype, shape: shape, bytes: UnsafeRawBufferPointer(floats))
            return
        }
        self.init(name: name, dtype: dtype, shape: shape) { emit in
            var piece: [UInt8] = []
            for start in stride(from: 0, to: floats.count, by: 1 << 16) {
                let end = min(start + 1 << 16, floats.count)
                piece.removeAll(keepingCapacity: true)
                appendFloats(UnsafeBufferPointer(rebasing: floats[start..<end]), as: dtype, to: &piece)
                try piece.withUnsafeBytes { try emit($0) }
            }
        }
    }

    /// A tensor of float32 values that keeps them alive itself.
    public init(name: String, dtype: SafetensorsDType = .float32, shape: [Int], floats: [Float]) {
        self.init(name: name, dtype: dtype, shape: shape) { emit in
            try floats.withUnsafeBufferPointer { values in
                try SafetensorsTensor(name: name, dtype: dtype, shape: shape, floats: values).source(emit)
            }
        }
    }
}

/// Writes a safetensors file that appears whole or not at all; the same input gives the same bytes.
///
/// Tensors are stored by falling element size, then by name, so that each is aligned to its elements; the
/// data starts at a multiple of 8 bytes. No second copy of the data is held. The metadata gets `format` =
/// `pt`, which `transformers` asks for, and the checksum of the data (`DataChecksum`).
/// - Precondition: names are different, and none is `__metadata__`.
public func writeSafetensors(
    _ tensors: [SafetensorsTensor], metadata: [String: String] = [:], to path: String
) throws {
    let tensors = tensors.sorted {
        $0.dtype.byteCount != $1.dtype.byteCount
            ? $0.dtype.byteCount > $1.dtype.byteCount
            : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    try writeFileAtomically(path) { file in
        // The checksum is known only at the end; the header keeps its length.
        try file.write(headerBytes(tensors, metadata, checksum: 0))
        var checksum = DataChecksum()
        for tensor in tensors {
            let start = file.count
            try tensor.source { bytes in
                checksum.update(bytes)
                try file.write(bytes)
            }
            let expected = byteCount(of: tensor)
            precondition(
                file.count - start == expected,
                "writeSafetensors: tensor \(quoted(tensor.name)) gave \(file.count - start) bytes; "
                    + "\(tensor.dtype.rawValue) \(tensor.shape) has \(expected)")
        }
        try file.overwrite(at: 0, headerBytes(tensors, metadata, checksum: checksum.value()))
    }
}

private func headerBytes(
    _ tensors: [SafetensorsTensor], _ metadata: [String: String], checksum: UInt64
) -> [UInt8] {
    var metadata = metadata
    metadata["format"] = "pt"
    metadata[SafetensorsFile.checksumKey] = hexadecimal(checksum)
    let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var members = [
        (
            key: SafetensorsHeader.metadataKey,
            value: JSONValue.object(JSONObject(sorted.map { (key: $0.key, value: .string($0.value)) }))
        )
    ]
    var offset = 0
    for tensor in tensors {
        let end = offset + byteCount(of: tensor)
        let entry: JSONValue = [
            "dtype": .string(tensor.dtype.rawValue),
            "shape": .array(tensor.shape.map { .integer($0) }),
            "data_offsets": [.integer(offset), .integer(end)],
        ]
        members.append((key: tensor.name, value: entry))
        offset = end
    }
    var json = JSONValue.object(JSONObject(members)).bytes()
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
}

private func byteCount(of tensor: SafetensorsTensor) -> Int {
    guard let count = checkedByteCount(tensor.dtype, tensor.shape) else {
        preconditionFailure(
            "writeSafetensors: tensor \(quoted(tensor.name)) cannot have shape \(tensor.shape)")
    }
    return count
}
