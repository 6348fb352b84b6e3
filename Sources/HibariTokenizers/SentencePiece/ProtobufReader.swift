import HibariSupport

/// Reads the fields of one protocol buffers message.
///
/// Source: https://protobuf.dev/programming-guides/encoding
struct ProtobufReader {
    /// A field's value in the form in which it is stored.
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A string, bytes or a message: where it lies in the file.
        case bytes(Range<Int>)
    }

    struct Field {
        let number: Int
        let value: Value
        /// Where the field begins in the file.
        let offset: Int
    }

    private var reader: ByteReader

    /// - Parameter range: where the message lies in `bytes`, the whole file.
    init(path: String, bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        reader = ByteReader(
            path: path, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]),
            offset: range.lowerBound)
    }

    /// A reader for a message inside this one.
    func message(_ field: Field) throws(BinaryFileError) -> ProtobufReader {
        ProtobufReader(path: reader.path, bytes: reader.bytes, range: try range(field))
    }

    /// The next field, nil at the end of the message.
    mutating func next() throws(BinaryFileError) -> Field? {
        if reader.isAtEnd { return nil }
        let offset = reader.offset
        let tag = try varint("a field's number")
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
            throw reader.invalid("no protocol buffers field", at: offset)
        }
        let value: Value
        switch tag & 7 {
        case 0: value = .varint(try varint("a number"))
        case 1: value = .fixed64(try reader.integer("a number"))
        case 2:
            let count = try varint("a length")
            let start = reader.offset
            _ = try reader.bytes(count, "field \(tag >> 3)")
            value = .bytes(start..<reader.offset)
        case 5: value = .fixed32(try reader.integer("a number"))
        default:
            throw reader.invalid("a protocol buffers field of the unknown kind \(tag & 7)", at: offset)
        }
        return Field(number: Int(tag >> 3), value: value, offset: offset)
    }

    private mutating func varint(_ what: String) throws(BinaryFileError) -> UInt64 {
        let start = reader.offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte: UInt8 = try reader.integer(what)
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw reader.invalid("a number of more than 64 bits", at: start)
    }

    // MARK: Values

    func int(_ field: Field) throws(BinaryFileError) -> Int {
        // Negative numbers are stored as 64-bit two's complement.
        guard case .varint(let value) = field.value else { throw wrongKind(field, "a whole number") }
        return Int(Int64(bitPattern: value))
    }

    func bool(_ field: Field) throws(BinaryFileError) -> Bool { try int(field) != 0 }

    func float(_ field: Field) throws(BinaryFileError) -> Float {
        guard case .fixed32(let value) = field.value else { throw wrongKind(field, "a float") }
        return Float(bitPattern: value)
    }

    func bytes(_ field: Field) throws(BinaryFileError) -> [UInt8] { Array(reader.bytes[try range(field)]) }

    /// Bytes that must be UTF-8.
    func text(_ field: Field) throws(BinaryFileError) -> [UInt8] {
        let range = try range(field)
        let text = Array(reader.bytes[range])
        if let fault = firstInvalidUTF8(in: text) {
            throw reader.invalid("a string that is not UTF-8", at: range.lowerBound + fault)
        }
        return text
    }

    func invalid(_ problem: String, at offset: Int) -> BinaryFileError { reader.invalid(problem, at: offset) }

    func unsupported(_ found: String, at offset: Int) -> BinaryFileError {
        reader.unsupported(found, at: offset)
    }

    private func range(_ field: Field) throws(BinaryFileError) -> Range<Int> {
        guard case .bytes(let range) = field.value else { throw wrongKind(field, "bytes") }
        return range
    }

    private func wrongKind(_ field: Field, _ expected: String) -> BinaryFileError {
        reader.invalid("field \(field.number), which should be \(expected) and is not,", at: field.offset)
    }
}
