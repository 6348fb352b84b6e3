import HibariModels
import HibariNN
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Tokenizers written into llama.cpp files and read again.
@Suite struct GGUFVocabularyTests {
    /// The tokenizer of a file written with `tokenizer`, for a vocabulary of `padding` ids more.
    private func reread(_ tokenizer: any Tokenizer, padding: Int = 0) throws -> any Tokenizer {
        let configuration = try DecoderConfiguration(
            family: .llama, vocabularySize: tokenizer.vocabularySize + padding, contextLength: 8,
            layerCount: 1, hiddenSize: 8, headCount: 2)
        let model = try configuration.makeModel(ParameterScope(.initialize(seed: 1)))
        let type = try #require(ggufTypes.first { $0.name == "F32" })
        let folder = TemporaryDirectory()
        return try withExtendedLifetime(folder) {
            let path = joinPath(folder.path, "a.gguf")
            try writeGGUFModel(model, tokenizer, TextConventions(), as: type, name: "test", to: path)
            return try LoadedModel(path: path).tokenizer
        }
    }

    private let text = Array("It's 2024: the larks don't sing — 雲雀 ...\n\n  x".utf8)

    @Test func bytes() throws {
        let again = try reread(ByteTokenizer(), padding: 7)
        #expect(again.vocabularySize == 257 && again.endOfText == 256)
        #expect(try again.encode(text) == ByteTokenizer().encode(text))
    }

    @Test(arguments: [PreTokenizerPattern.gpt2, .smollm, .qwen2, .o200k])
    func trainedVocabulary(_ pattern: PreTokenizerPattern) throws {
        let learned = try BPETokenizer.train(
            on: Array(String(repeating: "the lark sings 2024 ", count: 9).utf8), vocabularySize: 280)
        let tokenizer = BPETokenizer(merges: learned.merges, pattern: pattern)
        let again = try reread(tokenizer, padding: 3)
        #expect(again.vocabularySize == tokenizer.vocabularySize)
        #expect(try again.encode(text) == tokenizer.encode(text))
        #expect(again.endOfText == tokenizer.endOfText)
    }

    @Test func charactersOfASCII() throws {
        let plain = try CharacterTokenizer.train(on: Array("a song,\n twice".utf8), addsEndOfText: true)
        let again = try reread(plain)
        #expect(again.kind == "characters" && again.vocabularySize == plain.vocabularySize)
        #expect(try again.encode("a song\n") == plain.encode("a song\n"))
        #expect(again.endOfText == plain.endOfText)
    }

    /// llama.cpp's `gpt2` kind would end texts at the character with id 11.
    @Test func charactersWithoutAnEndAreOfAKindWithoutOne() throws {
        let tokenizer = CharacterTokenizer(
            scalars: [0x00, 0x0A, 0x20, 0x41, 0x5C, 0x78, 0x7F].map { Unicode.Scalar(UInt8($0)) },
            addsEndOfText: false)
        let metadata = try GGUFVocabularyWriter(tokenizer).metadata(size: 7)
        #expect(metadata.first { $0.key == "tokenizer.ggml.model" }?.value.string == "rwkv")
        let words = try metadata.first { $0.key == "tokenizer.ggml.tokens" }?.value.array?.strings()
        #expect(
            words?.map { String(decoding: $0, as: UTF8.self) }
                == ["\\x00", "\\x0a", " ", "A", "\\x5c", "x", "\\x7f"])
        let again = try reread(tokenizer)
        #expect((again as? CharacterTokenizer)?.scalars == tokenizer.scalars)
        #expect(again.endOfText == nil)
    }

    @Test func whatLlamaCppDoesNotHaveIsNamed() throws {
        let japanese = try CharacterTokenizer.train(on: Array("雲雀".utf8))
        #expect(errorMessage { _ = try reread(japanese) }.contains("single characters beyond ASCII"))
        let cut = BPETokenizer(merges: [], pattern: .cl100k)
        #expect(errorMessage { _ = try reread(cut) }.contains("no name for the way it cuts text (cl100k)"))
    }
}
