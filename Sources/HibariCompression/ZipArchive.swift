import HibariSupport

/// The files in a ZIP archive, stored or deflated.
///
/// Sizes and places come from the central directory at the end, which alone is authoritative; ZIP64 sizes are
/// read. Encryption and archives in several parts are refused.
/// Source: PKWARE, APPNOTE.TXT 6.3.10.
package struct ZipArchive {
    /// A file in the archive.
    package struct Entry: Sendable {
        package let name: String
        /// Decompressed, in bytes.
        package let size: UInt64
        fileprivate let compressedSize: UInt64
        fileprivate let method: UInt16
        fileprivate let crc: UInt32
        fileprivate let headerOffset: UInt64
    }

    package let entries: [Entry]
    private let path: String
    private let bytes: UnsafeRawBufferPointer

    /// - Parameter bytes: the archive, which the caller keeps as long as this is used.
    package init(path: String, bytes: UnsafeRawBufferPointer) throws(BinaryFileError) {
        self.path = path
        self.bytes = bytes
        entries = try readDirectory(path, bytes)
    }

    /// The bytes of a file.
    ///
    /// - Parameter limit: the most bytes that are accepted.
    package func contents(of entry: Entry, limit: Int) throws(BinaryFileError) -> [UInt8] {
        let (reader, data) = try data(of: entry)
        let offset = Int(entry.headerOffset)
        if entry.size > UInt64(limit) {
            throw reader.unsupported("\(entry.name) of \(entry.size) bytes, more than \(limit),", at: offset)
        }
        let contents: [UInt8]
        switch entry.method {
        case 0: contents = Array(data)
        case 8:
            guard data.count <= UInt32.max else {
                throw reader.unsupported("\(entry.name) of \(data.count) compressed bytes", at: offset)
            }
            do throws(InflateError) {
                contents = try inflate(data, .none, limit: Int(entry.size))
            } catch {
                throw reader.invalid("damaged data of \(entry.name) (\(error))", at: offset)
            }
        default:
            throw reader.unsupported("\(entry.name) compressed by method \(entry.method)", at: offset)
        }
        guard contents.count == entry.size, contents.withUnsafeBytes({ crc32($0) }) == entry.crc else {
            throw reader.invalid("wrong size or checksum of \(entry.name)", at: offset)
        }
        return contents
    }

    /// Where the bytes of a file lie that is not compressed, counted from the start of the archive. Its checksum is
    /// for `verify` to compare.
    package func storedRange(of entry: Entry) throws(BinaryFileError) -> Range<Int> {
        let (reader, data) = try data(of: entry)
        guard entry.method == 0 else {
            throw reader.unsupported("\(entry.name), which is compressed,", at: Int(entry.headerOffset))
        }
        guard entry.size == data.count else {
            throw reader.invalid("two sizes of \(entry.name)", at: Int(entry.headerOffset))
        }
        return reader.offset - data.count..<reader.offset
    }

    /// Compares the bytes of a file that is not compressed with its checksum.
    package func verify(_ entry: Entry) throws(BinaryFileError) {
        let range = try storedRange(of: entry)
        guard crc32(UnsafeRawBufferPointer(rebasing: bytes[range])) == entry.crc else {
            throw .invalid(
                path: path, offset: range.lowerBound,
                problem: "data that do not match the checksum of \(entry.name)")
        }
    }

    /// The bytes of a file as they lie in the archive, and a reader that stands behind them.
    private func data(
        of entry: Entry
    ) throws(BinaryFileError) -> (reader: ByteReader, data: UnsafeRawBufferPointer) {
        let offset = Int(entry.headerOffset)
        var reader = ByteReader(path: path, bytes: bytes, offset: offset)
        guard try reader.integer("a file header", as: UInt32.self) == 0x0403_4B50 else {
            throw reader.invalid("no header of the file \(entry.name)", at: offset)
        }
        _ = try reader.bytes(22, "a file header")
        let nameLength = try reader.integer("a file header", as: UInt16.self)
        let extraLength = try reader.integer("a file header", as: UInt16.self)
        _ = try reader.bytes(UInt64(nameLength) + UInt64(extraLength), "a file header")
        let data = try reader.bytes(entry.compressedSize, "the file \(entry.name)")
        return (reader, data)
    }
}

