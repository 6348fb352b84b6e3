import HibariSupport
import HibariTokenizers

/// Token files of other programs: nanoGPT's, which are 16-bit ids and nothing else, and llm.c's, whose header
/// tells the width. Neither says what tokenizer made them; ids that the tokenizer does not have are refused.
///
/// Source: nanoGPT, `data/openwebtext/prepare.py`; llm.c, `dev/data/data_common.py`.
public struct TokenFiles: Sendable {
    public let paths: [String]
    private let stretches: [MappedTokens.Stretch]

    /// Opens the files.
    ///
    /// - Throws: `DataError` for a file that cannot be read, or is cut off.
    init(paths: [String]) throws(DataError) {
        self.paths = paths
        var stretches: [MappedTokens.Stretch] = []
        for path in paths {
            let file = try withDataErrors { try MappedFile(path: path) }
            if let header = try LLMCHeader(of: file) {
                stretches.append(header.stretch(in: file))
            } else {
                stretches.append(try Self.bareTokens(in: file))
            }
        }
        self.stretches = stretches
    }

    private static func bareTokens(in file: MappedFile) throws(DataError) -> MappedTokens.Stretch {
        guard file.bytes.count % 2 == 0, !file.bytes.isEmpty else {
            throw .invalidShard(
                path: file.path, offset: file.bytes.count,
                problem: file.bytes.isEmpty
                    ? "the file is empty" : "the file ends in the middle of a 16-bit token")
        }
        return MappedTokens.Stretch(file: file, offset: 0, bytesPerToken: 2, count: file.bytes.count / 2)
    }

    /// The tokens, all of them checked, and what they stand for. Documents are counted by their end-of-text
    /// tokens; the hash is over the counts and the checksums of the blocks of all files.
    func tokens(of tokenizer: some Tokenizer) throws(DataError) -> (MappedTokens, CorpusSummary) {
        var summary = CorpusSummary()
        var hasher = SHA256()
        for stretch in stretches {
            let scan = try TokenScan(stretch, tokenizer: tokenizer)
            summary.documentCount += scan.endCount
            summary.byteCount += scan.byteCount
            hasher.update(littleEndian(UInt64(stretch.count)) + scan.checksums.flatMap(littleEndian))
        }
        summary.documentCount = max(1, summary.documentCount)
        summary.sha256 = hasher.digest().hex
        return (MappedTokens(stretches), summary)
    }
}

/// What llm.c writes before the tokens: 256 numbers of 32 bits, the first three a mark, a version and the
/// number of tokens.
private struct LLMCHeader {
    static let size = 1024

    let bytesPerToken: Int
    let tokenCount: Int

    /// nil for a file that does not begin with a mark of llm.c.
    init?(of file: MappedFile) throws(DataError) {
        func fail(_ offset: Int, _ problem: String) -> DataError {
            .invalidShard(path: file.path, offset: offset, problem: problem)
        }
        func number(_ index: Int) -> Int32 {
            Int32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
        }
        guard file.bytes.count >= 4 else { return nil }
        let version: Int32
        switch number(0) {
        case 20_240_520: (version, bytesPerToken) = (1, 2)  // GPT-2
        case 20_240_801: (version, bytesPerToken) = (7, 4)  // Llama 3
        default: return nil
        }
        guard file.bytes.count >= Self.size else {
            throw fail(file.bytes.count, "the file ends in llm.c's header of \(Self.size) bytes")
        }
        guard number(1) == version else {
            throw fail(4, "version \(number(1)) of llm.c's format; expected \(version)")
        }
        tokenCount = Int(number(2))
        guard tokenCount > 0 else { throw fail(8, "llm.c's header says \(tokenCount) tokens") }
        let size = Self.size + tokenCount * bytesPerToken
        guard file.bytes.count == size else {
            throw fail(
                min(size, file.bytes.count),
                "the file has \(file.bytes.count) bytes, llm.c's header says \(size); it is cut off or too long"
            )
        }
    }

    func stretch(in file: MappedFile) -> MappedTokens.Stretch {
        .init(file: file, offset: Self.size, bytesPerToken: bytesPerToken, count: tokenCount)
    }
}
