/// What a GGUF file says about a tensor. How many bytes its data take depends on `type`, which is for the
/// reader of the data to know.
public struct GGUFTensor: Sendable {
    public let name: String
    /// The sizes of its axes, the one whose elements lie side by side first: the other way round than
    /// elsewhere in Hibari.
    public let dimensions: [Int]
    /// The number of its element or block type in ggml.
    public let type: UInt32
    /// Where its data begin, counted from `GGUFFile.dataOffset`.
    public let offset: Int
    /// Where this description stands in the file, for errors.
    public let descriptionOffset: Int

    /// The number of its elements.
    public var count: Int { dimensions.reduce(1, *) }

    init(_ reader: inout ByteReader) throws(BinaryFileError) {
        descriptionOffset = reader.offset
        name = try reader.ggufText("a tensor's name")
        let start = reader.offset
        let axes: UInt32 = try reader.integer("a tensor's number of axes")
        guard axes <= 8 else {
            throw reader.invalid("the tensor \(quoted(name)) with \(axes) axes", at: start)
        }
        var dimensions: [Int] = []
        var count = 1
        for _ in 0..<axes {
            let size = Int(clamping: try reader.integer("a tensor's size", as: UInt64.self))
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            if overflows {
                throw reader.invalid("the tensor \(quoted(name)) is larger than any file", at: start)
            }
            count = product
            dimensions.append(size)
        }
        self.dimensions = dimensions
        type = try reader.integer("a tensor's type")
        offset = Int(clamping: try reader.integer("a tensor's offset", as: UInt64.self))
    }
}
