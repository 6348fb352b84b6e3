import HibariKernels
import HibariSupport
import HibariTensor

/// The tensors of a GGUF file, by name: as float32 numbers, or as the blocks they are.
///
/// When it is opened every tensor is checked to be whole blocks inside the file, apart from all others. Types that
/// Hibari does not read are an error only when such a tensor is asked for.
public final class GGUFTensors: TensorSource, Sendable {
    /// The owner of all bytes; keep it, or this object, as long as a pointer into it is used.
    public let file: GGUFFile
    /// In the order of the file.
    public let entries: [GGUFEntry]

    private let positions: [ByteString: Int]

    public var path: String { file.path }

    public convenience init(path: String) throws {
        try self.init(try GGUFFile(path: path))
    }

    public init(_ file: GGUFFile) throws(CheckpointError) {
        self.file = file
        var entries: [GGUFEntry] = []
        var positions: [ByteString: Int] = [:]
        for tensor in file.tensors {
            guard positions.updateValue(entries.count, forKey: ByteString(tensor.name)) == nil else {
                throw .duplicateTensor(path: file.path, tensor: tensor.name)
            }
            entries.append(try GGUFEntry(tensor, of: file))
        }
        self.entries = entries
        self.positions = positions
        try refuseOverlaps()
    }

    private func refuseOverlaps() throws(CheckpointError) {
        let placed = entries.compactMap { entry in entry.range.map { (name: entry.name, range: $0) } }
            .filter { !$0.range.isEmpty }.sorted { $0.range.lowerBound < $1.range.lowerBound }
        for (previous, next) in zip(placed, placed.dropFirst())
        where next.range.lowerBound < previous.range.upperBound {
            throw .overlap(
                path: path, tensor: next.name, begin: next.range.lowerBound - file.dataOffset,
                previousEnd: previous.range.upperBound - file.dataOffset)
        }
    }

    /// The tensor of this name, nil if there is none.
    public func entry(named name: String) -> GGUFEntry? {
        positions[ByteString(name)].map { entries[$0] }
    }

    // MARK: TensorSource

    /// The path of the file.
    public var location: String { path }
    /// In the order of the file.
    public var tensorNames: [String] { entries.map(\.name) }
    /// The sizes of a tensor; nil if there is none of this name.
    public func shape(of name: String) -> [Int]? { entry(named: name)?.shape }

    /// Reads a tensor of any type that has a `format`, converted to `dtype`. The file then takes no memory for it.
    public func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        let entry = try requiredEntry(name)
        let shape = try Shape(entry.shape, of: name, in: path)
        let blocks = try blocks(of: entry)
        let tensor = Tensor(uninitialized: shape)
        Float.dequantize(blocks.format, tensor.count, blocks.start, tensor.output(Float.self))
        if let range = entry.range { file.file.releasePages(range) }
        return tensor.cast(to: dtype)
    }

    /// A matrix of any format but float32 as its blocks, float32 numbers as they lie in the file.
    public func storedTensor(named name: String) throws -> Tensor {
        let entry = try requiredEntry(name)
        let shape = try Shape(entry.shape, of: name, in: path)
        let blocks = try blocks(of: entry)
        if blocks.format == .float32 {
            return Tensor(borrowing: try bytes(of: name), shape: shape, owner: file)
        }
        guard entry.shape.count == 2 else { return try tensor(named: name, .float32) }
        return Tensor(blocks: blocks, owner: file)
    }

    // MARK: Elements

    /// Converts a tensor to float32.
    public func floats(of name: String) throws(CheckpointError) -> [Float] {
        let entry = try requiredEntry(name)
        let (blocks, count) = (try blocks(of: entry), entry.count)
        return [Float](unsafeUninitializedCapacity: count) { output, initialized in
            if let start = output.baseAddress { Float.dequantize(blocks.format, count, blocks.start, start) }
            initialized = count
        }
    }

    /// The bytes of a tensor of whatever type. They belong to `file`: use them only while this object or `file` lives.
    public func bytes(of name: String) throws(CheckpointError) -> UnsafeRawBufferPointer {
        let entry = try requiredEntry(name)
        guard let range = entry.range else { throw unreadable(entry) }
        return UnsafeRawBufferPointer(rebasing: file.file.bytes[range])
    }

    /// The blocks of a tensor, to multiply with as they are: a matrix whose columns are its last axis. The memory
    /// belongs to `file`: use it only while this object or `file` lives.
    package func blocks(of name: String) throws(CheckpointError) -> BlockMatrix {
        try blocks(of: try requiredEntry(name))
    }

    private func blocks(of entry: GGUFEntry) throws(CheckpointError) -> BlockMatrix {
        guard let format = entry.type?.format, let range = entry.range,
            let base = file.file.bytes.baseAddress
        else { throw unreadable(entry) }
        return BlockMatrix(
            format, rows: entry.shape.dropLast().reduce(1, *), columns: entry.shape.last ?? 1,
            base + range.lowerBound)
    }

    private func requiredEntry(_ name: String) throws(CheckpointError) -> GGUFEntry {
        guard let entry = entry(named: name) else { throw .missingTensor(path: path, tensor: name) }
        return entry
    }

    private func unreadable(_ entry: GGUFEntry) -> CheckpointError {
        .unsupportedType(
            path: path, tensor: entry.name, type: GGUFType.label(ofNumber: entry.typeNumber),
            supported: BlockFormat.allCases.map(\.rawValue))
    }
}