/// The end record is searched from the back: a comment of up to 65535 bytes may follow it.
private func readDirectory(
    _ path: String, _ bytes: UnsafeRawBufferPointer
) throws(BinaryFileError) -> [ZipArchive.Entry] {
    var end = bytes.count - 22
    let first = max(0, end - 0xFFFF)
    while end >= first, bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self) != 0x0605_4B50 { end -= 1 }
    guard end >= first else {
        throw .invalid(path: path, offset: 0, problem: "no directory of a ZIP archive")
    }
    var reader = ByteReader(path: path, bytes: bytes, offset: end + 4)
    let parts = try reader.integer("the end record", as: UInt32.self)
    _ = try reader.integer("the end record", as: UInt16.self)
    var count = UInt64(try reader.integer("the end record", as: UInt16.self))
    _ = try reader.integer("the end record", as: UInt32.self)
    var start = UInt64(try reader.integer("the end record", as: UInt32.self))
    if parts != 0, parts != 0xFFFF_FFFF { throw reader.unsupported("an archive in several parts", at: end) }
    if count == 0xFFFF || start == 0xFFFF_FFFF { (count, start) = try readZip64End(path, bytes, before: end) }

    // Each entry takes 46 bytes at least: a count that cannot be true is not trusted with memory.
    guard start <= UInt64(end), count <= (UInt64(end) - start) / 46 else {
        throw .invalid(path: path, offset: end, problem: "a directory that does not fit")
    }
    reader = ByteReader(path: path, bytes: bytes, offset: Int(start))
    var entries: [ZipArchive.Entry] = []
    for _ in 0..<count { entries.append(try readEntry(&reader)) }
    return entries
}

private func readZip64End(
    _ path: String, _ bytes: UnsafeRawBufferPointer, before end: Int
) throws(BinaryFileError) -> (count: UInt64, start: UInt64) {
    let problem = BinaryFileError.invalid(path: path, offset: end, problem: "no ZIP64 end record")
    guard end >= 20 else { throw problem }
    var locator = ByteReader(path: path, bytes: bytes, offset: end - 20)
    guard try locator.integer("the ZIP64 locator", as: UInt32.self) == 0x0706_4B50 else { throw problem }
    _ = try locator.integer("the ZIP64 locator", as: UInt32.self)
    let offset = try locator.integer("the ZIP64 locator", as: UInt64.self)
    guard offset <= UInt64(end) else { throw problem }
    var reader = ByteReader(path: path, bytes: bytes, offset: Int(offset))
    guard try reader.integer("the ZIP64 end record", as: UInt32.self) == 0x0606_4B50 else { throw problem }
    _ = try reader.bytes(28, "the ZIP64 end record")
    let count = try reader.integer("the ZIP64 end record", as: UInt64.self)
    _ = try reader.integer("the ZIP64 end record", as: UInt64.self)
    return (count, try reader.integer("the ZIP64 end record", as: UInt64.self))
}

private func readEntry(_ reader: inout ByteReader) throws(BinaryFileError) -> ZipArchive.Entry {
    let what = "a directory entry"
    let begin = reader.offset
    guard try reader.integer(what, as: UInt32.self) == 0x0201_4B50 else {
        throw reader.invalid("no directory entry", at: begin)
    }
    _ = try reader.integer(what, as: UInt32.self)
    let flags = try reader.integer(what, as: UInt16.self)
    let method = try reader.integer(what, as: UInt16.self)
    _ = try reader.integer(what, as: UInt32.self)
    let crc = try reader.integer(what, as: UInt32.self)
    var compressedSize = UInt64(try reader.integer(what, as: UInt32.self))
    var size = UInt64(try reader.integer(what, as: UInt32.self))
    let nameLength = try reader.integer(what, as: UInt16.self)
    let extraLength = try reader.integer(what, as: UInt16.self)
    let commentLength = try reader.integer(what, as: UInt16.self)
    _ = try reader.bytes(8, what)
    var headerOffset = UInt64(try reader.integer(what, as: UInt32.self))
    let name = String(decoding: try reader.bytes(UInt64(nameLength), what), as: UTF8.self)
    let extra = try reader.bytes(UInt64(extraLength), what)
    _ = try reader.bytes(UInt64(commentLength), what)
    if flags & 1 != 0 { throw reader.unsupported("the encrypted file \(name)", at: begin) }

    // A ZIP64 field holds, in this order, just those numbers that do not fit their places above.
    var fields = ByteReader(path: reader.path, bytes: extra)
    while fields.remaining >= 4 {
        let kind = try fields.integer(what, as: UInt16.self)
        let length = try fields.integer(what, as: UInt16.self)
        guard Int(length) <= fields.remaining else { break }
        let field = try fields.bytes(UInt64(length), what)
        guard kind == 1 else { continue }
        var large = ByteReader(path: reader.path, bytes: field)
        if size == 0xFFFF_FFFF { size = try large.integer(what) }
        if compressedSize == 0xFFFF_FFFF { compressedSize = try large.integer(what) }
        if headerOffset == 0xFFFF_FFFF { headerOffset = try large.integer(what) }
    }
    guard headerOffset < UInt64(begin) else {
        throw reader.invalid("\(name) lies outside the file", at: begin)
    }
    return ZipArchive.Entry(
        name: name, size: size, compressedSize: compressedSize, method: method, crc: crc,
        headerOffset: headerOffset)
}
