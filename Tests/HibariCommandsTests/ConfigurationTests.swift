import HibariSupport
import Testing

/// --config, --print-config, --preset and --help.
@Suite struct ConfigurationTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    @Test(arguments: [
        [], ["--preset", "shakespeare-nanogpt", "--tokenizer", "chars"],
        ["--tokens", "5000", "--dropout", "0.25", "--no-tie", "--sample-prompt", "a: \"b\"\n- # c"],
        [
            "--arch", "gpt2", "--bias", "--activation", "relu", "--kv-heads", "4", "--ffn-dim", "96",
            "--micro-batch", "2",
        ],
        ["--minutes", "1.5", "--optimizer", "sgd", "--schedule", "wsd", "--seed", "18446744073709551615"],
        ["--optimizer", "lion", "--beta2", "0.98", "--schedule", "wsd", "--decay", "0.3", "--ema", "0.99"],
        ["--optimizer", "muon", "--muon-lr", "0.01"], ["--optimizer", "adagrad"],
        ["--epochs", "3", "--eval-batches", "2", "--val", "other file.txt", "--lr", "1e-7", "--min-lr", "0"],
    ])
    func printedConfigurationReadsBack(_ options: [String]) throws {
        let arguments =
            ["pretrain", "--corpus", space.path("corpus.txt"), "b c.txt"] + options + ["--print-config"]
        let printed = expectSuccess(try hibari(arguments)).output
        let file = try space.write("run.yaml", printed)
        #expect(expectSuccess(try hibari("pretrain", "--config", file, "--print-config")).output == printed)
    }

    @Test func theCommandLineWins() throws {
        let file = try space.write(
            "run.yaml", "corpus: [a.txt, b.txt]\npreset: toy\ndim: 64\nsteps: 5\nbias: true\narch: gpt2\n")
        func settings(_ more: String...) throws -> String {
            expectSuccess(try hibari(["pretrain", "--config", file, "--print-config"] + more)).output
        }
        let plain = try settings()
        for line in ["dim: 64", "steps: 5", "batch: 16", "lr: 0.003", "bias: true"] {
            #expect(plain.contains(line + "\n"))
        }
        #expect(!plain.contains("minutes"))
        let changed = try settings(
            "--dim", "32", "--tokens", "100", "--corpus", "c.txt", "--no-bias", "--lr=1.0")
        for line in ["dim: 32", "tokens: 100", #"corpus: ["c.txt"]"#, "bias: false", "lr: 1.0"] {
            #expect(changed.contains(line + "\n"), "\(line) in \(changed)")
        }
        #expect(!changed.contains("steps: "))
        #expect(try settings("--preset", "micro").contains("lr: 0.002\n"))
    }

    /// A preset's rates are made for its optimizer.
    @Test func anotherOptimizerTakesItsOwnRates() throws {
        let preset = ["pretrain", "--corpus", "a.txt", "--preset", "shakespeare-nanogpt", "--print-config"]
        let plain = expectSuccess(try hibari(preset)).output
        #expect(plain.contains("beta2: 0.99\n") && plain.contains("min-lr: 0.0001\n"))
        let other = expectSuccess(try hibari(preset + ["--optimizer", "sgd"])).output
        #expect(!other.contains("beta2: "))
        for line in ["weight-decay: 0.0", "steps: 2000", #"schedule: "cosine""#] {
            #expect(other.contains(line + "\n"), "\(line) in \(other)")
        }
        let own = expectSuccess(try hibari(preset + ["--optimizer", "lion", "--beta2", "0.98"])).output
        #expect(own.contains("beta2: 0.98\n"))
    }

    /// What --minutes leaves open is chosen; what is given stays, and the result reads back.
    @Test func minutesChooseTheRest() throws {
        let text = try space.write("text.txt", String(repeating: "Wind und Wellen. ", count: 300))
        let command = ["pretrain", "--corpus", text, "--minutes", "0.5", "--print-config"]
        let chosen = expectSuccess(try hibari(command))
        #expect(chosen.output.contains(#"optimizer: "muon""#) && chosen.errors.contains("recipe "))
        let given = ["--dim", "96", "--heads", "6", "--lr", "5e-5", "--no-tie", "--batch", "5"]
        let own = expectSuccess(try hibari(command + given))
        for line in ["dim: 96", "heads: 6", "tie: false", "batch: 5", "zero-init: true"] {
            #expect(own.output.contains("\n" + line + "\n"), "\(line) in \(own.output)")
        }
        for word in ["width", "sequences", "muon"] { #expect(!own.errors.contains(word)) }
        let file = try space.write("chosen.yaml", own.output)
        #expect(
            expectSuccess(try hibari("pretrain", "--config", file, "--print-config")).output == own.output)
        // Another horizon, a preset or a text that cannot be read leave nothing to choose.
        for other in [["--preset", "toy"], ["--corpus", space.path("missing.txt")]] {
            #expect(!expectSuccess(try hibari(command + other)).output.contains("muon"))
        }
        expectError(try hibari(command + ["--dim", "10", "--heads", "3"]), 64, "dim")
    }

    @Test func aRunCanBeRepeatedFromItsConfiguration() throws {
        try space.pretrain("one", "--tokenizer", "chars", "--dropout", "0.1")
        let arguments = space.pretraining("two", "--tokenizer", "chars", "--dropout", "0.1", "--print-config")
        let file = try space.write("run.yaml", expectSuccess(try hibari(arguments)).output)
        expectSuccess(try hibari("pretrain", "--config", file, "--out", space.path("two"), "--threads", "1"))
        try space.expectSame("one", "two")
    }

    @Test(arguments: [
        ("a: [1", "not valid YAML"), ("- a\n- b", "option: value"), ("dim: {a: 1}", "dim"),
        ("nosuch: 3", "nosuch"),
        ("dim: wide", "wide"), ("preset: huge", "huge"), ("steps: 3\ntokens: 5", "steps"),
    ])
    func badFiles(_ text: String, _ naming: String) throws {
        let file = try space.write("bad.yaml", text)
        let outcome = try hibari(
            space.pretraining("out", "--config", file).filter { $0 != "--steps" && $0 != "12" })
        expectError(outcome, outcome.status == 65 ? 65 : 64, naming)
        #expect(!space.exists("out"))
    }

    @Test(arguments: [
        [], ["pretrain"], ["generate"], ["eval"], ["plan"], ["inspect"], ["corpus"], ["corpus", "make"],
        ["corpus", "check"], ["corpus", "prepare"], ["tokenizer"], ["tokenizer", "train"], ["doctor"],
    ])
    func help(_ command: [String]) throws {
        let outcome = expectSuccess(try hibari(command + ["--help"]))
        #expect(outcome.output.contains("USAGE: hibari") && outcome.errors == "")
        #expect([["corpus"], ["tokenizer"]].contains(command) || outcome.output.contains("Example: hibari"))
    }

    @Test func version() throws {
        #expect(expectSuccess(try hibari("--version")).output.hasPrefix("hibari "))
    }
}
