/// Reads little-endian numbers and byte strings from a file in memory, never beyond its end.
///
/// Every error names the file, the byte where the thing that is wrong begins, and what it is.
package struct ByteReader {
    package let path: String
    /// Owned by whoever made the reader, who keeps the memory as long as the reader is used.
    package let bytes: UnsafeRawBufferPointer
    package private(set) var offset: Int

    /// - Parameter offset: where to begin, counted from the start of the file, as in all errors.
    package init(path: String, bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.path = path
        self.bytes = bytes
        self.offset = offset
    }

    package var isAtEnd: Bool { offset == bytes.count }
    package var remaining: Int { bytes.count - offset }

    /// A number of fixed size.
    package mutating func integer<Value: FixedWidthInteger>(
        _ what: String, as type: Value.Type = Value.self
    ) throws(BinaryFileError) -> Value {
        try require(UInt64(MemoryLayout<Value>.size), what)
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += MemoryLayout<Value>.size
        return Value(littleEndian: value)
    }

    package mutating func float(_ what: String) throws(BinaryFileError) -> Float {
        Float(bitPattern: try integer(what))
    }

    package mutating func double(_ what: String) throws(BinaryFileError) -> Double {
        Double(bitPattern: try integer(what))
    }

    /// The next `count` bytes, which belong to the owner of `bytes`.
    package mutating func bytes(
        _ count: UInt64, _ what: String
    ) throws(BinaryFileError) -> UnsafeRawBufferPointer {
        try require(count, what)
        let range = offset..<offset + Int(count)
        offset = range.upperBound
        return UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// Throws unless `count` bytes are left.
    package func require(_ count: UInt64, _ what: String) throws(BinaryFileError) {
        if count > UInt64(remaining) {
            throw .truncated(path: path, offset: offset, what: what, needed: count, available: remaining)
        }
    }

    package func invalid(_ problem: String, at offset: Int? = nil) -> BinaryFileError {
        .invalid(path: path, offset: offset ?? self.offset, problem: problem)
    }

    package func unsupported(_ found: String, at offset: Int? = nil) -> BinaryFileError {
        .unsupported(path: path, offset: offset ?? self.offset, found: found)
    }
}
