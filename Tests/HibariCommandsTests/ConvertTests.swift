import Glibc
import HibariSupport
import Testing

/// Models converted by the real program, and used in their new form.
@Suite struct ConvertTests {
    private static let llama2C: String? = {
        let data = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
        let folder = joinPath(data, "models/stories260K")
        return fileExists(joinPath(folder, "stories260K.bin")) ? folder : nil
    }()

    private let space: Workspace

    init() throws {
        space = try Workspace()
        try space.pretrain("run", "--tokenizer", "bytes", "--arch", "llama")
    }

    private func continuation(_ model: String) throws -> String? {
        try expectSuccess(
            hibari("generate", model, "--prompt", "The lark", "--max-tokens", "30", "--greedy", "--json")
        ).json["text"]?.string
    }

    @Test func aFileOfLlamaCppWritesTheSameText() throws {
        let (run, file, back) = (space.path("run"), space.path("a.gguf"), space.path("back"))
        let converted = expectSuccess(
            try hibari("convert", run, "--to", "gguf", "--out", file, "--verify"))
        #expect(converted.output.contains("verified") && converted.output.contains("wrote"))
        expectSuccess(try hibari("convert", file, "--to", "hf", "--out", back, "--verify"))
        let text = try continuation(run)
        #expect(text?.isEmpty == false)
        #expect(try continuation(file) == text)
        #expect(try continuation(back) == text)
        expectSuccess(try hibari("eval", file, space.path("corpus.txt")))
    }

    /// As llama2.c's run.c writes it, which drops the space in front of the first word.
    @Test(.enabled(if: llama2C != nil, "models/stories260K is not in $HIBARI_DATA or ../shared/data"))
    func aModelOfLlama2CWritesItsText() throws {
        let folder = try #require(Self.llama2C)
        let written = try expectSuccess(
            hibari(
                "generate", joinPath(folder, "stories260K.bin"), "--prompt", "", "--max-tokens", "256",
                "--greedy"))
        let expected = String(decoding: try readFile(joinPath(folder, "greedy_expected.txt")), as: UTF8.self)
        #expect(written.output == expected)
    }

    @Test func quantizing() throws {
        let file = space.path("q8.gguf")
        let result = try expectSuccess(
            hibari("quantize", space.path("run"), "--type", "q8_0", "--out", file, "--json")
        ).json
        #expect(result["bytes_after"]?.int ?? .max < result["bytes_before"]?.int ?? 0)
        // Rows of 16 are no whole blocks.
        #expect(result["exceptions"]?.array?.first?["type"] == "F16")
        #expect(result["kl"]?.double ?? 1 < 0.02)
        expectSuccess(try hibari("generate", file, "--prompt", "The", "--max-tokens", "4"))
    }

    @Test func refusals() throws {
        let (run, file) = (space.path("run"), space.path("a.gguf"))
        try space.write("a.gguf", "mine")
        expectError(try hibari("convert", run, "--to", "gguf", "--out", file), 73, "it exists")
        #expect(try space.text("a.gguf") == "mine")
        expectSuccess(try hibari("convert", run, "--to", "gguf", "--out", file, "--force"))
        expectError(
            try hibari("quantize", file, "--type", "q8_0", "--out", file, "--force"), 73,
            "is the model to convert")
        expectError(
            try hibari("convert", run, "--to", "hf", "--type", "q8_0", "--out", space.path("b")), 64,
            "--type is q8_0, expected f32, f16 or bf16")
        expectError(
            try hibari("quantize", run, "--type", "q9", "--out", space.path("b")), 64, "--type is q9")
        expectError(
            try hibari("convert", space.path("none.gguf"), "--to", "hf", "--out", space.path("b")), 66,
            "none.gguf")
        #expect(!space.exists("b"))
    }
}
