import HibariSupport
import Testing

/// `tokenizer train` and `corpus prepare` with the real program.
@Suite struct TokenizerTrainTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func train(_ out: String, _ more: String...) throws -> Outcome {
        try hibari(
            ["tokenizer", "train", space.path("corpus.txt"), "--vocab", "290", "--out", space.path(out)]
                + more)
    }

    @Test func trainPreparePretrain() throws {
        let result = try expectSuccess(train("words", "--json")).json
        #expect(result["tokens"] == 290 && result["bytes"]?.int == Workspace.text.utf8.count)
        #expect(result["bytes_per_token"]?.double ?? 0 > 2 && result["dropped_pieces"] == 0)
        #expect(space.exists("words/tokenizer.json") && space.exists("words/tokenizer_config.json"))
        #expect(try expectSuccess(train("again")).output.contains("bytes per token"))

        let prepare = ["corpus", "prepare", space.path("corpus.txt"), "--tokenizer", space.path("words")]
        let prepared = try expectSuccess(hibari(prepare + ["--out", space.path("tokens"), "--json"])).json
        #expect(prepared["bits_per_token"] == 16 && prepared["shards"] == 1 && prepared["documents"] == 1)
        #expect(prepared["bytes"] == result["bytes"])
        #expect(
            prepared["tokens"]?.double.map { Double(Workspace.text.utf8.count) / $0 }
                == result["bytes_per_token"]?.double)

        let (words, tokens) = (space.path("words"), space.path("tokens"))
        try space.pretrain("text", "--tokenizer", words)
        expectSuccess(
            try hibari(
                ["pretrain", "--corpus", tokens, "--tokenizer", tokens, "--out", space.path("shards")]
                    + Workspace.tiny))
        try space.expectSame("text", "shards")
        expectError(
            try hibari(["pretrain", "--corpus", tokens, "--out", space.path("other")] + Workspace.tiny), 65,
            "--tokenizer " + tokens)
        expectError(try hibari(prepare + ["--out", tokens]), 73, "exists")
        let text = try expectSuccess(hibari("eval", space.path("text"), space.path("corpus.txt"), "--json"))
            .json
        let shards = try expectSuccess(hibari("eval", space.path("text"), tokens, "--json")).json
        #expect(text["loss"] == shards["loss"] && text["bits_per_byte"] == shards["bits_per_byte"])
    }

    @Test func threadsDoNotShow() throws {
        for threads in ["1", "2", "3"] {
            expectSuccess(try train("threads" + threads, "--threads", threads))
            let isSame =
                try space.read("threads1/tokenizer.json") == space.read("threads\(threads)/tokenizer.json")
            #expect(isSame)
        }
    }

    @Test func options() throws {
        let frequent = try expectSuccess(train("frequent", "--min-frequency", "1000", "--json")).json
        #expect(frequent["tokens"]?.int ?? 290 < 290)
        let short = try expectSuccess(train("short", "--max-token-bytes", "2", "--json")).json
        #expect(short["bytes_per_token"]?.double ?? 9 <= 2)
        expectSuccess(try train("ties", "--ties", "greatest-bytes"))
        let words = (0..<40_000).map { "w\($0)" }.joined(separator: " ")
        let bounded = try expectSuccess(
            hibari(
                "tokenizer", "train", space.write("words.txt", words), "--vocab", "300", "--out",
                space.path("bounded"), "--max-mem", "1M", "--json"))
        #expect(try bounded.json["dropped_pieces"]?.int ?? 0 > 1000)
        #expect(bounded.errors.contains("--max-mem 1M"))
    }

    @Test func mistakes() throws {
        expectSuccess(try train("there"))
        expectError(try train("there"), 73, "exists")
        expectError(try train("a", "--vocab", "256"), 64, "--vocab")
        expectError(try train("a", "--pattern", "gpt9"), 64, "one of gpt2")
        expectError(try train("a", "--ties", "random"), 64, "lowest-ids")
        expectError(try train("a", "--min-frequency", "0"), 64, "--min-frequency")
        expectError(try train("a", "--max-token-bytes", "0"), 64, "--max-token-bytes")
        for size in ["0", "x", "4T", "-1", "99999999999G", "1K"] {
            expectError(try train("a", "--max-mem=" + size), 64, "--max-mem")
        }
        let none = space.path("none.txt")
        expectError(
            try hibari("tokenizer", "train", none, "--vocab", "300", "--out", space.path("a")), 66, "none.txt"
        )
        expectError(
            try hibari("corpus", "prepare", none, "--tokenizer", "bytes", "--out", space.path("a")), 66,
            "none.txt")
        #expect(!space.exists("a"))
    }
}
