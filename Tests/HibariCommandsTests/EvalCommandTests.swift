import HibariSupport
import Testing

/// The measurements of `hibari eval` with the real program.
@Suite struct EvalCommandTests {
    private let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        try space.pretrain("run")
        model = space.path("run")
    }

    private func ppl(_ options: String...) throws -> JSONValue {
        try expectSuccess(
            hibari(["eval", "ppl", model, space.path("corpus.txt"), "--json"] + options)
        ).json
    }

    @Test func strides() throws {
        let whole = try ppl()
        let short = try expectSuccess(hibari("eval", model, space.path("corpus.txt"), "--json")).json
        #expect(whole["loss"] == short["loss"] && whole["tokens"] == short["tokens"])
        #expect(whole["stride"] == 16 && whole["context"] == 16 && whole["method"] == "stride")
        let tokens = Workspace.text.utf8.count - 1
        #expect(whole["tokens"]?.int == tokens && whole["bytes"]?.int == tokens)
        let fine = try ppl("--stride", "4")
        #expect(fine["tokens"]?.int == tokens && fine["loss"] != whole["loss"] && fine["stride"] == 4)
        let begun = try ppl("--bos", "every", "--stride", "8")
        #expect(begun["tokens"]?.int == tokens + 1)
        let windows = (tokens + 1) / 8
        let other = try ppl("--llama-cpp", "--context", "8")
        #expect(other["windows"]?.int == windows && other["tokens"]?.int == 3 * windows)
        #expect(other["method"] == "llama.cpp" && other["stride"] == .null)
    }

    @Test func options() throws {
        let text = space.path("corpus.txt")
        for stride in ["0", "17"] {
            expectError(try hibari("eval", model, text, "--stride", stride), 64, "stride")
        }
        expectError(try hibari("eval", "ppl", model, text, "--llama-cpp", "--stride", "4"), 64, "stride")
        expectError(try hibari("eval", "ppl", model, text, "--llama-cpp", "--bos", "first"), 64, "bos")
        expectError(try hibari("eval", "ppl", model, text, "--llama-cpp", "--context", "2"), 64, "context")
        expectError(try hibari("eval", "ppl", model, text, "--bos", "last"), 64, "last")
        let short = try space.write("short.txt", "The lark")
        expectError(try hibari("eval", "ppl", model, short, "--llama-cpp"), 65, "two windows of 16")
        expectError(try hibari("eval", "mc", model, text), 65, "corpus.txt, line 1")
        expectError(try hibari("eval", "mc", model, short, "--limit", "0"), 64, "limit")
        expectError(
            try hibari("eval", "compare", model, model, text, "--delimiter", "-"), 64, "for texts")
    }

    private func questions() throws -> String {
        try space.write(
            "questions.jsonl",
            """
            {"id": 1, "context": "The lark", "endings": ["sings", "number"], "label": 1}
            {"id": 2, "context": "The lark number 7 sings", "endings": ["song", "field", "-"], "label": "A"}

            {"id": 3, "context": "", "endings": ["The", "xyz"], "label": 0}
            """)
    }

    @Test func multipleChoice() throws {
        let out = space.path("scores.jsonl")
        let outcome = expectSuccess(
            try hibari("eval", "mc", model, questions(), "--out", out, "--json"))
        #expect(outcome.errors.contains("not read: id"))
        let result = try outcome.json
        #expect(result["questions"] == 3 && result["shape"] == "context/endings/label")
        #expect(abs((result["chance"]?.double ?? 0) - (0.5 + 1.0 / 3 + 0.5) / 3) < 1e-12)
        let rows = try space.read("scores.jsonl").split(separator: 0x0A).map {
            try JSONValue(parsing: Array($0))
        }
        #expect(rows.count == 3 && rows[1]["continuations"]?.array?.first == " song")
        #expect(rows[0]["tokens"] == [6, 7] && rows[0]["characters"] == [5, 6])
        #expect(rows[2]["place"] == "line 4" && rows[1]["label"] == 0)
        for (name, key) in [("acc", "acc"), ("acc_norm", "acc_norm"), ("acc_bytes", "acc_bytes")] {
            let right = rows.filter { $0["predictions"]?[key] == $0["label"] }.count
            #expect(abs((result[name]?.double ?? -1) - Double(right) / 3) < 1e-12, "\(name)")
        }
        for row in rows {
            let numbers = (row["log_likelihoods"]?.array ?? []).compactMap(\.double)
            #expect(numbers.count == row["tokens"]?.array?.count && numbers.allSatisfy { $0 < 0 })
        }
        let bare = try expectSuccess(
            hibari("eval", "mc", model, questions(), "--delimiter", "", "--limit", "1", "--out", out)
        )
        #expect(bare.output.contains("questions       1") && bare.output.contains("acc_norm"))
        #expect(try space.text("scores.jsonl").contains(#"["sings","number"]"#))
        let unwritable = try hibari(
            "eval", "mc", model, questions(), "--out", space.path("none/scores.jsonl"))
        #expect(unwritable.status == 73 && unwritable.errors.contains("error: "), "\(unwritable.errors)")
    }

    @Test func lastWords() throws {
        let passages = try space.write("passages.txt", "The lark number 3\nOver the field 4\n")
        let result = try expectSuccess(hibari("eval", "cloze", model, passages, "--json")).json
        #expect(result["words"] == 2 && result["perplexity"]?.double ?? 0 > 1)
        #expect((0...1).contains(result["acc"]?.double ?? -1))
        expectError(try hibari("eval", "cloze", model, try space.write("one.txt", "word")), 65, "line 1")
    }

    @Test func comparison() throws {
        let text = space.path("corpus.txt")
        let same = try expectSuccess(
            hibari("eval", "compare", model, model, text, "--passage-bytes", "100", "--json")
        ).json
        let bits = same["bits_per_byte"]
        #expect(bits?["difference"]?.double == 0 && bits?["excludes_zero"] == false)
        #expect(bits?["better"] == .null && same["passages"]?.int == (Workspace.text.utf8.count + 50) / 100)
        // Ten times the steps make a better model of the text.
        try space.pretrain("longer", "--steps", "120")
        let outcome = try expectSuccess(
            hibari("eval", "compare", model, space.path("longer"), text, "--passage-bytes", "100"))
        #expect(outcome.output.contains("B is better, the interval excludes 0"))
        let choices = try expectSuccess(
            hibari("eval", "compare", model, space.path("longer"), questions(), "--json", "--seed", "3")
        ).json
        #expect(choices["questions"] == 3 && choices["seed"] == 3 && choices["resamples"] == 10_000)
        #expect(choices["acc"]?["a"]?.double != nil && choices["acc_norm"]?["high"]?.double != nil)
    }
}
