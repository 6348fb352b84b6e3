import HibariSupport
import Testing

/// Bad prompts, texts and options of the commands that read a good model.
@Suite struct BadInputTests {
    private let space: Workspace
    private let model: String

    init() throws {
        space = try Workspace()
        try space.pretrain("run", "--tokenizer", "chars")
        model = space.path("run")
    }

    @Test func unseenCharacters() throws {
        expectError(try hibari("generate", model, "--prompt", "The 雲雀"), 65, "U+96F2")
        expectError(try hibari("generate", model, "--prompt", "The 雲雀", "--json"), 65, "U+96F2")
        let text = try space.write("other.txt", "The lark 雲雀\n")
        expectError(
            try hibari("eval", model, text), 65, "other.txt: character \"雲\" (U+96F2) at byte offset 9")
        expectError(try hibari("generate", model, "--prompt-file", text), 65, "U+96F2")
    }

    @Test func promptsThatAreNotText() throws {
        let file = try space.write("bad.txt", [0x54, 0xFF])
        expectError(try hibari("generate", model, "--prompt-file", file), 65, "byte offset 1")
        expectError(try hibari("generate", model, "--prompt-file", space.path("none.txt")), 66, "none.txt")
        expectError(try hibari("generate", model, "--prompt-file", space.folder), 66, "folder")
        // This vocabulary has no token to begin a document after.
        expectError(try hibari("generate", model), 64, "--prompt")
    }

    @Test(arguments: [
        ("--max-tokens=-1", "--max-tokens"), ("-n 0", "--n"), ("-n=-2", "--n"),
        ("--temperature nan", "temperature"),
        ("--temperature=-1", "temperature"), ("--top-k=-1", "top-k"), ("--top-p 2", "top-p"),
        ("--min-p nan", "min-p"),
        ("--repeat-penalty 0", "repeat-penalty"), ("--threads 0", "--threads"), ("--seed=-1", "seed"),
        ("--seed x", "x"),
        ("--nosuch", "nosuch"), ("--max-tokens", "max-tokens"), ("--stop=", "stop"),
    ])
    func badOptions(_ options: String, _ naming: String) throws {
        let words = options.split(separator: " ").map(String.init)
        expectError(try hibari(["generate", model, "--prompt", "The"] + words), 64, naming)
    }

    @Test func textsToEvaluate() throws {
        expectError(try hibari("eval", model, space.path("none.txt")), 66, "none.txt")
        expectError(try hibari("eval", model, try space.write("empty.txt", "")), 65, "no text")
        expectError(try hibari("eval", model, try space.write("one.txt", "T")), 65, "1 token")
        expectError(try hibari("eval", model), 64)
        for context in ["0", "17", "x"] {
            expectError(
                try hibari("eval", model, space.path("corpus.txt"), "--context", context), 64, "context")
        }
    }

    @Test func corpusCommands() throws {
        expectError(try hibari("corpus", "make", "poems"), 64, "poems")
        expectError(try hibari("corpus", "make", "stories", "--bytes", "0"), 64, "--bytes")
        expectError(try hibari("corpus", "make", "stories", "--bytes=-5"), 64, "--bytes")
        expectError(try hibari("corpus", "make", "stories", "--language", "de"), 64, "de")
        expectError(try hibari("corpus", "check", space.path("none.txt")), 66, "none.txt")
        expectError(
            try hibari("corpus", "check", space.path("corpus.txt"), "--at-least", "nan"), 64, "at-least")
        expectError(try hibari("corpus", "check", space.path("corpus.txt"), "--failures=-1"), 64, "failures")
    }

    @Test func inspectingOtherFiles() throws {
        expectError(try hibari("inspect", space.path("corpus.txt")), 66, "corpus.txt: no model")
        expectError(try hibari("inspect", space.path("none.safetensors")), 66, "none.safetensors")
    }

    @Test func unknownKernels() throws {
        let arguments = ["doctor"]
        expectError(try Program(arguments, environment: ["HIBARI_SIMD": "quantum"]).wait(), 64, "HIBARI_SIMD")
        expectError(try Program(arguments, environment: ["HIBARI_GEMM": "quantum"]).wait(), 64, "HIBARI_GEMM")
    }
}
