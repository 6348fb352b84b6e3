/// An array in the metadata of a GGUF file. Its elements are read when they are asked for: vocabularies have
/// hundreds of thousands, and many who open a file do not want them.
///
/// The whole array was checked when the file was opened. Arrays to be written lie in memory, in the same form.
public struct GGUFArray: Sendable {
    public let elementType: GGUFValueType
    public let count: Int

    /// Keeps the mapping alive.
    private let source: GGUFBytes
    /// Where the elements lie.
    private let range: Range<Int>

    init(source: GGUFBytes, elementType: GGUFValueType, count: Int, range: Range<Int>) {
        self.source = source
        self.elementType = elementType
        self.count = count
        self.range = range
    }

    /// An array of numbers, booleans, strings or arrays.
    public init<Element: GGUFElement>(_ values: [Element]) {
        var bytes: [UInt8] = []
        for value in values { value.encode(to: &bytes) }
        self.init(
            source: .memory(bytes), elementType: Element.ggufType, count: values.count, range: 0..<bytes.count
        )
    }

    /// An array of strings, given as their bytes.
    public init(strings: [[UInt8]]) {
        var bytes: [UInt8] = []
        for text in strings { appendGGUFString(text, to: &bytes) }
        self.init(source: .memory(bytes), elementType: .string, count: strings.count, range: 0..<bytes.count)
    }

    /// All elements. For long arrays of one type the properties below take less memory.
    public func values() throws(BinaryFileError) -> [GGUFValue] {
        var result: [GGUFValue] = []
        result.reserveCapacity(count)
        try forEach { result.append($0) }
        return result
    }

    /// The first elements, for people to read: bytes that are not UTF-8 show as U+FFFD.
    public func prefix(_ limit: Int) throws(BinaryFileError) -> [GGUFValue] {
        var result: [GGUFValue] = []
        try withReader { (reader) throws(BinaryFileError) in
            for _ in 0..<min(limit, count) {
                if elementType == .string {
                    result.append(.string(String(decoding: try reader.ggufString("a string"), as: UTF8.self)))
                } else {
                    result.append(try reader.ggufValue(elementType, source: source, depth: 1))
                }
            }
        }
        return result
    }

    /// The bytes of the strings.
    ///
    /// - Throws: if the elements are not strings.
    public func strings() throws(BinaryFileError) -> [[UInt8]] {
        try expect(elementType == .string, "strings")
        var result: [[UInt8]] = []
        result.reserveCapacity(count)
        try withReader { (reader) throws(BinaryFileError) in
            for _ in 0..<count { result.append(Array(try reader.ggufString("a string"))) }
        }
        return result
    }

    /// The numbers as float32.
    ///
    /// - Throws: if the elements are not numbers.
    public func floats() throws(BinaryFileError) -> [Float] {
        try expect(![.string, .array, .bool].contains(elementType), "numbers")
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
        try expect(isInteger, "whole numbers")
        var result: [Int] = []
        result.reserveCapacity(count)
        try forEach { value in
            if let number = value.int { result.append(number) }
        }
        if result.count != count { throw invalid("an integer beyond 63 bits in an array") }
        return result
    }

    /// Appends the array as it stands in a file: the type of its elements, their number, they themselves.
    public func encode(to bytes: inout [UInt8]) {
        appendLittleEndian(elementType.rawValue, to: &bytes)
        appendLittleEndian(UInt64(count), to: &bytes)
        switch source {
        case .file(let file): bytes.append(contentsOf: file.bytes[range])
        case .memory(let elements): bytes.append(contentsOf: elements[range])
        }
    }

    private func forEach(_ body: (GGUFValue) -> Void) throws(BinaryFileError) {
        try withReader { (reader) throws(BinaryFileError) in
            for _ in 0..<count { body(try reader.ggufValue(elementType, source: source, depth: 1)) }
        }
    }

    private func withReader(
        _ body: (inout ByteReader) throws(BinaryFileError) -> Void
    ) throws(BinaryFileError) {
        switch source {
        case .file(let file):
            var reader = ByteReader(path: file.path, bytes: file.bytes, offset: range.lowerBound)
            try body(&reader)
        case .memory(let elements):
            try elements.withUnsafeBufferPointer { (buffer) throws(BinaryFileError) in
                var reader = ByteReader(
                    path: source.path, bytes: UnsafeRawBufferPointer(buffer), offset: range.lowerBound)
                try body(&reader)
            }
        }
    }

    private func expect(_ isExpected: Bool, _ expected: String) throws(BinaryFileError) {
        if !isExpected { throw invalid("an array of \(elementType), not of \(expected)") }
    }

    private func invalid(_ problem: String) -> BinaryFileError {
        .invalid(path: source.path, offset: range.lowerBound, problem: problem)
    }
}

/// What owns the bytes of arrays.
enum GGUFBytes: Sendable {
    case file(MappedFile)
    case memory([UInt8])

    /// For errors.
    var path: String {
        switch self {
        case .file(let file): file.path
        case .memory: "(metadata in memory)"
        }
    }
}
