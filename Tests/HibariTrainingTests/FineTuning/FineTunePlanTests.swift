import HibariNN
import HibariSupport
import HibariTraining
import Testing

/// The table of parameters, the plan of the memory, and the scores before and after.
@Suite struct FineTunePlanTests {
    private let run: FineTuneRun
    /// Of 4 maps 16 → 16, two 16 → 64 and one 64 → 16 in each of two blocks, at rank 4: r·(in + out) each.
    private let adapterCount = 2 * 4 * (4 * 32 + 3 * 80)

    init() throws { run = try FineTuneRun() }

    @Test func tableOfAdapters() throws {
        let tuning = try run.prepare(try run.adapters())
        let table = tuning.table
        #expect(table.trained == adapterCount)
        #expect(table.frozen == tuning.model.parameterCount)
        let embedding = table.rows.first { $0.group == .embedding }
        #expect(embedding?.trained == 0 && embedding?.frozen == 257 * 16 && embedding?.bytes == 4 * 257 * 16)
        #expect(table.rows.map(\.group) == [.embedding, .attention, .mlp, .norms, .adapters])
        let lines = table.text.split(separator: "\n")
        #expect(lines.count == 7 && Set(lines.map(\.count)).count == 1, "\(table.text)")
        #expect(table.text.contains("2,944"))
    }

    @Test func memoryOfAllAndOfAdapters() throws {
        let all = try run.prepare(try run.configuration())
        let count = Double(all.model.parameterCount)
        #expect(all.table.frozen == 0)
        #expect(all.memory.weights == 4 * count && all.memory.gradients == 4 * count)
        // AdamW keeps two moments.
        #expect(all.memory.moments == 8 * count)
        // At least 8 numbers for each of 2 · 16 channels and 4 · 16 tokens.
        #expect(all.memory.activations == 4 * 8 * 2 * 16 * 4 * 16)
        let adapters = try run.prepare(try run.adapters()).memory
        #expect(adapters.gradients == Double(4 * adapterCount))
        #expect(adapters.moments == Double(8 * adapterCount))
        #expect(adapters.weights == 4 * count + Double(4 * adapterCount))
        let last = try run.prepare(try run.configuration { $0.trainLast = 1 }).memory
        #expect(last.activations == all.memory.activations / 2)
        #expect(throws: Never.self) { try all.memory.check(present: Int(all.memory.total)) }
        let error = #expect(throws: FineTuneError.self) {
            try all.memory.check(present: Int(all.memory.total) - 1)
        }
        #expect(error?.exitStatus == .unavailable)
        #expect(error?.description.contains("--lora") == true)
    }

    @Test func scoresBeforeAndAfter() throws {
        let result = try run.train("scored", try run.configuration { $0.baseCorpus = run.tiny.corpus })
        let (before, after) = (result.before, try #require(result.after))
        #expect((after.heldOut?.loss ?? 9) < (before.heldOut?.loss ?? 0))
        // The base was trained on its corpus, which the other text makes it forget.
        #expect((after.base?.loss ?? 0) > (before.base?.loss ?? 9))
        let (saved, trained) = (
            try run.record("scored", "before"), try run.record("scored", "trained_parameters")
        )
        #expect(saved?["held_out"]?["loss"]?.double == before.heldOut?.loss)
        #expect(try run.record("scored", "after")?["base_corpus"]?["loss"]?.double == after.base?.loss)
        #expect(trained?.int == (try run.prepare(try run.configuration())).model.parameterCount)
        #expect(result.publishedStep == run.tiny.run("scored").bestStep && result.publishedStep != nil)
    }

    @Test func epochsAndTokens() throws {
        let tuning = try run.prepare(try run.configuration { $0.recipe.horizon = .epochs(1) })
        #expect(tuning.totalSteps == Int(tuning.data.stepsPerEpoch.rounded(.up)))
        #expect(try run.prepare(try run.configuration { $0.recipe.horizon = .tokens(129) }).totalSteps == 3)
    }
}
