import HibariSupport
import HibariTokenizers

/// Writes tokens into the shards of a folder.
struct TokenShardWriter {
    /// What corpus.json says about a shard.
    struct Entry {
        let name: String
        let header: TokenShardHeader
    }

    private(set) var entries: [Entry] = []
    private let folder: String
    private let vocabularySize: Int
    private let tokenizerHash: [UInt8]
    private let byteLengths: [Int32]
    private let shardSize: Int
    // The shard under way.
    private var tokens: TokenArray
    private var byteCount = 0
    private var documentStarts: [Int] = []

    /// - Parameter shardSize: a shard ends with the first tokens that bring it to this many bytes.
    init(folder: String, tokenizer: some Tokenizer, shardSize: Int) {
        self.folder = folder
        self.shardSize = shardSize
        vocabularySize = tokenizer.vocabularySize
        tokenizerHash = bytes(ofHexadecimal: tokenizer.tokenizerHash)
        byteLengths = tokenizer.byteLengths
        tokens = TokenArray(vocabularySize: vocabularySize)
    }

    mutating func append(_ ids: ArraySlice<Int32>, beginsDocument: Bool) throws(DataError) {
        if beginsDocument { documentStarts.append(tokens.count) }
        tokens.append(ids)
        for id in ids { byteCount += Int(byteLengths[Int(id)]) }
        if tokens.count * tokens.bytesPerToken >= shardSize { try finishShard() }
    }

    /// Writes what is left.
    mutating func finish() throws(DataError) {
        if tokens.count > 0 { try finishShard() }
    }

    private mutating func finishShard() throws(DataError) {
        let digits = String(entries.count)
        let name = "shard-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".tokens"
        let padding = -tokens.count * tokens.bytesPerToken & 7
        let table =
            [UInt8](repeating: 0, count: padding) + documentStarts.flatMap { littleEndian(UInt64($0)) }
            + blockChecksums().flatMap(littleEndian)
        let header = TokenShardHeader(
            tokenizerHash: tokenizerHash, bytesPerToken: tokens.bytesPerToken, tokenCount: tokens.count,
            byteCount: byteCount, documentCount: documentStarts.count, tableChecksum: crc32(of: table))
        try withDataErrors {
            try writeFileAtomically(joinPath(folder, name)) { file in
                try file.write(header.bytes)
                try tokens.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
                try file.write(table)
            }
        }
        entries.append(Entry(name: name, header: header))
        tokens = TokenArray(vocabularySize: vocabularySize)
        byteCount = 0
        documentStarts = []
    }

    private func blockChecksums() -> [UInt32] {
        var checksums: [UInt32] = []
        tokens.withBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: TokenShardHeader.blockSize) {
                let end = min(bytes.count, start + TokenShardHeader.blockSize)
                checksums.append(crc32(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            }
        }
        return checksums
    }
}

/// The bytes that pairs of hexadecimal digits stand for.
func bytes(ofHexadecimal digits: String) -> [UInt8] {
    let digits = digits.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
