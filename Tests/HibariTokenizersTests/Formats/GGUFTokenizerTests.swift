import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Vocabularies in GGUF files: GPT-2's against llama.cpp's test strings, and small ones made here.
@Suite struct GGUFTokenizerTests {
    static let gpt2 = realData("tokenizers/llama.cpp/ggml-vocab-gpt-2.gguf")

    @Test(.enabled(if: gpt2 != nil, "tokenizers/llama.cpp is not in $HIBARI_DATA or ../shared/data"))
    func agreesOnTheStringsOfLlamaCpp() throws {
        let path = try #require(Self.gpt2)
        let tokenizer = try loadGGUFTokenizer(path: path)
        #expect(tokenizer.vocabularySize == 50257)
        #expect(tokenizer.endOfText == 50256)
        let strings = String(decoding: try readFile(path + ".inp"), as: UTF8.self)
            .split(separator: "\n__ggml_vocab_test__\n", omittingEmptySubsequences: false)
        let expected = String(decoding: try readFile(path + ".out"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.split(separator: " ").compactMap { Int32($0) } }
        let texts = strings.prefix(47).map { Array($0.utf8) }
        #expect(texts.count == 47)
        expectEqual(
            try texts.map { try tokenizer.encode($0) }, Array(expected.prefix(47)), for: texts, "gpt-2")
        #expect(texts.allSatisfy { (try? tokenizer.encode($0)).map { tokenizer.decode($0) } == $0 })
    }

    /// A vocabulary by scores, as llama.cpp's `llama`.
    static func scored(_ change: (inout GGUFBuilder) -> Void = { _ in }) -> [UInt8] {
        let words = ["▁", "a", "b", "ab", "▁a", "abab", "雲", "▁ab"]
        let names = ["<unk>", "<s>", "</s>"] + (0..<256).map(byteName) + words
        var builder = GGUFBuilder()
        builder.add("tokenizer.ggml.model", .string("llama"))
        builder.add("tokenizer.ggml.tokens", .strings(names))
        builder.add("tokenizer.ggml.scores", .floats(names.indices.map { -Float($0) }))
        builder.add(
            "tokenizer.ggml.token_type",
            .int32s(
                [2, 3, 3] + [Int32](repeating: 6, count: 256) + [Int32](repeating: 1, count: words.count)))
        builder.add("tokenizer.ggml.eos_token_id", .uint32(2))
        change(&builder)
        return builder.bytes
    }

    @Test func vocabularyByScores() throws {
        let directory = TemporaryDirectory()
        let tokenizer = try loadGGUFTokenizer(path: try directory.write("v.gguf", Self.scored()))
        // ▁a comes before ab in the text, but is worth less.
        #expect(try tokenizer.encode("abab 雲é") == [259, 264, 259, 265, 3 + 0xC3, 3 + 0xA9])
        #expect(tokenizer.endOfText == 2)
        for text in ["", " a", "abab 雲雀\n", "<s>"] {
            #expect(tokenizer.decode(try tokenizer.encode(text)) == Array(text.utf8))
        }
        try tokenizer.save(toDirectory: directory.path)
        let again = try loadTokenizer(directory: directory.path)
        #expect(try again.encode("abab 雲é ab") == tokenizer.encode("abab 雲é ab"))
    }

    @Test(arguments: ["gpt-2", "smollm", "llama-bpe", "qwen2", "gpt-4o", "default"])
    func preTokenizerByName(name: String) throws {
        let directory = TemporaryDirectory()
        let path = try directory.write("v.gguf", GGUFBuilder.byteLevel(pre: name))
        let tokenizer = try loadGGUFTokenizer(path: path)
        let text = Array("it's 2024,\n\n  雲雀 don't! 12345 ...\t x".utf8)
        #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
        #expect(try tokenizer.encode(text).count < text.count)
    }

    @Test func whatIsNotKnownIsNamed() throws {
        let directory = TemporaryDirectory()
        func message(_ bytes: [UInt8]) throws -> String {
            let path = try directory.write("v.gguf", bytes)
            return #expect(throws: TokenizerError.self) { try loadGGUFTokenizer(path: path) }?.description
                ?? ""
        }
        #expect(
            try message(GGUFBuilder.byteLevel(pre: "unheard-of")).contains(
                "tokenizer.ggml.pre is \"unheard-of\""))
        #expect(
            try message(Self.scored { $0["tokenizer.ggml.model"] = .string("rwkv") }).contains("\"rwkv\""))
        #expect(try message(Self.scored { $0["tokenizer.ggml.scores"] = nil }).contains("scores is missing"))
        #expect(
            try message(Self.scored { $0["tokenizer.ggml.scores"] = .floats([1]) }).contains("1 elements"))
        #expect(
            try message(Self.scored { $0["tokenizer.ggml.tokens"] = .strings(["a", "a"]) }).contains(
                "second time"))
        #expect(
            try message(Self.scored { $0["tokenizer.ggml.token_type"] = .int32s([9]) }).contains("token_type")
        )
        #expect(
            try message(Self.scored { $0["tokenizer.ggml.eos_token_id"] = .uint32(999) }).contains(
                "eos_token_id"))
        #expect(try message(GGUFBuilder().bytes).contains("has no tokenizer"))
    }
}
