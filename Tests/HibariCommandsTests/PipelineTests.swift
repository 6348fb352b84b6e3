import HibariSupport
import Testing

/// From a text to a model to text, with the real program.
@Suite struct PipelineTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    @Test(arguments: ["qwen3", "llama", "gpt2"]) func pretrainGenerateEvalInspect(_ family: String) throws {
        let trained = try space.pretrain("run", "--arch", family, "--json")
        let result = try trained.json
        #expect(result["steps"] == 12 && result["total_steps"] == 12 && result["val_loss"]?.double != nil)
        for file in [
            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
            "tokenizer_config.json",
            "run.json", "metrics.jsonl", "best", "last", "checkpoints/step-12/optimizer.safetensors",
            "checkpoints/step-12/state.json",
        ] {
            #expect(space.exists("run/" + file), "\(file)")
        }
        let model = space.path("run")

        let eval = try expectSuccess(hibari("eval", model, space.path("corpus.txt"), "--json")).json
        #expect(eval["tokens"]?.int == Workspace.text.utf8.count - 1)
        #expect(eval["bits_per_byte"]?.double ?? 0 > 0 && eval["standard_error"]?.double ?? 0 > 0)
        #expect(
            try expectSuccess(hibari("eval", model, space.path("corpus.txt"))).output.contains("perplexity"))
        let logits = space.path("logits.safetensors")
        expectSuccess(try hibari("eval", model, space.path("corpus.txt"), "--logits", logits))
        #expect(fileExists(logits))

        let inspect = try expectSuccess(hibari("inspect", model, "--json")).json
        #expect(inspect["parameters"] == result["parameters"])
        #expect(inspect["configuration"]?["model_type"]?.string == family)
        let tensors = try expectSuccess(hibari("inspect", model + "/model.safetensors", "--json")).json
        #expect(tensors.array?.count == inspect["tensors"]?.array?.count)
        #expect(try expectSuccess(hibari("inspect", model, "--tensors")).output.contains("trained on"))
    }

    @Test func generation() throws {
        try space.pretrain("run")
        let model = space.path("run")
        let plain = expectSuccess(
            try hibari("generate", model, "--prompt", "The lark", "--max-tokens", "40", "--seed", "7"))
        #expect(plain.output.hasPrefix("The lark"))
        #expect(plain.errors.contains("tokens/s") && plain.errors.contains("seed 7"))
        func text(_ more: String...) throws -> String {
            let arguments =
                ["generate", model, "--prompt", "The lark", "--max-tokens", "40", "--json"] + more
            return try expectSuccess(hibari(arguments)).json["text"]?.string ?? "nothing"
        }
        let seven = try text("--seed", "7")
        #expect("The lark" + seven + "\n" == plain.output)
        for threads in ["1", "2", "3"] {
            #expect(try text("--seed", "7", "--threads", threads) == seven)
            #expect(try text("--greedy", "--threads", threads) == text("--greedy", "--no-cache"))
        }
        #expect(try text("--seed", "8") != seven)
        #expect(try text("--seed", "7", "--no-cache") == seven)
        #expect(try text("--temperature", "0") == text("--greedy"))
        #expect(try text("--greedy", "--repeat-penalty", "3") != text("--greedy"))

        let several = expectSuccess(
            try hibari(
                "generate", model, "--prompt", "The lark", "--max-tokens", "40", "--json", "--seed", "7",
                "-n", "3"))
        let texts = try several.outputLines.map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(texts.count == 3 && texts[0]["text"]?.string == seven && texts[1]["text"] != texts[2]["text"])
        let limited = try expectSuccess(
            hibari("generate", model, "--prompt", "The lark", "--no-slide", "--greedy", "--json")
        ).json
        #expect(limited["finish_reason"] == "context")
        let big = try expectSuccess(hibari("generate", model, "--seed", "18446744073709551615", "--json"))
            .json
        #expect(big["seed"] == "18446744073709551615")
    }

    @Test func promptsFromAFileAndFromStandardInput() throws {
        try space.pretrain("run")
        let file = try space.write("prompt.txt", "The lark")
        let options = ["--max-tokens", "10", "--seed", "1", "--json"]
        let fromFile = try hibari(["generate", space.path("run"), "--prompt-file", file] + options).json
        let fromInput = try Program(
            ["generate", space.path("run"), "--prompt-file", "-"] + options, input: "The lark"
        ).wait().json
        #expect(fromFile["text"] == fromInput["text"] && fromFile["prompt"] == "The lark")
        expectError(
            try hibari("generate", space.path("run"), "--prompt", "a", "--prompt-file", file), 64,
            "--prompt-file")
    }

    @Test func corpusFromStandardInputAndSeveralFiles() throws {
        try space.write("more.txt", Workspace.text)
        let arguments = [
            "pretrain", "--out", space.path("run"), "--corpus", space.path("corpus.txt"),
            space.path("more.txt"),
        ]
        expectSuccess(
            try hibari(arguments + Workspace.tiny + ["--tokenizer", "chars", "--val-fraction", "0"]))
        let run = try JSONValue(contentsOf: space.path("run/run.json"))
        #expect(run["corpus"]?["documents"] == 2)
        // The recorded list of files leads back to both.
        expectSuccess(try hibari("pretrain", "--resume", space.path("run")))
        expectSuccess(
            try Program(
                ["pretrain", "--out", space.path("piped"), "--corpus", "-"] + Workspace.tiny,
                input: Workspace.text
            ).wait())
    }

    @Test func plan() throws {
        let arguments = ["plan", "--corpus", space.path("corpus.txt")] + Workspace.tiny
        let plan = try expectSuccess(hibari(arguments + ["--json"])).json
        #expect(plan["steps"] == 12 && plan["tokens_per_step"] == 64)
        let trained = try space.pretrain("run", "--json").json
        #expect(plan["parameters"] == trained["parameters"])
        #expect(try listDirectory(space.folder) == ["corpus.txt", "run"])
    }

    @Test func stories() throws {
        let english = expectSuccess(
            try hibari("corpus", "make", "stories", "--bytes", "20000", "--seed", "3"))
        #expect(english.output.utf8.count >= 20000)
        let out = space.path("ja.txt")
        for _ in 0..<2 {
            let made = try hibari(
                "corpus", "make", "stories", "--language", "ja", "--bytes", "20000", "--out", out)
            #expect(expectSuccess(made).output == "")
        }
        let report = try expectSuccess(hibari("corpus", "check", out, "--language", "ja", "--json")).json
        #expect(report["pass_rate"] == .number(1) || report["pass_rate"] == 1)
        let piped = try Program(["corpus", "check", "-", "--at-least", "1"], input: english.output).wait()
        #expect(expectSuccess(piped).output.contains("passing"))
        let wrong = try Program(["corpus", "check", "-", "--at-least", "0.5"], input: "Cats the at.\n").wait()
        #expect(wrong.status == 65)
    }

    @Test func doctor() throws {
        let report = try expectSuccess(hibari("doctor", "--json")).json
        #expect(report["healthy"] == true && report["processors"]?.int ?? 0 > 0)
        #expect(try expectSuccess(hibari("doctor")).output.contains("self-test"))
    }
}
