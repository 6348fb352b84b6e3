import HibariCompression
import HibariSupport

extension NumericArray {
    /// Reads an array that NumPy saved (`.npy`, formats 1 to 3), also compressed with gzip.
    ///
    /// Fortran order and other byte orders become row-major and lowest byte first.
    ///
    /// - Throws: `DataError`, or `BinaryFileError` for a damaged file and for elements that are no numbers:
    ///   objects (which would run Python's pickle), texts, complex numbers, records.
    /// Source: numpy/lib/format.py, "NPY format".
    public init(npyFile path: String) throws {
        let file = try DataFile(path: path)
        let bytes = try file.readAll()
        self = try bytes.withUnsafeBytes { try NumericArray(npy: $0, path: path) }
    }

    /// Reads an array of a `.npy` file that is in memory; errors call it `path`.
    init(npy bytes: UnsafeRawBufferPointer, path: String) throws(BinaryFileError) {
        var reader = ByteReader(path: path, bytes: bytes)
        let magic = try reader.bytes(6, "the magic number")
        guard magic.elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
            throw reader.invalid(
                "magic number \(hexadecimalBytes(Array(magic))), expected \\x93NUMPY,", at: 0)
        }
        let version = try reader.integer("the version", as: UInt8.self)
        _ = try reader.integer("the version", as: UInt8.self)
        let length: UInt64
        switch version {
        case 1: length = UInt64(try reader.integer("the header's length", as: UInt16.self))
        case 2, 3: length = UInt64(try reader.integer("the header's length", as: UInt32.self))
        default: throw reader.unsupported("version \(version) of the format", at: 6)
        }
        let headerOffset = reader.offset
        let text = try reader.bytes(length, "the header")
        guard let header = NumPyHeader(text) else {
            throw reader.invalid("a header that is not descr, fortran_order and shape", at: headerOffset)
        }
        guard let (type, isBigEndian) = header.elementType else {
            throw reader.unsupported("elements of type \(header.descriptor)", at: headerOffset)
        }
        guard let byteCount = NumericArray.byteCount(header.shape, type) else {
            throw reader.unsupported("an array of \(sizes(header.shape)), more than 4 GiB,", at: headerOffset)
        }
        let dataOffset = reader.offset
        var data = Array(try reader.bytes(UInt64(byteCount), "the \(sizes(header.shape)) elements"))
        if !reader.isAtEnd { throw reader.invalid("something after the elements") }
        if isBigEndian { data = NumericArray.swapped(data, type) }
        if header.isFortranOrder { data = rowMajor(data, header.shape, type.byteCount) }
        if type == .bool, let wrong = data.firstIndex(where: { $0 > 1 }) {
            throw reader.invalid("a truth value that is \(data[wrong])", at: dataOffset + wrong)
        }
        self.init(path: path, shape: header.shape, type: type, bytes: data)
    }

    /// Reads all arrays of a NumPy archive (`.npz`), by name without `.npy`.
    ///
    /// - Throws: as `init(npyFile:)`; errors name the array too.
    public static func readNPZ(_ path: String) throws -> [String: NumericArray] {
        let file = try MappedFile(path: path)
        return try withExtendedLifetime(file) {
            let archive = try ZipArchive(path: path, bytes: file.bytes)
            var arrays: [String: NumericArray] = [:]
            // For all arrays together: entries may share compressed data.
            var left = DataFile.byteLimit
            for entry in archive.entries {
                let bytes = try archive.contents(of: entry, limit: left)
                left -= bytes.count
                let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
                arrays[name] = try bytes.withUnsafeBytes {
                    try NumericArray(npy: $0, path: "\(path) (\(entry.name))")
                }
            }
            return arrays
        }
    }
}

/// Column-major elements in row-major order: one place further along the last axis is the product of all
/// sizes before it away.
private func rowMajor(_ bytes: [UInt8], _ shape: [Int], _ size: Int) -> [UInt8] {
    if shape.count < 2 || bytes.isEmpty { return bytes }
    var strides: [Int] = []
    var product = size
    for length in shape {
        strides.append(product)
        product *= length
    }
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
        var position = [Int](repeating: 0, count: shape.count)
        var source = 0
        while count < bytes.count {
            for i in 0..<size { output[count + i] = bytes[source + i] }
            count += size
            // The next position in row-major order, carrying as an odometer does.
            var axis = shape.count - 1
            while axis >= 0 {
                position[axis] += 1
                source += strides[axis]
                if position[axis] < shape[axis] { break }
                source -= position[axis] * strides[axis]
                position[axis] = 0
                axis -= 1
            }
        }
    }
}
