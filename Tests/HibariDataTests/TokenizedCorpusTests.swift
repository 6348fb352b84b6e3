import HibariData
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct TokenizedCorpusTests {
    let directory = TemporaryDirectory()

    private func corpus(_ text: String, _ tokenizer: some Tokenizer = ByteTokenizer()) throws
        -> TokenizedCorpus
    {
        let path = try directory.write("a.txt", text)
        return try TokenizedCorpus(reading: CorpusReader(paths: [path]), tokenizer: tokenizer)
    }

    private func tokens(_ slice: TokenSlice) -> [Int32] { (0..<slice.count).map { slice[$0] } }

    @Test func singleDocumentHasNoEnd() throws {
        #expect(tokens(try corpus("ab").all) == [97, 98])
    }

    @Test func everyOneOfSeveralDocumentsIsEnded() throws {
        let corpus = try corpus("a<|endoftext|>bc<|endoftext|>d")
        #expect(tokens(corpus.all) == [97, 256, 98, 99, 256, 100, 256])
        #expect(corpus.summary.documentCount == 3)
        #expect(corpus.summary.byteCount == 4)
    }

    @Test func byteCounts() throws {
        let text = "雲a<|endoftext|>é"
        let tokenizer = try CharacterTokenizer.train(on: Array("aé雲".utf8), addsEndOfText: true)
        let corpus = try corpus(text, tokenizer)
        #expect(tokens(corpus.all) == [2, 0, 3, 1, 3])
        #expect(corpus.byteCount(of: 0..<5) == 6)
        #expect((0..<5).map { corpus.byteCount(of: $0..<$0 + 1) } == [3, 1, 0, 2, 0])
        #expect(corpus.byteCount(of: 2..<2) == 0)
    }

    @Test func severalDocumentsNeedAnEnd() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("ab".utf8))
        let error = #expect(throws: DataError.self) { try corpus("a<|endoftext|>b", tokenizer) }
        #expect(error == .noEndOfText(kind: "characters"))
    }

    @Test func offsetOfAnErrorCountsFromTheFile() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("ab".utf8), addsEndOfText: true)
        let error = #expect(throws: DataError.self) { try corpus("a\n<|endoftext|>\nabc", tokenizer) }
        let path = directory.path + "/a.txt"
        #expect(error == .cannotEncode(path: path, line: nil, .unknownCharacter("c", offset: 18)))
        #expect(error?.description.hasPrefix(path + ": character \"c\" (U+0063) at byte offset 18") == true)
    }

    @Test func charactersOfACorpus() throws {
        let one = try CorpusReader(paths: [try directory.write("one.txt", "ba")])
        let several = try CorpusReader(paths: [
            try directory.write("two.jsonl", "{\"text\":\"b\"}\n{\"text\":\"é\"}")
        ])
        #expect(try CharacterTokenizer.train(reading: one).vocabularySize == 2)
        #expect(try CharacterTokenizer.train(reading: one, addsEndOfText: true).endOfText == 2)
        let tokenizer = try CharacterTokenizer.train(reading: several)
        #expect(tokenizer.scalars == ["b", "é"])
        #expect(tokenizer.endOfText == 2)
        #expect(try CharacterTokenizer.train(reading: several, addsEndOfText: false).endOfText == nil)
    }

    @Test func bytePairsOfACorpus() throws {
        let path = try directory.write("two.jsonl", "{\"text\":\"abab\"}\n{\"text\":\"cd ab\"}")
        let reader = try CorpusReader(paths: [path])
        let tokenizer = try BPETokenizer.train(reading: reader, vocabularySize: 1000).tokenizer
        #expect(tokenizer.merges == [TokenPair(97, 98)])
        let corpus = try TokenizedCorpus(reading: reader, tokenizer: tokenizer)
        #expect(tokens(corpus.all) == [256, 256, 257, 99, 100, 32, 256, 257])
        #expect(corpus.byteCount(of: 0..<corpus.count) == 9)
        let error = #expect(throws: DataError.self) {
            try BPETokenizer.train(reading: reader, vocabularySize: 256)
        }
        #expect(error == .tokenizer(.vocabularyTooSmall(size: 256, minimum: 257)))
        #expect(error?.exitStatus == .usage)
    }

    /// Threads share long documents; the ids are those of the whole.
    @Test func longDocumentsAreEncodedInParts() throws {
        var random = RandomStream(seed: 3, purpose: .testing)
        let words = ["lark", " sings", "\n", "\n\n", "雲雀", "。\n", "　歌", "'s", " 12", "/", ", ", "\r\n "]
        let long = (0..<400_000).map { _ in words[random.index(below: words.count)] }.joined()
        let text = long + "<|endoftext|>short<|endoftext|>" + long + "x"
        let trained = try BPETokenizer.train(on: Array(long.utf8.prefix(100_000)), vocabularySize: 400)
        let patterns = PreTokenizerPattern.allCases.map { BPETokenizer(merges: trained.merges, pattern: $0) }
        let characters = try CharacterTokenizer.train(on: Array(text.utf8), addsEndOfText: true)
        for tokenizer in patterns + [ByteTokenizer(), characters] as [any Tokenizer] {
            #expect(tokenizer.encodesInParts)
            let end = Int32(try #require(tokenizer.endOfText))
            let documents = try CorpusReader(paths: [try directory.write("a.txt", text)]).documents()
            #expect(documents.count == 3)
            let expected = try documents.flatMap { try tokenizer.encode($0.bytes) + [end] }
            let found = tokens(try corpus(text, tokenizer).all)
            let isSame = found == expected
            #expect(isSame, "\(tokenizer.kind)")
        }
    }

    @Test func invalidTextIsLocatedInItsFile() throws {
        let path = try directory.write("a.txt", Array("a<|endoftext|>b".utf8) + [0xFF])
        let reader = try CorpusReader(paths: [path])
        #expect(throws: DataError.cannotEncode(path: path, line: nil, .invalidUTF8(offset: 15, byte: 0xFF))) {
            try CharacterTokenizer.train(reading: reader)
        }
    }

    @Test(arguments: [(0.1, 9), (0.25, 7), (0, 10), (0.99, 0)]) func split(fraction: Double, count: Int)
        throws
    {
        let corpus = try corpus("0123456789")
        let (training, validation) = try corpus.split(validationFraction: fraction)
        #expect(training.range == 0..<count)
        #expect(validation.range == count..<10)
        #expect(tokens(training) + tokens(validation) == tokens(corpus.all))
    }

    @Test(arguments: [-0.1, 1, 2, .nan]) func fractionOutsideItsRange(fraction: Double) throws {
        let corpus = try corpus("0123456789")
        let error = #expect(throws: DataError.self) { try corpus.split(validationFraction: fraction) }
        #expect(error?.exitStatus == .usage)
    }

    /// One 16-bit word per token as long as the largest id fits, and the same ids either way.
    @Test func storageFollowsTheVocabulary() throws {
        #expect(TokenArray(vocabularySize: 65_536).bytesPerToken == 2)
        #expect(TokenArray(vocabularySize: 65_537).bytesPerToken == 4)
        let scalars = (0x1_0000..<0x2_0001).compactMap { Unicode.Scalar(UInt32($0)) }
        let tokenizer = CharacterTokenizer(scalars: scalars, addsEndOfText: false)
        let corpus = try corpus("\u{10000}\u{20000}\u{1F426}", tokenizer)
        #expect(corpus.tokens.bytesPerToken == 4)
        #expect(tokens(corpus.all) == [0, 65_536, 0xF426])
        #expect(corpus.byteCount(of: 0..<3) == 12)
    }
}
