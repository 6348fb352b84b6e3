import HibariCheckpoint
import HibariModels
import HibariSupport
import HibariTraining
import Testing

/// A run that was interrupted and resumed must end with the bytes of one that was not.
@Suite struct ResumeTests {
    private let tiny: TinyRun
    private let configuration: PretrainConfiguration

    init() throws {
        tiny = try TinyRun()
        configuration = tiny.configuration()
        try tiny.train("whole", configuration)
    }

    /// Interrupts a run at the event that `isThePlace` picks, and resumes it.
    private func interrupt(_ name: String, at isThePlace: @escaping (TrainingEvent) -> Bool) throws {
        #expect(throws: Interruption.self) {
            try tiny.train(name, configuration) { if isThePlace($0) { throw Interruption() } }
        }
        try tiny.resume(name, configuration)
    }

    @Test(arguments: [1, 3, 4, 5, 9, 13, 16]) func interruptedInAStep(_ step: Int) throws {
        try interrupt("cut") { if case .step(let report, _) = $0 { report.step == step } else { false } }
        try tiny.expectSame("whole", "cut")
    }

    @Test(arguments: [4, 8, 12, 16]) func interruptedAfterAnEvaluation(_ step: Int) throws {
        try interrupt("cut") { if case .evaluation(step, _, _, _) = $0 { true } else { false } }
        try tiny.expectSame("whole", "cut")
    }

    @Test(arguments: [4, 5, 10, 15, 16]) func interruptedAfterACheckpoint(_ step: Int) throws {
        try interrupt("cut") { if case .checkpoint(step, _) = $0 { true } else { false } }
        try tiny.expectSame("whole", "cut")
    }

    @Test(arguments: TrainingRecipe.OptimizerKind.allCases) func withEveryOptimizer(
        _ optimizer: TrainingRecipe.OptimizerKind
    ) throws {
        let configuration = tiny.configuration { $0.optimizer = optimizer }
        try tiny.train("unbroken", configuration)
        #expect(throws: Interruption.self) {
            try tiny.train("cut", configuration) {
                if case .step(let report, _) = $0, report.step == 13 { throw Interruption() }
            }
        }
        try tiny.resume("cut", configuration)
        try tiny.expectSame("unbroken", "cut")
    }

    /// Both the averaged weights and those that are trained go on where they stood.
    @Test(arguments: [2, 6, 13]) func withAverages(_ step: Int) throws {
        let configuration = tiny.configuration { $0.ema = 0.9 }
        try tiny.train("unbroken", configuration)
        #expect(throws: Interruption.self) {
            try tiny.train("cut", configuration) {
                if case .step(let report, _) = $0, report.step == step { throw Interruption() }
            }
        }
        try tiny.resume("cut", configuration)
        try tiny.expectSame("unbroken", "cut")
        let (averaged, plain) = (tiny.run("unbroken").path, tiny.run("whole").path)
        let file = try SafetensorsFile(path: averaged + "/last/optimizer.safetensors")
        // Averages change nothing of the training itself.
        let weights = try SafetensorsFile(path: plain + "/last/model.safetensors")
        for name in weights.tensorNames {
            let isSame = try file.floats(of: "weights." + name) == weights.floats(of: name)
            #expect(isSame, "\(name)")
        }
    }

    @Test func interruptedAgainAndAgain() throws {
        #expect(throws: Interruption.self) {
            try tiny.train("cut", configuration) {
                if case .step(let report, _) = $0, report.step == 6 { throw Interruption() }
            }
        }
        for step in [6, 7, 11, 14] {
            #expect(throws: Interruption.self) {
                try tiny.resume("cut", configuration) {
                    if case .step(let report, _) = $0, report.step == step { throw Interruption() }
                }
            }
        }
        try tiny.resume("cut", configuration)
        try tiny.expectSame("whole", "cut")
    }

    @Test func resumingAFinishedRunChangesNothing() throws {
        let before = try readFile(tiny.run("whole").metricsFile)
        let result = try tiny.resume("whole", configuration)
        #expect(result.steps == 16 && result.stoppedBy == nil)
        #expect(try readFile(tiny.run("whole").metricsFile) == before)
    }

    @Test func changedCorpusIsRefused() throws {
        try writeFileAtomically(tiny.corpus, TinyRun.text(sentences: 61))
        let error = #expect(throws: RunError.self) { try tiny.resume("whole", configuration) }
        guard case .changedData(_, "corpus", _, _) = error else {
            Issue.record("expected changedData, got \(String(describing: error))")
            return
        }
        #expect(error?.exitStatus == .badData)
    }

    @Test func anotherModelIsRefused() throws {
        let other = tiny.configuration { $0.feedForwardDim = 48 }
        let error = #expect(throws: RunError.self) { try tiny.resume("whole", other) }
        guard case .badState = error else {
            Issue.record("expected badState, got \(String(describing: error))")
            return
        }
    }

    @Test func aFolderWithoutARunCannotBeResumed() throws {
        let error = #expect(throws: RunError.self) { try tiny.resume("nothing", configuration) }
        #expect(error?.exitStatus == .inputMissing)
        #expect(!fileExists(tiny.run("nothing").path))
    }

    @Test func aFolderWithARunIsNotOverwritten() throws {
        let error = #expect(throws: RunError.self) { try tiny.train("whole", configuration) }
        #expect(error?.exitStatus == .cannotCreate)
    }
}
