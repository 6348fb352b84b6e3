import HibariSupport
import HibariTokenizers

/// Tokenises a corpus once into a folder that `CorpusInput` opens.
public struct CorpusPreparation {
    public let summary: CorpusSummary
    public let tokenCount: Int
    public let shardCount: Int
    public let bytesPerToken: Int

    /// Writes the folder, which appears whole or not at all: the shards, corpus.json, and the tokenizer's two
    /// files, so that the folder serves as tokenizer too.
    ///
    /// The bytes written do not depend on the number of threads.
    /// - Parameters:
    ///   - folder: must not exist.
    ///   - shardSize: how many bytes of tokens a shard takes, about; that much is held in memory.
    ///   - progress: called with the bytes of text so far.
    /// - Throws: `DataError` for text that cannot be read or encoded; `FileError` for a folder that is there
    ///   or cannot be written.
    public init(
        _ reader: CorpusReader, tokenizer: some Tokenizer, to folder: String, shardSize: Int = 1 << 27,
        progress: (Int) -> Void = { _ in }
    ) throws {
        precondition(shardSize > 0, "CorpusPreparation: shard size \(shardSize); expected 1 or more")
        var summary = CorpusSummary()
        var entries: [TokenShardWriter.Entry] = []
        try writeDirectoryAtomically(folder) { temporary in
            var writer = TokenShardWriter(folder: temporary, tokenizer: tokenizer, shardSize: shardSize)
            var encoder = CorpusEncoder(tokenizer)
            summary = try encoder.encode(reader, progress: progress) { (ids, begins) throws(DataError) in
                try writer.append(ids, beginsDocument: begins)
            }
            try writer.finish()
            entries = writer.entries
            try tokenizer.save(toDirectory: temporary)
            try writeFileAtomically(
                joinPath(temporary, TokenShardFolder.manifestName),
                Self.manifest(summary, entries, tokenizer).bytes(pretty: true) + [UInt8(ascii: "\n")])
        }
        self.summary = summary
        tokenCount = entries.reduce(0) { $0 + $1.header.tokenCount }
        shardCount = entries.count
        bytesPerToken = TokenArray(vocabularySize: tokenizer.vocabularySize).bytesPerToken
    }

    private static func manifest(
        _ summary: CorpusSummary, _ entries: [TokenShardWriter.Entry], _ tokenizer: some Tokenizer
    ) -> JSONValue {
        [
            "format": .string(TokenShardFolder.format), "version": .integer(TokenShardFolder.version),
            "tokenizer": .string(tokenizer.kind), "tokenizer_sha256": .string(tokenizer.tokenizerHash),
            "vocabulary_size": .integer(tokenizer.vocabularySize),
            "tokens": .integer(entries.reduce(0) { $0 + $1.header.tokenCount }),
            "documents": .integer(summary.documentCount), "bytes": .integer(summary.byteCount),
            "sha256": .string(summary.sha256),
            "shards": .array(
                entries.map {
                    [
                        "file": .string($0.name), "tokens": .integer($0.header.tokenCount),
                        "crc32": .string(hexadecimal($0.header.checksum)),
                    ]
                }),
        ]
    }
}
