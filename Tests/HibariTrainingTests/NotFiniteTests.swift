import HibariModels
import HibariTensor
import HibariTraining
import Testing

/// A run whose numbers leave the finite stops, names the step and keeps a checkpoint that is still good.
@Suite struct NotFiniteTests {
    private let tiny: TinyRun

    init() throws { tiny = try TinyRun() }

    /// Trains and sets a weight to NaN after `step`; returns the error.
    private func poison(after step: Int, _ configuration: PretrainConfiguration) throws -> RunError? {
        let pretraining = try Pretraining(configuration, run: tiny.run("run"))
        return #expect(throws: RunError.self) {
            try pretraining.start(command: [], version: "") { event in
                guard case .step(let report, _) = event, report.step == step else { return }
                let parameter = pretraining.model.parameters[0]
                parameter.assign(Tensor(repeating: .nan, shape: parameter.shape))
            }
        }
    }

    private func expectKept(_ error: RunError?, step: Int, kept: Int) throws {
        guard case .lossNotFinite(let found, _, _, let checkpoint) = error else {
            Issue.record("expected lossNotFinite, got \(String(describing: error))")
            return
        }
        #expect(found == step)
        #expect(checkpoint?.hasSuffix("checkpoints/step-\(kept)") == true)
        #expect(tiny.link("last", of: "run") == "checkpoints/step-\(kept)")
        let model = try ModelFolder(path: tiny.run("run").last).model
        #expect(model.parameters.allSatisfy { $0.value.sumOfSquares.isFinite })
        #expect(error?.exitStatus == .badData)
        #expect(
            error?.description.contains("step \(step)") == true && error?.description.contains("--lr") == true
        )
    }

    @Test func theNextStepFindsIt() throws {
        let error = try poison(after: 6, tiny.configuration { $0.evaluateEvery = 0 })
        try expectKept(error, step: 7, kept: 5)
    }

    @Test func aCheckpointOfDamagedWeightsIsNotWritten() throws {
        let error = try poison(after: 10, tiny.configuration { $0.evaluateEvery = 0 })
        try expectKept(error, step: 10, kept: 5)
    }

    @Test func anEvaluationThatIsNotFiniteIsNotTheBest() throws {
        let error = try poison(after: 8, tiny.configuration { $0.saveEvery = 0 })
        try expectKept(error, step: 8, kept: 4)
    }

    @Test func aHugeLearningRateStopsTheRun() throws {
        let configuration = tiny.configuration {
            ($0.learningRate, $0.warmup, $0.schedule, $0.clip, $0.optimizer) = (1e30, 0, .constant, 0, .sgd)
        }
        let error = #expect(throws: RunError.self) { try tiny.train("run", configuration) }
        guard case .lossNotFinite(let step, _, _, nil) = error else {
            Issue.record("expected lossNotFinite without a checkpoint, got \(String(describing: error))")
            return
        }
        #expect((1...4).contains(step))
        #expect(tiny.link("last", of: "run") == nil)
    }
}
