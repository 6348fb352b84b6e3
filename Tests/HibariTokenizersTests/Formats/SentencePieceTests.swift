import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// SentencePiece models against SentencePiece.
@Suite struct SentencePieceTests {
    static let names = ["unigram.model", "unigram-bytes.model", "bpe.model", "bpe-plain.model"]
    static let rinna = realData("tokenizers/rinna-ja/google_sp.model")

    let texts: [[UInt8]]

    init() throws { texts = try TokenizerFixtures.texts() }

    private func check(_ path: String, _ fixture: JSONValue?, _ name: String) throws {
        let tokenizer = try loadSentencePieceTokenizer(path: path)
        let expected = try #require(fixture?["ids"]?.array).map(\.ids)
        expectEqual(try texts.map { try tokenizer.encode($0) }, expected, for: texts, name)
        let decoded = try #require(fixture?["texts"]?.array).map { Array(($0.string ?? "").utf8) }
        expectEqual(expected.map { tokenizer.decode($0) }, decoded, for: texts, "decoding of \(name)")
    }

    @Test(arguments: names) func agrees(name: String) throws {
        try check(TokenizerFixtures.path(name), try TokenizerFixtures.json("ids.json")[name], name)
    }

    @Test(.enabled(if: rinna != nil, "tokenizers/rinna-ja is not in $HIBARI_DATA or ../shared/data"))
    func rinnaAgrees() throws {
        try check(try #require(Self.rinna), try TokenizerFixtures.json("rinna-ja.json"), "rinna-ja")
    }

    /// Written as tokenizer.json and read again, the ids stay the same, but for what that format cannot say.
    @Test(arguments: names) func survivesSaving(name: String) throws {
        let directory = TemporaryDirectory()
        let tokenizer = try loadSentencePieceTokenizer(path: TokenizerFixtures.path(name))
        try tokenizer.save(toDirectory: directory.path)
        let again = try loadTokenizer(directory: directory.path)
        #expect(again.tokenizerHash == tokenizer.tokenizerHash)
        #expect(again.vocabularySize == tokenizer.vocabularySize)
        let sentences = Array(texts.prefix(14))
        expectEqual(
            try sentences.map { try again.encode($0) }, try sentences.map { try tokenizer.encode($0) },
            for: sentences, name)
    }

    @Test func invalidTextIsRefusedWithItsOffset() throws {
        let tokenizer = try loadSentencePieceTokenizer(path: TokenizerFixtures.path("bpe.model"))
        #expect(throws: TokenizerError.invalidUTF8(offset: 2, byte: 0xFF)) {
            try tokenizer.encode([65, 66, 0xFF])
        }
    }
}
