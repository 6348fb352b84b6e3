/// An array in the metadata of a GGUF file. Its elements are read when they are asked for: vocabularies have
/// hundreds of thousands, and many who open a file do not want them.
///
/// The whole array was checked when the file was opened.
public struct GGUFArray: Sendable {
    public let elementType: GGUFValueType
    public let count: Int

    /// Keeps the mapping alive.
    private let file: MappedFile
    /// Where the first element begins.
    private let offset: Int

    init(file: MappedFile, elementType: GGUFValueType, count: Int, offset: Int) {
        self.file = file
        self.elementType = elementType
        self.count = count
        self.offset = offset
    }

    /// All elements. For long arrays of one type the properties below take less memory.
    public func values() throws(BinaryFileError) -> [GGUFValue] {
        var result: [GGUFValue] = []
        result.reserveCapacity(count)
        try forEach { result.append($0) }
        return result
    }

    /// The bytes of the strings.
    ///
    /// - Throws: if the elements are not strings.
    public func strings() throws(BinaryFileError) -> [[UInt8]] {
        var reader = try reader(expecting: elementType == .string, "strings")
        var result: [[UInt8]] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(Array(try reader.ggufString("a string"))) }
        return result
    }

    /// The numbers as float32.
    ///
    /// - Throws: if the elements are not numbers.
    public func floats() throws(BinaryFileError) -> [Float] {
        _ = try reader(expecting: ![.string, .array, .bool].contains(elementType), "numbers")
        var result: [Float] = []
        result.reserveCapacity(count)
        try forEach { value in
            if let number = value.double { result.append(Float(number)) }
        }
        return result
    }

    /// The whole numbers.
    ///
    /// - Throws: if the elements are not whole numbers, or one does not fit `Int`.
    public func integers() throws(BinaryFileError) -> [Int] {
        let isInteger = ![.string, .array, .bool, .float32, .float64].contains(elementType)
        let reader = try reader(expecting: isInteger, "whole numbers")
        var result: [Int] = []
        result.reserveCapacity(count)
        try forEach { value in
            if let number = value.int { result.append(number) }
        }
        if result.count != count { throw reader.invalid("an integer beyond 63 bits in an array") }
        return result
    }

    private func forEach(_ body: (GGUFValue) -> Void) throws(BinaryFileError) {
        var reader = ByteReader(path: file.path, bytes: file.bytes, offset: offset)
        for _ in 0..<count { body(try reader.ggufValue(elementType, file: file, depth: 1)) }
    }

    private func reader(expecting isExpected: Bool, _ expected: String) throws(BinaryFileError) -> ByteReader
    {
        let reader = ByteReader(path: file.path, bytes: file.bytes, offset: offset)
        if !isExpected { throw reader.invalid("an array of \(elementType), not of \(expected)") }
        return reader
    }
}
