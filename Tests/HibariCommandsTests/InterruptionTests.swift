import Foundation
import HibariSupport
import Testing

/// Runs that are stopped or killed, and then resumed.
@Suite struct InterruptionTests {
    private let space: Workspace

    init() throws { space = try Workspace() }

    /// Long enough to be stopped on the way, short enough to be run again.
    private func arguments(_ out: String) -> [String] {
        space.pretraining(
            out, "--steps=900", "--dropout=0.1", "--save-every=60", "--eval-every=200", "--eval-batches=2",
            "--warmup=5"
        ).filter { $0 != "--steps" && $0 != "12" }
    }

    /// Waits until the run has written `bytes` of metrics; false if it ended before.
    private func waitForRows(_ program: Program, _ run: String, bytes: Int) -> Bool {
        while program.process.isRunning {
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: space.path(run) + "/metrics.jsonl")
            if let size = attributes?[.size] as? Int, size >= bytes { return true }
            usleep(2000)
        }
        return false
    }

    @Test func textsThatLookLikeFlagsSurviveAResume() throws {
        try space.pretrain("odd", "--sample-prompt=true")
        expectSuccess(try hibari(["pretrain", "--resume", space.path("odd")]))
    }

    @Test func aRunGoesOnFromAnotherFolder() throws {
        let arguments = ["pretrain", "--corpus", "corpus.txt", "--out", "moved"] + Workspace.tiny
        expectSuccess(try Program(arguments, folder: space.folder).wait())
        try removeTree(space.path("moved/checkpoints/step-12"))
        expectSuccess(try hibari(["pretrain", "--resume", space.path("moved")]))
        #expect(space.exists("moved/checkpoints/step-12"))
    }

    @Test func killedAnywhereAndResumedToTheSameBytes() throws {
        expectSuccess(try hibari(arguments("whole")))
        var start = arguments("cut")
        for bytes in [200, 20_000, 60_000, 90_000] {
            let program = try Program(start)
            #expect(waitForRows(program, "cut", bytes: bytes))
            program.signal(SIGKILL)
            #expect(program.wait().status == 128 + SIGKILL)
            start = ["pretrain", "--resume", space.path("cut"), "--threads", "1"]
        }
        expectSuccess(try hibari(start))
        try space.expectSame("whole", "cut")
        let names = try listDirectory(space.path("cut")) + listDirectory(space.path("cut/checkpoints"))
        #expect(!names.contains { $0.hasPrefix(".") }, "\(names)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func signalsSaveAndStop(_ signal: Int32) throws {
        expectSuccess(try hibari(arguments("whole")))
        let program = try Program(arguments("cut"))
        #expect(waitForRows(program, "cut", bytes: 10_000))
        program.signal(signal)
        let stopped = program.wait()
        #expect(stopped.status == 128 + signal)
        #expect(stopped.errors.contains("stopped at step"))
        #expect(space.exists("cut/last/state.json"))
        expectSuccess(try hibari("pretrain", "--resume", space.path("cut"), "--threads", "1"))
        try space.expectSame("whole", "cut")
    }

    @Test func resumingTakesNoOtherOptions() throws {
        try space.pretrain("run")
        for option in ["--steps=20", "--corpus=x", "--out=y", "--lr=1", "--print-config", "--preset=toy"] {
            let outcome = try hibari("pretrain", "--resume", space.path("run"), option)
            expectError(outcome, 64, String(option.split(separator: "=")[0]))
        }
        let again = try expectSuccess(
            hibari("pretrain", "--resume", space.path("run"), "--json", "--threads", "1"))
        #expect(try again.json["steps"] == 12)
    }

    @Test func changedTextIsRefusedOnResume() throws {
        try space.pretrain("run")
        try space.write("corpus.txt", Workspace.text + "More.\n")
        expectError(try hibari("pretrain", "--resume", space.path("run")), 65, "the corpus changed")
        try removeTree(space.path("corpus.txt"))
        expectError(try hibari("pretrain", "--resume", space.path("run")), 66, "corpus.txt")
    }

    @Test func nothingToResume() throws {
        expectError(try hibari("pretrain", "--resume", space.path("none")), 66, "none")
        #expect(!space.exists("none"))
    }
}
