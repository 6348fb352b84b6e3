import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// GPT-2's own files, and the ids that other programs give.
@Suite struct RealTokenizerTests {
    private static let json = realData("tokenizers/gpt2/tokenizer.json")
    private static let merges = realData("tokenizers/gpt2/vocab.bpe")
    private static let strings = realData("tokenizers/llama.cpp/ggml-vocab-gpt-2.gguf.inp")
    private static let shakespeare = realData("text/en/tinyshakespeare.txt")
    private static let aozora = realData("text/ja/aozora_5mb.txt")
    private static let isHere =
        json != nil && merges != nil && strings != nil && shakespeare != nil && aozora != nil

    private func gpt2() throws -> BPETokenizer {
        try #require(try loadTokenizer(path: Self.json ?? "") as? BPETokenizer)
    }

    @Test(.enabled(if: isHere, "the tokenizers are not in $HIBARI_DATA or ../shared/data"))
    func stringsOfLlamaCpp() throws {
        let path = try #require(Self.strings)
        let tokenizer = try gpt2()
        let inputs = String(decoding: try readFile(path), as: UTF8.self)
            .split(separator: "\n__ggml_vocab_test__\n", omittingEmptySubsequences: false)
        let outputs = String(decoding: try readFile(path.dropLast(4) + ".out"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(inputs.count >= 47)
        for (input, output) in zip(inputs, outputs) {
            let ids = try tokenizer.encode(String(input))
            #expect(ids == output.split(separator: " ").compactMap { Int32($0) }, "\(input.debugDescription)")
        }
    }

    /// The numbers of nanoGPT's `data/shakespeare/prepare.py`, which cuts after 90 % of the characters.
    @Test(.enabled(if: isHere, "the tokenizers are not in $HIBARI_DATA or ../shared/data"))
    func tinyShakespeare() throws {
        let text = try readFile(try #require(Self.shakespeare))
        let tokenizer = try gpt2()
        let cut = text.count * 9 / 10
        let training = try tokenizer.encode(Array(text[..<cut]))
        #expect(training.count == 301_966)
        #expect(try tokenizer.encode(Array(text[cut...])).count == 36_059)
        let isSame = tokenizer.decode(training) == Array(text[..<cut])
        #expect(isSame)
    }

    @Test(.enabled(if: isHere, "the tokenizers are not in $HIBARI_DATA or ../shared/data"))
    func allFilesAreTheSameTokenizer() throws {
        let text =
            try readFile(try #require(Self.shakespeare)).prefix(300_000)
            + readFile(try #require(Self.aozora)).prefix(300_000)
        let tokenizer = try gpt2()
        #expect(tokenizer.vocabularySize == 50257)
        #expect(tokenizer.endOfText == 50256)
        let ids = try tokenizer.encode(Array(text))
        let folder = TemporaryDirectory()
        for name in ["encoder.json", "vocab.bpe"] {
            try folder.write(name, try readFile(splitPath(try #require(Self.json)).directory + "/" + name))
        }
        let fromFiles = try #require(try loadTokenizer(directory: folder.path) as? BPETokenizer)
        let ranks = try folder.write("gpt2.tiktoken", try TiktokenFormat.bytes(of: tokenizer))
        let fromRanks = try TiktokenFormat.load(path: ranks, pattern: .pattern(.gpt2))
        try tokenizer.save(toDirectory: folder.path)
        let again = try loadTokenizer(directory: folder.path)
        try fromRanks.save(toDirectory: folder.path)
        let fromRanksAsJSON = try loadTokenizer(directory: folder.path)
        #expect(again.tokenizerHash == tokenizer.tokenizerHash)
        #expect(fromFiles.tokenizerHash == tokenizer.tokenizerHash)
        #expect(fromRanks.merges.count > 50_000)
        for other in [fromFiles, fromRanks, again, fromRanksAsJSON] as [any Tokenizer] {
            #expect(other.vocabularySize == 50257 && other.endOfText == 50256)
            let isSame = try other.encode(Array(text)) == ids
            #expect(isSame)
        }
        let isSame = tokenizer.decode(ids) == Array(text)
        #expect(isSame)
    }
}
