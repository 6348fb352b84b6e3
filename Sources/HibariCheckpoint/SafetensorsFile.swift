import HibariSupport

/// An open safetensors file: names, shapes and bytes of its tensors, checked in full when it is opened.
///
/// Layout: the length N of the header as a little-endian 64-bit integer, N bytes of JSON, then the data of
/// all tensors without gaps.
/// Source: https://github.com/huggingface/safetensors (format section of the README).
public final class SafetensorsFile: Sendable {
    /// The mapping that owns all bytes; keep it, or this object, as long as a pointer into it is used.
    public let file: MappedFile
    /// By position in the file.
    public let entries: [SafetensorsEntry]
    /// The strings in the header; written by `transformers` as format = pt.
    public let metadata: [String: String]
    /// Where the ranges of the entries are counted from.
    public let dataOffset: Int

    private let positions: [ByteString: Int]

    static let checksumKey = "hibari_checksum"

    public var path: String { file.path }

    /// - Parameter verify: compare the data with the checksum Hibari writes into its own files. This reads
    ///   the whole file; without it, or in files without a checksum, damage inside the data of a tensor goes
    ///   unseen.
    public init(path: String, verify: Bool = true) throws {
        file = try MappedFile(path: path)
        let header = try SafetensorsHeader(file.bytes, path: path)
        entries = header.entries
        metadata = header.metadata
        dataOffset = header.dataOffset
        positions = Dictionary(
            uniqueKeysWithValues: header.entries.enumerated().map { (ByteString($0.element.name), $0.offset) }
        )
        if verify { try verifyChecksum() }
    }

    private func verifyChecksum() throws(CheckpointError) {
        guard let expected = metadata[Self.checksumKey] else { return }
        guard expected.utf8.count == 16, let number = UInt64(expected, radix: 16) else {
            throw .badChecksum(path: path, got: expected)
        }
        var checksum = DataChecksum()
        checksum.update(UnsafeRawBufferPointer(rebasing: file.bytes[dataOffset...]))
        // What was read to be checked need not stay in memory.
        file.releasePages(dataOffset..<file.bytes.count)
        let got = checksum.value()
        if got != number {
            throw .checksumMismatch(path: path, expected: expected, got: hexadecimal(got))
        }
    }

    /// The tensor of this name, nil if there is none.
    public func entry(named name: String) -> SafetensorsEntry? {
        positions[ByteString(name)].map { entries[$0] }
    }

    /// The bytes of a tensor, at any alignment. They belong to `file`: use them only while this object or
    /// `file` lives.
    public func bytes(of entry: SafetensorsEntry) -> UnsafeRawBufferPointer {
        let end = dataOffset + entry.range.upperBound
        precondition(
            end <= file.bytes.count, "SafetensorsFile.bytes: \(quoted(entry.name)) is not of this file")
        return UnsafeRawBufferPointer(rebasing: file.bytes[(dataOffset + entry.range.lowerBound)..<end])
    }

    /// As `bytes(of:)` for an entry; throws if there is no tensor of this name.
    public func bytes(of name: String) throws(CheckpointError) -> UnsafeRawBufferPointer {
        bytes(of: try requiredEntry(name))
    }

    /// Converts a floating-point tensor to float32.
    ///
    /// - Parameter output: one element for each of the tensor.
    public func floats(
        of name: String, into output: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        let entry = try requiredEntry(name)
        guard entry.count == output.count else {
            throw .wrongShape(path: path, tensor: name, expected: [output.count], got: entry.shape)
        }
        guard entry.dtype.isFloat else {
            throw .wrongDType(
                path: path, tensor: name, expected: "F32, F16, BF16 or F64", got: entry.dtype.rawValue)
        }
        convertToFloats(bytes(of: entry), entry.dtype, into: output)
    }

    /// As `floats(of:into:)`, into a new array.
    public func floats(of name: String) throws(CheckpointError) -> [Float] {
        let entry = try requiredEntry(name)
        var result = [Float](repeating: 0, count: entry.count)
        try result.withUnsafeMutableBufferPointer { (output) throws(CheckpointError) in
            try floats(of: name, into: output)
        }
        return result
    }

    private func requiredEntry(_ name: String) throws(CheckpointError) -> SafetensorsEntry {
        guard let entry = entry(named: name) else { throw .missingTensor(path: path, tensor: name) }
        return entry
    }
}
