import HibariSupport
import Testing

/// What cannot be trained on or with: the right exit code, one line, and no output folder.
@Suite struct BadPretrainingTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private func pretrain(corpus: String? = nil, _ more: [String]) throws -> Outcome {
        let options = Workspace.tiny.filter { !more.contains("--steps") || ($0 != "--steps" && $0 != "12") }
        return try hibari(
            ["pretrain", "--corpus", corpus ?? space.path("corpus.txt"), "--out", space.path("out")] + options
                + more)
    }

    private func expectRefusal(
        _ outcome: Outcome, _ status: Int32, _ text: String, _ location: SourceLocation = #_sourceLocation
    ) {
        expectError(outcome, status, text, location)
        #expect(!space.exists("out"), sourceLocation: location)
    }

    @Test func missingCorpus() throws {
        expectRefusal(try pretrain(corpus: space.path("none.txt"), []), 66, "none.txt")
        expectRefusal(try hibari("pretrain", "--out", space.path("out")), 64, "--corpus")
    }

    @Test func emptyCorpus() throws {
        expectRefusal(try pretrain(corpus: try space.write("empty.txt", ""), []), 65, "no text")
        try makeDirectories(space.path("folder"))
        expectRefusal(try pretrain(corpus: space.path("folder"), []), 65, "no text files")
        expectRefusal(
            try pretrain(corpus: try space.write("empty.txt", ""), ["--tokenizer", "chars"]), 65, "")
    }

    @Test func corpusShorterThanTheContext() throws {
        let short = try space.write("short.txt", "0123456789")
        expectRefusal(try pretrain(corpus: short, []), 65, "shorter context")
        // Long enough to train, with nothing held out to evaluate on.
        let tight = try space.write("tight.txt", "0123456789abcdefgh")
        expectRefusal(try pretrain(corpus: tight, ["--val-fraction", "0.01"]), 65, "tokens")
    }

    @Test func textThatIsNotUTF8() throws {
        let file = try space.write(
            "bad.txt", Array("0123456789 lark ".utf8) + [0xFF] + Array(Workspace.text.utf8))
        expectRefusal(try pretrain(corpus: file, ["--tokenizer", "chars"]), 65, "byte offset 16")
        expectSuccess(try pretrain(corpus: file, []))
    }

    @Test func damagedGzipAndJSONLines() throws {
        let gzip = try space.write("bad.txt.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])
        expectRefusal(try pretrain(corpus: gzip, []), 65, "bad.txt.gz")
        let lines = try space.write("bad.jsonl", "{\"text\": \"a\"}\n{\"body\": 1}\n")
        expectRefusal(try pretrain(corpus: lines, []), 65, "line 2")
    }

    @Test func foreignTokenizer() throws {
        expectRefusal(try pretrain(["--tokenizer", space.path("none")]), 66, "none")
        try space.pretrain("letters", "--tokenizer", "chars")
        let other = try space.write("other.txt", Workspace.text + "鳥")
        expectRefusal(try pretrain(corpus: other, ["--tokenizer", space.path("letters")]), 65, "U+9CE5")
    }

    @Test(arguments: [
        ("--dim 15", "not divisible"), ("--heads 3", "not divisible"), ("--kv-heads 3", "not divisible"),
        ("--batch 4 --micro-batch 3", "not divisible"), ("--dim 6 --heads 2", "even"),
        ("--layers 0", "--layers"), ("--layers=-1", "--layers"), ("--dim 0", "--dim"), ("--dim=-16", "--dim"),
        ("--heads 0", "--heads"), ("--kv-heads 0", "--kv-heads"), ("--ffn-dim=-3", "--ffn-dim"),
        ("--context 0", "--context"), ("--batch 0", "--batch"), ("--batch=-4", "--batch"),
        ("--micro-batch 0", "--micro-batch"),
        ("--steps 0", "--steps"), ("--steps=-5", "--steps"), ("--log-every 0", "--log-every"),
        ("--keep 0", "--keep"),
        ("--eval-every=-1", "--eval-every"), ("--eval-batches=-1", "--eval-batches"),
        ("--save-every=-1", "--save-every"),
        ("--threads 0", "--threads"), ("--threads=-1", "--threads"), ("--warmup=-1", "--warmup"),
        ("--lr nan", "--lr"), ("--lr inf", "--lr"), ("--lr 0", "--lr"), ("--lr=-1", "--lr"),
        ("--min-lr 2", "--min-lr"),
        ("--beta1 1", "--beta1"), ("--beta2 nan", "--beta2"), ("--weight-decay=-1", "--weight-decay"),
        ("--clip nan", "--clip"), ("--dropout 1", "--dropout"), ("--dropout nan", "--dropout"),
        ("--val-fraction 1", "--val-fraction"), ("--val-fraction=-0.1", "--val-fraction"),
        ("--label-smoothing 1", "--label-smoothing"), ("--dim 99999999", "--dim"),
        ("--layers 99999", "--layers"),
        ("--batch 9223372036854775807", "--batch"), ("--context 9223372036854775807", "--context"),
        ("--steps 9223372036854775807", "--steps"), ("--dim 9223372036854775808", "--dim"),
        ("--tokens 5", "--steps"), ("--epochs 1", "--epochs"), ("--minutes 1", "--minutes"),
        ("--lr", "--lr"), ("--dim", "--dim"), ("--lr fast", "fast"), ("--dim 1.5", "1.5"),
        ("--seed=-1", "--seed"),
        ("--arch bert", "bert"), ("--optimizer lbfgs", "lbfgs"), ("--schedule step", "step"),
        ("--muon-lr 0.02", "--muon-lr does not apply to --optimizer adamw"),
        ("--optimizer sgd --muon-momentum 0.9", "--muon-momentum does not apply to --optimizer sgd"),
        ("--optimizer adagrad --beta1 0.5", "--beta1 does not apply to --optimizer adagrad"),
        ("--optimizer sgd --beta2 0.9", "--beta2 does not apply to --optimizer sgd"),
        ("--decay 0.1", "--decay does not apply to --schedule cosine"),
        ("--schedule wsd --decay 0", "--decay"), ("--schedule wsd --decay 1.1", "--decay"),
        ("--ema 1", "--ema"), ("--ema=-0.1", "--ema"), ("--ema nan", "--ema"),
        ("--optimizer muon --muon-lr 0", "--muon-lr"),
        ("--optimizer muon --muon-momentum 1", "--muon-momentum"),
        ("--activation swish", "swish"),
        ("--arch gpt2 --activation silu", "--activation"), ("--arch llama --activation relu", "--activation"),
        ("--arch llama --bias", "--bias"), ("--arch gpt2 --kv-heads 1", "--kv-heads"),
        ("--nosuch 3", "nosuch"), ("--preset huge", "huge"), ("--preset", "--preset"), ("extra", "extra"),
    ])
    func badOptions(_ options: String, _ naming: String) throws {
        let words = options.split(separator: " ").map(String.init)
        expectRefusal(try pretrain(words), 64, naming)
    }

    @Test func aSamplePromptThatCannotBeEncodedIsRefusedBeforeTraining() throws {
        let options = ["--tokenizer", "chars", "--sample-every", "2", "--sample-prompt", "Ω"]
        expectRefusal(try pretrain(options), 65, "U+03A9")
    }

    @Test func aFileCannotNameAnotherFile() throws {
        let file = try space.write("run.yaml", "config: other.yaml\n")
        expectRefusal(try pretrain(["--config", file]), 65, "config cannot be set in a file")
    }

    @Test func badHorizonsAlone() throws {
        let base = [
            "pretrain", "--corpus", space.path("corpus.txt"), "--out", space.path("out"), "--dim", "16",
        ]
        for option in [
            "--tokens=0", "--tokens=-1", "--epochs=0", "--epochs=nan", "--minutes=-1", "--minutes=inf",
            "--epochs=1e300",
        ] {
            expectRefusal(try hibari(base + [option]), 64, String(option.split(separator: "=")[0]))
        }
    }

    @Test func tooLargeForThisMachine() throws {
        expectRefusal(try pretrain(["--dim", "1048576"]), 69, "GiB")
        expectRefusal(try pretrain(["--batch", "16777216"]), 69, "--micro-batch")
    }

    @Test func missingOutAndUnknownCommand() throws {
        expectError(try hibari("pretrain", "--corpus", space.path("corpus.txt")), 64, "--out")
        expectError(try hibari("nosuch"), 64, "nosuch")
        expectError(try hibari("pretrain", "--config", space.path("none.yaml")), 66, "none.yaml")
    }

    @Test func outThatCannotBe() throws {
        try space.pretrain("run")
        let before = try space.read("run/model.safetensors")
        expectError(try hibari(space.pretraining("run")), 73, "already holds a run")
        #expect(try space.read("run/model.safetensors") == before)
        expectError(try hibari(space.pretraining("corpus.txt")), 73, "corpus.txt")
        #expect(try space.read("corpus.txt") == Array(Workspace.text.utf8))
        try space.copyModel("run", to: "foreign")
        expectError(try hibari(space.pretraining("foreign")), 73, "already holds")
    }
}
