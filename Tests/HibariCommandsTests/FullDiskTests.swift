import HibariSupport
import Testing

/// Output that cannot be written: a clear error, and what was there before stays readable.
@Suite struct FullDiskTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    private let command = #"exec "$@""#

    /// Runs with files limited to `blocks` of 512 bytes.
    private func limited(_ blocks: Int, _ arguments: [String]) throws -> Outcome {
        try Program(arguments, shell: "ulimit -f \(blocks) && \(command)").wait()
    }

    @Test func firstCheckpointDoesNotFit() throws {
        let outcome = try limited(8, space.pretraining("out"))
        #expect(outcome.status == 74, "\(outcome.errors)")
        #expect(
            outcome.errors.split(separator: "\n").last?.hasPrefix("error: cannot write") == true,
            "\(outcome.errors)")
        #expect(outcome.errors.contains("ulimit"))
        #expect(try listDirectory(space.path("out/checkpoints")).isEmpty)
        #expect(!space.exists("out/model.safetensors") && !space.exists("out/last"))
    }

    @Test func metricsOutgrowTheDiskAfterACheckpoint() throws {
        // 64 KiB hold every checkpoint but not 1000 rows.
        var arguments = space.pretraining(
            "out", "--steps=1000", "--save-every=50", "--eval-every=100", "--eval-batches=1")
        arguments = arguments.filter { $0 != "--steps" && $0 != "12" }
        let outcome = try limited(160, arguments)
        #expect(outcome.status == 74, "\(outcome.errors)")
        #expect(outcome.errors.contains("metrics.jsonl"))
        expectSuccess(try hibari("generate", space.path("out"), "--prompt", "The", "--max-tokens", "5"))
        expectSuccess(try hibari("pretrain", "--resume", space.path("out"), "--threads", "1"))
        try space.expectSame("out", "out")
        #expect(try space.metrics("out").filter { $0["type"] == "train" }.count == 1000)
    }

    @Test func standardOutputIsFull() throws {
        try space.pretrain("run")
        for arguments in [
            ["corpus", "make", "stories", "--bytes", "1000"], ["inspect", space.path("run")], ["doctor"],
            ["generate", space.path("run"), "--prompt", "The"],
            ["eval", space.path("run"), space.path("corpus.txt")],
        ] {
            let outcome = try Program(arguments, shell: command + " > /dev/full").wait()
            #expect(outcome.status == 74, "\(arguments) \(outcome.errors)")
            #expect(outcome.errors.contains("error: cannot write 'standard output'"), "\(arguments)")
        }
    }

    @Test func aFileOfStoriesDoesNotFit() throws {
        let outcome = try limited(
            8, ["corpus", "make", "stories", "--bytes", "100000", "--out", space.path("s.txt")])
        expectError(outcome, 74, "s.txt")
        #expect(try listDirectory(space.folder) == ["corpus.txt"])
    }

    @Test func aPlaceThatCannotBeWritten() throws {
        expectError(try hibari("corpus", "make", "stories", "--out", space.path("none/s.txt")), 73, "none")
        let outcome = try hibari(
            ["pretrain", "--corpus", space.path("corpus.txt"), "--out", "/proc/run"] + Workspace.tiny)
        #expect(outcome.status == 73 && outcome.errors.contains("error: cannot create"), "\(outcome.errors)")
    }
}
