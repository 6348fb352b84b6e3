import Glibc
import HibariData
import HibariSupport
import HibariTokenizers
import Testing

/// The path of a real file in `$HIBARI_DATA` or `../shared/data`, nil if it is not there.
private func realData(_ name: String) -> String? {
    let folder = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
    let path = joinPath(folder, name)
    return fileExists(path) ? path : nil
}

@Suite struct RealDataTests {
    private static let shakespeare = realData("text/en/tinyshakespeare.txt")
    private static let aozora = realData("text/ja/aozora_5mb.txt")
    private static let novels = realData("text/en/gutenberg13.txt.gz")

    /// The numbers that nanoGPT's `data/shakespeare_char/prepare.py` prints.
    @Test(.enabled(if: shakespeare != nil, "tinyshakespeare.txt is not in $HIBARI_DATA or ../shared/data"))
    func tinyShakespeareIsThatOfNanoGPT() throws {
        let reader = try CorpusReader(paths: [try #require(Self.shakespeare)])
        let tokenizer = try CharacterTokenizer.train(reading: reader)
        #expect(tokenizer.vocabularySize == 65)
        let corpus = try TokenizedCorpus(reading: reader, tokenizer: tokenizer)
        #expect(corpus.count == 1_115_394)
        #expect(corpus.byteCount(of: 0..<corpus.count) == 1_115_394)
        let (training, validation) = try corpus.split(validationFraction: 0.1)
        #expect(training.count == 1_003_854)
        #expect(validation.count == 111_540)
        // "First Citizen"
        #expect((0..<13).map { training[$0] } == [18, 47, 56, 57, 58, 1, 15, 47, 58, 47, 64, 43, 52])
    }

    @Test(.enabled(if: aozora != nil, "aozora_5mb.txt is not in $HIBARI_DATA or ../shared/data"))
    func japaneseWorksAreDocuments() throws {
        let path = try #require(Self.aozora)
        let corpus = try TokenizedCorpus(reading: CorpusReader(paths: [path]), tokenizer: ByteTokenizer())
        #expect(corpus.summary.documentCount == 211)
        #expect(corpus.count == corpus.summary.byteCount + 211)
        #expect(corpus.byteCount(of: 0..<corpus.count) == corpus.summary.byteCount)
    }

    @Test(.enabled(if: novels != nil, "gutenberg13.txt.gz is not in $HIBARI_DATA or ../shared/data"))
    func compressedNovels() throws {
        let summary = try CorpusReader(paths: [try #require(Self.novels)]).forEachDocument { _ in }
        #expect(summary.documentCount == 13)
        // Each novel is followed by two line breaks, the marker and one more line break.
        #expect(14_967_708 - summary.byteCount == 13 * "\n\n<|endoftext|>\n".utf8.count)
    }
}
