import Glibc
import HibariSupport
import Testing

/// `hibari classify` and `hibari predict` as a user runs them.
@Suite struct ClassifyCommandTests {
    private let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        try space.pretrain("run", "--arch", "llama")
        model = space.path("run")
        let rows = (0..<40).map {
            "\($0 % 2 == 0 ? "loud" : "quiet"),lark \($0 * 7 % 13)\($0 % 2 == 0 ? "!" : ".")\n"
        }
        try space.write("texts.csv", "kind,text\n" + rows.joined())
    }

    private func classify(_ more: String...) throws -> Outcome {
        try hibari(
            [
                "classify", model, "--data", space.path("texts.csv"), "--text", "text", "--label", "kind",
                "--threads", "1",
            ] + more)
    }

    @Test func learnsAndPredicts() throws {
        let out = space.path("out")
        let outcome = try expectSuccess(classify("--out", out, "--json"))
        let json = try outcome.json
        #expect(json["texts"] == 8 && json["training_texts"] == 32)
        #expect(json["accuracy"]?.double == 1)
        #expect(json["classes"]?.array?.map { $0["name"] } == ["loud", "quiet"])
        #expect(space.exists("out/classifier.json") && space.exists("out/score.safetensors"))
        try space.write("new.csv", "text,other\nlark 99!,1\nlark 98.,2\n")
        let predicted = try expectSuccess(hibari("predict", out, space.path("new.csv"), "--threads", "1"))
        #expect(
            predicted.outputLines.map { $0.split(separator: ",").prefix(2).joined(separator: " ") }
                == ["row prediction", "1 loud", "2 quiet"])
        let scored = try expectSuccess(
            hibari("predict", out, space.path("texts.csv"), "--target", "kind", "--json", "--threads", "1"))
        #expect(try scored.json["accuracy"]?.double == 1)
        let lines = try expectSuccess(
            hibari("predict", out, "-", "--threads", "1", input: "lark 5.\nlark 5!\n"))
        #expect(lines.outputLines.dropFirst().map { $0.split(separator: ",")[1] } == ["quiet", "loud"])
        expectError(try classify("--out", out), 73, "out")
        let moved = space.path("moved")
        #expect(rename(model, moved) == 0)
        expectError(try hibari("predict", out, space.path("new.csv")), 66, "name it with --base")
        let found = try expectSuccess(
            hibari("predict", out, space.path("new.csv"), "--base", moved, "--threads", "1"))
        #expect(found.output == predicted.output)
    }

    @Test func mistakesAreNamed() throws {
        let out = space.path("other")
        expectError(try classify("--out", out, "--frozen", "--full"), 64, "--frozen, --full")
        expectError(try classify("--out", out, "--hold-out", "1.5"), 64, "--hold-out")
        expectError(try classify("--out", out, "--max-length", "1000"), 64, "max-length")
        expectError(try classify("--out", out, "--lora", "r=x"), 64, "r")
        expectError(try classify("--out", out, "--full", "--epochs", "\(Int.max)"), 64, "--epochs")
        expectError(try classify("--out", out, "--batch", "\(Int.max)"), 64, "--batch")
        expectError(try classify("--out", space.path("texts.csv") + "/other"), 73, "texts.csv")
        let wrong = try hibari(
            "classify", model, "--data", space.path("texts.csv"), "--text", "words", "--label", "kind",
            "--out",
            out)
        expectError(wrong, 64, "no column words")
        #expect(!space.exists("other"))
    }
}
