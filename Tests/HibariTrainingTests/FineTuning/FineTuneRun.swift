import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTraining
import Testing

/// A tiny base of two blocks, another text, and runs on it that take a fraction of a second.
final class FineTuneRun {
    let tiny: TinyRun
    /// 16 wide, MLP 64 wide, 257 bytes.
    var base: String { tiny.run("base").path }
    var corpus: String { tiny.folder + "/other.txt" }

    init() throws {
        tiny = try TinyRun()
        try tiny.train("base", tiny.configuration { $0.layers = 2 })
        try writeText(sentences: 50)
    }

    func writeText(sentences: Int) throws {
        let text = (0..<sentences).map { "A heron stands in pond \($0 * 5 % 11); it waits for fish \($0).\n" }
        try writeFileAtomically(corpus, text.joined())
    }

    /// 12 steps, evaluations every 4 and checkpoints every 5.
    func configuration(
        _ change: (inout FineTuneConfiguration) throws -> Void = { _ in }
    ) throws -> FineTuneConfiguration {
        var c = FineTuneConfiguration(model: base)
        c.context = 16
        (c.recipe.batch, c.recipe.horizon, c.recipe.learningRate) = (4, .steps(12), 1e-2)
        (c.recipe.evaluateEvery, c.recipe.evaluationBatches) = (4, 1)
        (c.recipe.saveEvery, c.recipe.logEvery) = (5, 1)
        try change(&c)
        return c
    }

    /// Adapters of rank 4 with dropout.
    func adapters(
        _ change: (inout FineTuneConfiguration) -> Void = { _ in }
    ) throws -> FineTuneConfiguration {
        try configuration {
            $0.lowRank = try LowRankConfiguration(rank: 4, dropout: 0.1)
            change(&$0)
        }
    }

    func prepare(_ configuration: FineTuneConfiguration) throws -> FineTuning {
        try FineTuning(configuration, CorpusSource([corpus]), run: nil)
    }

    @discardableResult
    func train(
        _ name: String, _ configuration: FineTuneConfiguration,
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> FineTuneResult {
        try FineTuning(configuration, CorpusSource([corpus]), run: tiny.run(name)).start(
            command: ["test"], version: "test", observe: observe)
    }

    @discardableResult
    func resume(_ name: String, _ configuration: FineTuneConfiguration) throws -> FineTuneResult {
        try FineTuning(resuming: tiny.run(name), configuration, CorpusSource([corpus])).start(
            command: ["test"], version: "test"
        ) { _ in }
    }

    /// Trains until after a step, as a killed process does.
    func trainCut(_ name: String, _ configuration: FineTuneConfiguration, afterStep step: Int) {
        #expect(throws: Interruption.self) {
            try self.train(name, configuration) {
                if case .step(let report, _) = $0, report.step == step { throw Interruption() }
            }
        }
    }

    /// The names of the tensors in which the model of a run differs from its base.
    func changedTensors(_ name: String) throws -> Set<String> {
        let (before, after) = (
            try SafetensorsFile(path: base + "/model.safetensors"),
            try SafetensorsFile(path: tiny.run(name).path + "/model.safetensors")
        )
        #expect(Set(before.tensorNames) == Set(after.tensorNames))
        return Set(try before.tensorNames.filter { try before.floats(of: $0) != after.floats(of: $0) })
    }

    /// A key of the run.json of a run.
    func record(_ name: String, _ key: String) throws -> JSONValue? {
        try JSONValue(contentsOf: tiny.run(name).runFile)[key]
    }
}
