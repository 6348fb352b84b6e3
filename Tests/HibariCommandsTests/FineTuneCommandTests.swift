import HibariSupport
import Testing

/// hibari finetune and hibari sft, with the real program on a tiny base.
@Suite struct FineTuneCommandTests {
    private let space: Workspace

    init() throws {
        space = try Workspace()
        try space.pretrain("base")
        try space.write(
            "other.txt", (0..<60).map { "A heron stands in pond \($0 * 5 % 11); it waits.\n" }.joined())
        let examples = (0..<20).map {
            #"{"prompt": "Fish \#($0)?", "completion": "Pond \#($0 % 3)."}"# + "\n"
        }
        try space.write("answers.jsonl", examples.joined())
    }

    private let tiny = [
        "--batch", "4", "--steps", "6", "--eval-every", "3", "--log-every", "1", "--threads", "1",
    ]

    private func finetune(_ out: String, _ more: String...) throws -> Outcome {
        let files = ["--corpus", space.path("other.txt"), "--out", space.path(out)]
        return try hibari(["finetune", space.path("base")] + files + tiny + more)
    }

    private func sft(_ more: [String]) throws -> Outcome {
        try hibari(["sft", space.path("base"), "--data", space.path("answers.jsonl")] + tiny + more)
    }

    @Test func allWeights() throws {
        let outcome = expectSuccess(
            try finetune("run", "--lr", "1e-2", "--base-corpus", space.path("corpus.txt"), "--json"))
        let result = try outcome.json
        #expect(result["steps"] == 6 && result["trained_parameters"] == result["parameters"])
        #expect((result["val_loss"]?.double ?? 9) < (result["val_loss_before"]?.double ?? 0))
        #expect(result["base_loss"]?.double != nil && result["base_loss_before"]?.double != nil)
        for text in ["embedding", "total", "memory ", "forgetting", "hibari generate", "hibari convert"] {
            #expect(outcome.errors.contains(text), "\(text) in \(outcome.errors)")
        }
        for file in ["config.json", "model.safetensors", "tokenizer.json", "run.json", "report.html"] {
            #expect(space.exists("run/" + file), "\(file)")
        }
        expectSuccess(try hibari("generate", space.path("run"), "--max-tokens", "5", "--seed", "1"))
        #expect(try space.text("run/report.html").contains("held-out loss before"))
        // A run is not written over.
        expectError(try finetune("run"), 73, "already holds a run")
    }

    @Test func adaptersAndTheirResume() throws {
        let options = ["--lora", "r=2,dropout=0.1", "--lr", "1e-2", "--save-every", "2"]
        let files = ["--corpus", space.path("other.txt")]
        func train(_ out: String) throws -> Outcome {
            try hibari(
                ["finetune", space.path("base"), "--out", space.path(out)] + files + tiny + options + [
                    "--json"
                ])
        }
        let result = try expectSuccess(train("one")).json
        // Of 4 maps 16 → 16, two 16 → 64 and one 64 → 16.
        #expect(result["trained_parameters"] == .integer(2 * (4 * 32 + 3 * 80)))
        #expect(space.exists("one/adapter_model.safetensors") && !space.exists("one/model.safetensors"))
        expectSuccess(try train("two"))
        try removeTree(space.path("two/checkpoints/step-6"))
        expectSuccess(try hibari(["finetune", "--resume", space.path("two"), "--threads", "1"]))
        for file in [
            "last/adapter_model.safetensors", "last/optimizer.safetensors", "adapter_model.safetensors",
        ] {
            let isSame = try space.read("one/" + file) == space.read("two/" + file)
            #expect(isSame, "\(file)")
        }
        #expect(try space.metrics("one") == space.metrics("two"))
        expectError(try hibari("sft", "--resume", space.path("one")), 64, "a run of hibari sft")
        expectError(try hibari("pretrain", "--resume", space.path("one")), 64, "a run of hibari pretrain")
        expectError(
            try hibari("finetune", space.path("base"), "--resume", space.path("one")), 64,
            "--model does not apply")
    }

    @Test(arguments: [[], ["--packing"], ["--all-tokens", "--lora", "r=2"]])
    func answers(_ options: [String]) throws {
        let result = expectSuccess(
            try sft(["--template", "alpaca", "--lr", "1e-2", "--out", space.path("run"), "--json"] + options))
        let json = try result.json
        #expect((json["val_loss"]?.double ?? 9) < (json["val_loss_before"]?.double ?? 0))
        let record = try JSONValue(contentsOf: space.path("run/run.json"))["instructions"]
        #expect(record?["template"] == "alpaca" && record?["held_out"]?["examples"] == 2)
        #expect(result.errors.contains("hibari chat"))
    }

    @Test func preview() throws {
        let outcome = expectSuccess(try sft(["--template", "plain", "--preview", "2"]))
        #expect(outcome.output.contains("Fish 0?") && outcome.output.contains("Fish 1?"))
        #expect(!outcome.output.contains("Fish 2?") && outcome.output.contains("⟦"))
    }

    @Test func nothingToLearnIsRefused() throws {
        try space.write("asked.jsonl", #"{"messages": [{"role": "user", "content": "Who?"}]}"# + "\n")
        let outcome = try hibari(
            "sft", space.path("base"), "--data", space.path("asked.jsonl"), "--template", "plain",
            "--val-fraction",
            "0", "--out", space.path("run"))
        #expect(outcome.status == 65, "\(outcome.errors)")
        #expect(!space.exists("run"))
    }

    @Test(
        arguments: [
            ["--lora", "r=4,alpha=8,dora", "--base-weights", "float32"],
            ["--freeze", "*embed*", "*.0.*", "--train-last", "1", "--minutes", "2", "--optimizer", "muon"],
            ["--base-corpus", "a b.txt", "--val", "c.txt", "--context", "8", "--lr", "3e-5"],
        ])
    func printedConfigurationReadsBack(_ options: [String]) throws {
        let printed = expectSuccess(
            try hibari(["finetune", "some model", "--corpus", "a.txt"] + options + ["--print-config"])
        ).output
        let file = try space.write("run.yaml", printed)
        #expect(expectSuccess(try hibari("finetune", "--config", file, "--print-config")).output == printed)
    }

    @Test(arguments: [["--all-tokens"], ["--assistant-only", "--packing", "--max-length", "8"]])
    func printedExamplesReadBack(_ options: [String]) throws {
        let command = ["sft", "model", "--data", "a.jsonl", "--template", "chatml", "--print-config"]
        let printed = expectSuccess(try hibari(command + options)).output
        let file = try space.write("run.yaml", printed)
        #expect(expectSuccess(try hibari("sft", "--config", file, "--print-config")).output == printed)
    }

    @Test func mistakes() throws {
        expectError(try hibari("finetune", "--corpus", "a.txt", "--out", "b"), 64, "--model is missing")
        expectError(try hibari("finetune", "m", "--out", "b"), 64, "--corpus is missing")
        expectError(try hibari("sft", "m", "--out", "b"), 64, "--data is missing")
        expectError(try finetune("no", "--freeze", "*nothing*"), 64, "matches no parameter")
        expectError(try finetune("no", "--lora", "r=0"), 64, "r is 0")
        expectError(try sft(["--label-smoothing", "0.1", "--out", space.path("no")]), 64, "label-smoothing")
        #expect(!space.exists("no"))
    }
}
