import HibariSupport

extension NumericArray {
    /// Reads an IDX file, also compressed with gzip: two zero bytes, the type of the elements, the number of
    /// dimensions, the sizes as big-endian 32-bit numbers, the elements.
    ///
    /// - Throws: `DataError` if the file cannot be read; `BinaryFileError` if the magic number is wrong, the
    ///   file is shorter or longer than its sizes say, or these are more than 4 GiB.
    /// Source: http://yann.lecun.com/exdb/mnist, "The IDX file format".
    public init(idxFile path: String) throws { try self.init(idxFile: path) { _ in } }

    /// - Parameter check: is given the sizes before the elements are read, which may be very many.
    init(idxFile path: String, check: (_ shape: [Int]) throws -> Void) throws {
        let file = try DataFile(path: path)
        let magic = try file.read(4, "the magic number")
        guard magic[0] == 0, magic[1] == 0 else {
            throw BinaryFileError.invalid(
                path: path, offset: 0,
                problem:
                    "magic number \(hexadecimalBytes(magic)), expected 00 00 and a type, as IDX files begin,")
        }
        guard let type = idxTypes[magic[2]] else {
            throw file.invalid(
                "element type \(hexadecimalBytes([magic[2]])), which IDX does not have,", at: 2)
        }
        var shape: [Int] = []
        for axis in 0..<Int(magic[3]) {
            let size = try file.read(4, "the size of dimension \(axis + 1)")
            shape.append(size.reduce(0) { $0 << 8 | Int($1) })
        }
        guard let byteCount = NumericArray.byteCount(shape, type) else {
            throw BinaryFileError.unsupported(
                path: path, offset: 4, found: "an array of \(sizes(shape)), more than 4 GiB,")
        }
        try check(shape)
        let bytes = try file.read(byteCount, "the \(sizes(shape)) elements")
        try file.expectEnd(after: "the \(sizes(shape)) elements")
        self.init(path: path, shape: shape, type: type, bytes: NumericArray.swapped(bytes, type))
    }
}

private let idxTypes: [UInt8: NumericArray.ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
]

/// "60000 × 28 × 28", "no sizes".
func sizes(_ shape: [Int]) -> String {
    shape.isEmpty ? "no sizes" : shape.map { "\($0)" }.joined(separator: " × ")
}

/// "00 00 08 03"
func hexadecimalBytes(_ bytes: [UInt8]) -> String { bytes.map { hexadecimal($0) }.joined(separator: " ") }
