import HibariSupport
import Testing

/// The commands that look at tokenizers, with the real program.
@Suite struct TokenizerCommandTests {
    private let space: Workspace
    private let words: String

    init() throws {
        space = try Workspace()
        words = space.path("words")
        expectSuccess(
            try hibari("tokenizer", "train", space.path("corpus.txt"), "--vocab", "290", "--out", words))
    }

    @Test func encodeAndDecode() throws {
        let text = "the sea, 海!\n"
        let file = try space.write("text.txt", text)
        let ids = expectSuccess(try hibari("tokenizer", "encode", "--tokenizer", words, file, "--json"))
        let list = try space.write("ids.json", ids.output)
        let decoded = expectSuccess(try hibari("tokenizer", "decode", "--tokenizer", words, list))
        #expect(decoded.output == text)
        let plain = try hibari("tokenizer", "encode", "--tokenizer", "bytes", file)
        #expect(plain.output == text.utf8.map { String($0) }.joined(separator: " ") + "\n")
    }

    /// 海 is three bytes, each a token, and all of them are the one character.
    @Test func offsets() throws {
        let file = try space.write("text.txt", "a海b")
        let result = try expectSuccess(
            hibari("tokenizer", "encode", "--tokenizer", "bytes", file, "--offsets")
        ).json
        let places = try #require(result.array)
        #expect(places.map { $0["bytes"] } == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]])
        #expect(places.map { $0["characters"] } == [[0, 1], [1, 2], [1, 2], [1, 2], [2, 3]])
        #expect(places.map { $0["id"] } == [97, 230, 181, 183, 98])
    }

    @Test func show() throws {
        let shown = expectSuccess(try hibari("tokenizer", "show", "--tokenizer", "bytes", "a海\n"))
        #expect(shown.output == "a│\\xE6│\\xB5│\\xB7│↵\n\n" && shown.errors.contains("5 tokens"))
        expectError(try hibari("tokenizer", "show", "--tokenizer", "bytes"), 64, "--file")
    }

    @Test func verify() throws {
        let result = try expectSuccess(
            hibari("tokenizer", "verify", "--tokenizer", words, space.path("corpus.txt"), "--json")
        ).json
        #expect(result["identical"] == true && result["bytes"]?.int == Workspace.text.utf8.count)
        // A vocabulary of characters does not have this one.
        try space.pretrain("characters", "--tokenizer", "chars")
        let strange = try space.write("strange.txt", "\u{1F426}")
        expectError(
            try hibari("tokenizer", "verify", "--tokenizer", space.path("characters"), strange), 65,
            "vocabulary")
    }

    @Test func export() throws {
        let (copy, ranks) = (space.path("copy"), space.path("words.tiktoken"))
        func export(_ format: String, _ out: String) throws -> Outcome {
            try hibari("tokenizer", "export", "--tokenizer", words, "--format", format, "--out", out)
        }
        expectSuccess(try export("hf", copy))
        expectSuccess(try export("tiktoken", ranks))
        func ids(_ tokenizer: String, _ more: String...) throws -> String {
            expectSuccess(
                try hibari(
                    ["tokenizer", "encode", "--tokenizer", tokenizer, space.path("corpus.txt")] + more)
            ).output
        }
        let expected = try ids(words)
        #expect(try ids(copy) == expected)
        #expect(try ids(ranks, "--pattern", "gpt2") == expected)
        // Not a regular expression that matches itself.
        let mistyped = try hibari("tokenizer", "encode", "--tokenizer", ranks, "--pattern", "gpt3", words)
        #expect(mistyped.status == 64 && mistyped.errors.contains("cl100k"))
        expectError(try export("hf", copy), 73, "exists")
    }

    @Test func addSpecial() throws {
        let chat = space.path("chat")
        let added = expectSuccess(
            try hibari("tokenizer", "add-special", "--tokenizer", words, "--out", chat, "<|user|>", "<|end|>")
        )
        #expect(added.output.contains("290  <|user|>") && added.output.contains("291  <|end|>"))
        let file = try space.write("chat.txt", "<|user|>")
        func ids(_ more: String...) throws -> JSONValue {
            try expectSuccess(
                hibari(["tokenizer", "encode", "--tokenizer", chat, file, "--json"] + more)
            ).json
        }
        #expect(try ids("--allow-special") == [290])
        #expect(try ids().array?.contains(290) == false)
        expectError(
            try hibari(
                "tokenizer", "add-special", "--tokenizer", words, "--out", space.path("x"), "<|endoftext|>"),
            64,
            "<|endoftext|>")
    }

    @Test func compare() throws {
        let file = try space.write("mixed.txt", "sea 海 うみ 12\n")
        let table = expectSuccess(try hibari("tokenizer", "compare", "bytes", words, "--text", file)).output
        for word in ["Latin", "kana", "kanji", "digits", "bytes/token", "yes"] {
            #expect(table.contains(word), "\(word) in \(table)")
        }
        let json = expectSuccess(
            try hibari("tokenizer", "compare", "bytes", "--text", file, "--json")
        ).output
        let report = try JSONValue(parsing: json)
        #expect(report["bytes_per_token"] == 1.0 && report["scripts"]?["kanji"] == 1.0)
    }
}
