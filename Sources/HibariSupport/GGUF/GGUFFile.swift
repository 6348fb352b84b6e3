/// An open GGUF file: its metadata and where its tensors lie, checked in full when it is opened.
///
/// Layout: `GGUF`, the version, the numbers of tensors and of metadata entries, the entries, the descriptions
/// of the tensors, and, aligned, their data. Versions 2 and 3 are read, of little-endian machines.
/// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public final class GGUFFile: Sendable {
    /// The mapping that owns all bytes; keep it, or this object, as long as a pointer into it is used.
    public let file: MappedFile
    public let version: Int
    /// The names of the metadata in the order of the file.
    public let keys: [String]
    /// In the order of the file.
    public let tensors: [GGUFTensor]
    /// Where the offsets of the tensors are counted from.
    public let dataOffset: Int

    private let metadata: [String: GGUFValue]

    public var path: String { file.path }

    public convenience init(path: String) throws {
        try self.init(file: try MappedFile(path: path))
    }

    public init(file: MappedFile) throws(BinaryFileError) {
        self.file = file
        var reader = ByteReader(path: file.path, bytes: file.bytes)
        version = try Self.readVersion(&reader)
        let tensorCount: UInt64 = try reader.integer("the number of tensors")
        let entryCount: UInt64 = try reader.integer("the number of metadata entries")

        var (keys, metadata): ([String], [String: GGUFValue]) = ([], [:])
        for _ in 0..<entryCount {
            let start = reader.offset
            let key = try reader.ggufText("a metadata key")
            let value = try reader.ggufValue(
                try reader.ggufValueType("the type of \(quoted(key))"), source: .file(file))
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw reader.invalid("the metadata key \(quoted(key)) for the second time", at: start)
            }
            keys.append(key)
        }
        self.keys = keys
        self.metadata = metadata

        var tensors: [GGUFTensor] = []
        for _ in 0..<tensorCount { tensors.append(try GGUFTensor(&reader)) }
        self.tensors = tensors

        let alignment = metadata["general.alignment"].map { $0.int ?? 0 } ?? 32
        guard alignment > 0, alignment <= 1 << 20, alignment & (alignment - 1) == 0 else {
            throw reader.invalid("general.alignment is \(alignment), which is no power of two below 2^20,")
        }
        dataOffset = (reader.offset + alignment - 1) / alignment * alignment
        guard tensors.isEmpty || dataOffset <= file.bytes.count else {
            throw .truncated(
                path: file.path, offset: reader.offset, what: "the space before the tensors",
                needed: UInt64(dataOffset - reader.offset), available: reader.remaining)
        }
        for tensor in tensors
        where tensor.offset % alignment != 0 || tensor.offset > file.bytes.count - dataOffset {
            throw reader.invalid(
                "the tensor \(quoted(tensor.name)) has its data at \(tensor.offset) of "
                    + "\(file.bytes.count - dataOffset) bytes; expected a multiple of \(alignment) inside,",
                at: tensor.descriptionOffset)
        }
    }

    private static func readVersion(_ reader: inout ByteReader) throws(BinaryFileError) -> Int {
        let magic = try reader.bytes(4, "the magic number")
        guard magic.elementsEqual("GGUF".utf8) else { throw reader.invalid("no GGUF", at: 0) }
        let version: UInt32 = try reader.integer("the version")
        guard version == 2 || version == 3 else {
            let isSwapped = version.byteSwapped < 100
            throw reader.unsupported(
                isSwapped ? "GGUF of a big-endian machine" : "version \(version) of GGUF", at: 4)
        }
        return Int(version)
    }

    /// The metadata value of this name, nil if there is none.
    public subscript(key: String) -> GGUFValue? { metadata[key] }
}
