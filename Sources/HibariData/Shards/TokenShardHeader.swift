import HibariSupport

/// The first 128 bytes of a token shard; Docs/formats.md has the whole layout.
struct TokenShardHeader: Equatable {
    static let size = 128
    static let magic = Array("HIBARITK".utf8)
    static let version: UInt32 = 1
    /// The tokens that share a checksum, in bytes.
    static let blockSize = 1 << 20

    /// SHA-256 of the tokenizer's file.
    var tokenizerHash: [UInt8]
    /// 2 or 4.
    var bytesPerToken: Int
    var tokenCount: Int
    /// The text that the tokens stand for.
    var byteCount: Int
    /// The documents that begin in this shard.
    var documentCount: Int
    /// Of everything behind the tokens: zeros up to a multiple of eight bytes, where documents begin, the
    /// checksums of the blocks of tokens.
    var tableChecksum: UInt32

    var tokenBytes: Int { tokenCount * bytesPerToken }
    /// Where the table of documents begins.
    var tableOffset: Int { Self.size + (tokenBytes + 7) / 8 * 8 }
    var blockCount: Int { (tokenBytes + Self.blockSize - 1) / Self.blockSize }
    var fileSize: Int { tableOffset + 8 * documentCount + 4 * blockCount }

    /// The checksum of the other bytes of the header, and through them of the whole file.
    var checksum: UInt32 { crc32(of: Array(unsignedBytes)) }

    var bytes: [UInt8] { unsignedBytes + littleEndian(checksum) }

    private var unsignedBytes: [UInt8] {
        var bytes = Self.magic + littleEndian(Self.version) + littleEndian(UInt32(bytesPerToken))
        bytes += tokenizerHash
        for count in [tokenCount, byteCount, documentCount, Self.blockSize] {
            bytes += littleEndian(UInt64(count))
        }
        bytes += [UInt8](repeating: 0, count: Self.size - 8 - bytes.count)
        return bytes + littleEndian(tableChecksum)
    }

    init(
        tokenizerHash: [UInt8], bytesPerToken: Int, tokenCount: Int, byteCount: Int, documentCount: Int,
        tableChecksum: UInt32
    ) {
        self.tokenizerHash = tokenizerHash
        self.bytesPerToken = bytesPerToken
        self.tokenCount = tokenCount
        self.byteCount = byteCount
        self.documentCount = documentCount
        self.tableChecksum = tableChecksum
    }

    /// Reads the header of a file.
    ///
    /// - Throws: `DataError.invalidShard` with the place of what is wrong, also of a size that does not fit.
    init(of file: MappedFile) throws(DataError) {
        func fail(_ offset: Int, _ problem: String) -> DataError {
            .invalidShard(path: file.path, offset: offset, problem: problem)
        }
        let bytes = file.bytes
        guard bytes.count >= Self.size else {
            throw fail(bytes.count, "the file ends in the header of \(Self.size) bytes")
        }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        func count(_ offset: Int) -> Int? {
            Int(exactly: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        guard Array(bytes[..<8]) == Self.magic else { throw fail(0, "no token shard begins like this") }
        guard word(8) == Self.version else {
            throw fail(8, "version \(word(8)); this program reads version \(Self.version)")
        }
        guard crc32(of: Array(bytes[..<124])) == word(124) else {
            throw fail(124, "the header does not have its checksum")
        }
        guard [2, 4].contains(word(12)) else { throw fail(12, "\(word(12)) bytes per token") }
        // Products of counts below 2⁴⁸ stay in range.
        func size(_ offset: Int, _ what: String) throws(DataError) -> Int {
            guard let value = count(offset), value < 1 << 48 else { throw fail(offset, "too many \(what)") }
            return value
        }
        self.init(
            tokenizerHash: Array(bytes[16..<48]), bytesPerToken: Int(word(12)),
            tokenCount: try size(48, "tokens"), byteCount: try size(56, "bytes"),
            documentCount: try size(64, "documents"), tableChecksum: word(120))
        guard count(72) == Self.blockSize else { throw fail(72, "unknown size of blocks") }
        guard bytes.count == fileSize else {
            throw fail(
                min(bytes.count, fileSize),
                "the file has \(bytes.count) bytes, its header says \(fileSize); it is cut off or longer than it was"
            )
        }
    }
}

/// The bytes of a number, lowest first.
func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
