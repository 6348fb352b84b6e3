import HibariModels
import HibariSupport
import HibariTraining
import Testing

/// Which checkpoints a run keeps, and what `best`, `last` and the run's own model are.
@Suite struct CheckpointTests {
    private let tiny: TinyRun

    init() throws { tiny = try TinyRun() }

    @Test(arguments: [1, 2, 4]) func keepsTheNewestAndTheBest(_ keep: Int) throws {
        let configuration = tiny.configuration {
            ($0.keep, $0.saveEvery, $0.evaluateEvery, $0.horizon) = (keep, 2, 6, .steps(20))
        }
        var (best, saved) = (0, [Int]())
        try tiny.train("run", configuration) { event in
            if case .evaluation(let step, _, true, _) = event { best = step }
            if case .checkpoint(let step, _) = event { saved.append(step) }
        }
        let expected = Set(saved.suffix(keep) + [best])
        #expect(try Set(tiny.run("run").steps()) == expected)
        #expect(tiny.link("best", of: "run") == "checkpoints/step-\(best)")
        #expect(tiny.link("last", of: "run") == "checkpoints/step-20")
        let path = tiny.run("run").path
        #expect(try readFile(path + "/model.safetensors") == readFile(path + "/best/model.safetensors"))
    }

    @Test func theRunIsTheBestModelAndNotTheLast() throws {
        // A rate that grows from useful to absurd: the loss falls, then rises.
        let configuration = tiny.configuration {
            ($0.learningRate, $0.warmup, $0.clip, $0.horizon) = (3, 400, 0, .steps(24))
        }
        var (best, lowest) = (0, Double.infinity)
        try tiny.train("run", configuration) { event in
            if case .evaluation(let step, let evaluation, _, _) = event, evaluation.loss < lowest {
                (best, lowest) = (step, evaluation.loss)
            }
        }
        #expect(tiny.link("best", of: "run") == "checkpoints/step-\(best)")
        let path = tiny.run("run").path
        #expect(try readFile(path + "/model.safetensors") == readFile(path + "/best/model.safetensors"))
    }

    @Test func withoutHeldOutTextTheLastIsTheRun() throws {
        try tiny.train("run", tiny.configuration { $0.validationFraction = 0 })
        let path = tiny.run("run").path
        #expect(try readFile(path + "/model.safetensors") == readFile(path + "/last/model.safetensors"))
        #expect(tiny.link("best", of: "run") == nil)
        #expect(try tiny.metrics("run").allSatisfy { $0["type"] == "train" })
    }

    @Test func aRunIsAModelFolder() throws {
        try tiny.train("run", tiny.configuration())
        for place in ["", "/best", "/last"] {
            let folder = try ModelFolder(path: tiny.run("run").path + place)
            #expect(folder.tokenizer.kind == "bytes" && folder.model.configuration.layerCount == 1)
        }
        let leftovers = try listDirectory(tiny.run("run").path).filter { $0.hasPrefix(".") }
        #expect(leftovers.isEmpty, "\(leftovers)")
    }
}
