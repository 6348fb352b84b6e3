import HibariSupport

/// One tensor of a GGUF file, its place checked.
public struct GGUFEntry: Sendable {
    public let name: String
    /// The axis whose elements lie side by side last, as elsewhere in Hibari; the file has them the other way round.
    public let shape: [Int]
    /// The number of its type in the file.
    public let typeNumber: UInt32
    /// Nil if nobody knows the number.
    public let type: GGUFType?
    /// Where its bytes lie, counted from the start of the file; nil if the type is not known.
    public let range: Range<Int>?

    /// The number of its elements.
    public var count: Int { shape.reduce(1, *) }

    /// - Throws: if a row is no whole number of blocks, or the data ends outside the file.
    init(_ tensor: GGUFTensor, of file: GGUFFile) throws(CheckpointError) {
        name = tensor.name
        shape = tensor.dimensions.reversed()
        typeNumber = tensor.type
        type = GGUFType(number: tensor.type)
        guard product(shape) != nil else {
            throw .shapeOverflow(path: file.path, tensor: name, shape: shape)
        }
        guard let type else {
            range = nil
            return
        }
        let width = shape.last ?? 1
        guard width % type.elements == 0 else {
            throw .partialBlock(
                path: file.path, tensor: name, type: type.name, width: width, block: type.elements)
        }
        guard let count = type.byteCount(of: shape) else {
            throw .shapeOverflow(path: file.path, tensor: name, shape: shape)
        }
        let available = file.file.bytes.count - file.dataOffset
        let (end, overflows) = tensor.offset.addingReportingOverflow(count)
        guard !overflows, end <= available else {
            throw .outOfRange(
                path: file.path, tensor: name, end: overflows ? .max : end, available: available)
        }
        let start = file.dataOffset + tensor.offset
        range = start..<start + count
    }
}
