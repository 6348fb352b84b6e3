import HibariNN
import HibariSupport
import HibariTraining
import Testing

/// A fine-tuning run that was interrupted and resumed must end with the bytes of one that was not.
@Suite struct FineTuneResumeTests {
    private let run: FineTuneRun

    init() throws { run = try FineTuneRun() }

    private func expectSame(_ one: String, _ other: String, weights: String) throws {
        let tiny = run.tiny
        for file in ["last/" + weights, "last/optimizer.safetensors", "best/" + weights, weights] {
            let isSame =
                try readFile(tiny.run(one).path + "/" + file) == readFile(tiny.run(other).path + "/" + file)
            #expect(isSame, "\(file)")
        }
        #expect(try tiny.metrics(one) == tiny.metrics(other))
        #expect(try run.record(one, "before") == run.record(other, "before"))
        #expect(try run.record(one, "after") == run.record(other, "after"))
    }

    /// Before the first checkpoint, behind it, and behind the last step.
    @Test(arguments: [2, 7, 12]) func weights(_ step: Int) throws {
        let configuration = try run.configuration {
            $0.freeze = ["*norm*"]
            $0.baseCorpus = run.tiny.corpus
        }
        try run.train("whole", configuration)
        run.trainCut("cut", configuration, afterStep: step)
        try run.resume("cut", configuration)
        try expectSame("whole", "cut", weights: "model.safetensors")
    }

    @Test(arguments: [2, 7, 12]) func adapters(_ step: Int) throws {
        let configuration = try run.adapters { $0.recipe.ema = 0.9 }
        try run.train("whole", configuration)
        run.trainCut("cut", configuration, afterStep: step)
        try run.resume("cut", configuration)
        try expectSame("whole", "cut", weights: "adapter_model.safetensors")
    }

    @Test func adaptersOverAFloatBase() throws {
        let configuration = try run.adapters { $0.baseWeights = .float32 }
        try run.train("whole", configuration)
        run.trainCut("cut", configuration, afterStep: 7)
        try run.resume("cut", configuration)
        try expectSame("whole", "cut", weights: "adapter_model.safetensors")
    }

    @Test func aFinishedRunSaysWhatItScored() throws {
        let configuration = try run.adapters()
        let result = try run.train("done", configuration)
        let again = try run.resume("done", configuration)
        #expect(again.training.steps == 12)
        #expect(again.after?.heldOut?.loss == result.after?.heldOut?.loss)
        #expect(again.before.heldOut?.loss == result.before.heldOut?.loss)
    }

    @Test func aChangedBaseIsRefused() throws {
        let configuration = try run.adapters()
        run.trainCut("cut", configuration, afterStep: 7)
        let tiny = run.tiny
        try tiny.train("other", tiny.configuration { ($0.layers, $0.seed) = (2, 2) })
        let weights = try readFile(tiny.run("other").path + "/model.safetensors")
        try writeFileAtomically(run.base + "/model.safetensors", weights)
        let error = #expect(throws: RunError.self) { try run.resume("cut", configuration) }
        guard case .changedData(_, "base model", _, _) = error else {
            Issue.record("expected changedData, got \(String(describing: error))")
            return
        }
    }

    @Test func aChangedTextIsRefused() throws {
        let configuration = try run.configuration()
        run.trainCut("cut", configuration, afterStep: 7)
        try run.writeText(sentences: 51)
        let error = #expect(throws: RunError.self) { try run.resume("cut", configuration) }
        guard case .changedData(_, "corpus", _, _) = error else {
            Issue.record("expected changedData, got \(String(describing: error))")
            return
        }
    }

    @Test func anAdapterIsNoBase() throws {
        try run.train("adapter", try run.adapters())
        let configuration = try run.configuration { $0.model = run.tiny.run("adapter").path }
        let error = #expect(throws: FineTuneError.self) { try run.prepare(configuration) }
        #expect(error == .baseIsAdapter(path: configuration.model))
        #expect(throws: RunError.self) { try run.train("adapter", try run.configuration()) }
    }
}
