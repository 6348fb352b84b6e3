import HibariSupport
import HibariTokenizers

/// A corpus that was tokenised once: corpus.json and the shards that it lists.
public struct TokenShardFolder: Sendable {
    static let manifestName = "corpus.json"
    static let format = "hibari-tokens"
    static let version = 1

    public let path: String
    /// Of the text that the tokens were made from.
    public let summary: CorpusSummary
    /// SHA-256 of the tokenizer's file, in hexadecimal.
    public let tokenizerHash: String
    public let tokenCount: Int
    private let shards: [(name: String, tokens: Int, checksum: String)]

    /// Whether `path` is such a folder, good or damaged.
    static func isFolder(_ path: String) -> Bool {
        fileExists(joinPath(path, manifestName)) && directoryExists(path)
    }

    /// Reads corpus.json.
    ///
    /// - Throws: `DataError` if it is not there or not as it should be.
    public init(path: String) throws(DataError) {
        self.path = path
        let file = joinPath(path, Self.manifestName)
        let manifest = try withDataErrors { try JSONValue(contentsOf: file) }
        func fail(_ problem: String) -> DataError { .invalidShard(path: file, offset: nil, problem: problem) }
        func number(_ key: String, in value: JSONValue) throws(DataError) -> Int {
            guard let number = value[key]?.int, number >= 0 else {
                throw fail("\(key) is missing or no count")
            }
            return number
        }
        func text(_ key: String, in value: JSONValue) throws(DataError) -> String {
            guard let text = value[key]?.string else { throw fail("\(key) is missing or no string") }
            return text
        }
        guard manifest["format"]?.string == Self.format else {
            throw fail("the key format is not \(Self.format), so this is no folder of hibari corpus prepare")
        }
        guard manifest["version"]?.int == Self.version else {
            throw fail("this program reads version \(Self.version)")
        }
        summary = CorpusSummary(
            documentCount: try number("documents", in: manifest),
            byteCount: try number("bytes", in: manifest),
            sha256: try text("sha256", in: manifest))
        tokenizerHash = try text("tokenizer_sha256", in: manifest)
        let count = try number("tokens", in: manifest)
        tokenCount = count
        guard let list = manifest["shards"]?.array else { throw fail("shards is missing or no list") }
        var shards: [(name: String, tokens: Int, checksum: String)] = []
        for entry in list {
            let name = try text("file", in: entry)
            guard splitPath(name) == (".", name) else {
                throw fail("the shard \(quoted(name)) is not in the folder")
            }
            shards.append((name, try number("tokens", in: entry), try text("crc32", in: entry)))
        }
        let sum = shards.reduce((partialValue: 0, overflow: false)) { sum, shard in
            let next = sum.partialValue.addingReportingOverflow(shard.tokens)
            return (next.partialValue, sum.overflow || next.overflow)
        }
        guard !sum.overflow, sum.partialValue == count else {
            throw fail("the tokens of the shards do not add up to \(count)")
        }
        self.shards = shards
    }

    /// The tokens, all of them checked; they stay in the files.
    ///
    /// - Throws: `DataError` for another tokenizer, or with the file and the place of any damage.
    func tokens(of tokenizer: some Tokenizer) throws(DataError) -> MappedTokens {
        let hash = tokenizer.tokenizerHash
        guard hash == tokenizerHash else {
            throw .otherTokenizer(path: path, expected: tokenizerHash, got: hash, folder: path)
        }
        var stretches: [MappedTokens.Stretch] = []
        for shard in shards {
            let file = try withDataErrors { try MappedFile(path: joinPath(path, shard.name)) }
            let header = try TokenShardHeader(of: file)
            guard header.tokenCount == shard.tokens, hexadecimal(header.checksum) == shard.checksum else {
                throw .invalidShard(
                    path: file.path, offset: TokenShardHeader.size - 4,
                    problem: "this is not the shard that \(Self.manifestName) lists")
            }
            guard header.tokenizerHash == bytes(ofHexadecimal: hash) else {
                throw .otherTokenizer(
                    path: file.path, expected: hexadecimal(header.tokenizerHash), got: hash, folder: path)
            }
            stretches.append(try checkedTokens(of: file, header, tokenizer))
        }
        return MappedTokens(stretches)
    }

    private func checkedTokens(
        of file: MappedFile, _ header: TokenShardHeader, _ tokenizer: some Tokenizer
    ) throws(DataError) -> MappedTokens.Stretch {
        func fail(_ offset: Int, _ problem: String) -> DataError {
            .invalidShard(path: file.path, offset: offset, problem: problem)
        }
        let tokenEnd = TokenShardHeader.size + header.tokenBytes
        let table = UnsafeRawBufferPointer(rebasing: file.bytes[tokenEnd...])
        guard crc32(of: table) == header.tableChecksum else {
            throw fail(tokenEnd, "the tables behind the tokens do not have their checksum")
        }
        let stretch = MappedTokens.Stretch(
            file: file, offset: TokenShardHeader.size, bytesPerToken: header.bytesPerToken,
            count: header.tokenCount)
        let scan = try TokenScan(stretch, tokenizer: tokenizer)
        for (block, checksum) in scan.checksums.enumerated() {
            let place = header.tableOffset + 8 * header.documentCount + 4 * block
            if Array(file.bytes[place..<place + 4]) == littleEndian(checksum) { continue }
            let start = stretch.offset + block * TokenShardHeader.blockSize
            let end = min(tokenEnd, start + TokenShardHeader.blockSize)
            throw fail(start, "the tokens up to byte \(end) do not have their checksum")
        }
        guard scan.byteCount == header.byteCount else {
            throw fail(
                56, "the tokens stand for \(scan.byteCount) bytes, the header says \(header.byteCount)")
        }
        return stretch
    }
}

/// Bytes in hexadecimal, lower case.
private func hexadecimal(_ bytes: [UInt8]) -> String { bytes.map { hexadecimal($0) }.joined() }
