import HibariChat
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTraining
import Testing

/// Training on examples of instructions.
@Suite struct InstructionTaskTests {
    private let folder = InstructionFolder()

    private func task(
        _ model: any LanguageModel, _ data: InstructionData, _ packing: InstructionPacking,
        evaluationBatches: Int? = nil
    ) throws -> InstructionTask {
        InstructionTask(
            model: model, parameters: model.parameters,
            batches: try InstructionBatches(data.training, packing: packing, seed: 1),
            heldOut: data.heldOut, evaluationBatches: evaluationBatches, seed: 2
        ) { [tokenizer = folder.tokenizer] in try ModelFolder.write(model, tokenizer, to: $0) }
    }

    private func loss(_ model: any LanguageModel, _ sequence: InstructionSequence) -> Tensor {
        let shape: Shape = [1, sequence.inputs.count]
        return model.loss(Tensor(sequence.inputs, shape: shape), Tensor(sequence.targets, shape: shape))
    }

    /// The mean over the learned tokens of held-out examples, one by one.
    @Test(arguments: ModelFamily.allCases) func evaluation(_ family: ModelFamily) throws {
        let model = try folder.model(family)
        let data = try folder.data(40, heldOut: .share(0.3))
        let heldOut = try #require(data.heldOut)
        var (total, count) = (0.0, 0)
        for sequence in heldOut.sequences {
            total += Double(sequence.trainedCount) * loss(model, sequence).item
            count += sequence.trainedCount
        }
        let found = try #require(try task(model, data, .tokens(500)).evaluate(isFinal: true))
        #expect(found.units == count && found.isComplete)
        #expect(abs(found.loss - total / Double(count)) < 1e-5)
        #expect(try task(model, folder.data(40, heldOut: .none), .tokens(500)).evaluate(isFinal: true) == nil)
    }

    /// However a step is cut into micro-batches, each learned token counts the same.
    @Test(arguments: [InstructionPacking.examples(2), .examples(5), .tokens(300)])
    func aStepIsTheMeanOverItsLearnedTokens(_ packing: InstructionPacking) throws {
        let model = try folder.model()
        let data = try folder.data(40, heldOut: .none)
        let task = try task(model, data, packing)
        let (step, accumulation) = (1, 3)
        let micro = step * accumulation..<(step + 1) * accumulation
        let shares = micro.map { task.share(microBatch: $0, accumulation: accumulation) }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
        var value = 0.0
        for (index, share) in zip(micro, shares) {
            value += share * valueWithGradient(weight: share) { task.loss(microBatch: index) }.item
        }
        let found = model.parameters.map { $0.gradient.array(of: Float.self) }
        for parameter in model.parameters { parameter.clearGradient() }
        // The same examples one by one, each learned token with the same weight.
        let batches = try InstructionBatches(data.training, packing: packing, seed: 1)
        let sequences = micro.flatMap { index in
            let batch = batches.batch(step: index)
            var start = 0
            return batch.segments.compactMap { length in
                defer { start += length }
                let inputs = Array(batch.inputs[start..<start + length])
                return data.training.sequences.first { $0.inputs == inputs }
            }
        }
        let count = sequences.reduce(0) { $0 + $1.trainedCount }
        var expected = 0.0
        for sequence in sequences {
            let weight = Double(sequence.trainedCount) / Double(count)
            expected += weight * valueWithGradient(weight: weight) { loss(model, sequence) }.item
        }
        #expect(abs(value - expected) < 1e-5)
        for (parameter, gradient) in zip(model.parameters, found) {
            let own = parameter.gradient.array(of: Float.self)
            let error = zip(gradient, own).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(error < 1e-5, "\(parameter.name)")
        }
    }

    @Test func evaluationsDuringTrainingTakeAPart() throws {
        let model = try folder.model()
        // 4,096 tokens a batch: several batches.
        let data = try folder.data(400, heldOut: .share(0.5))
        let whole = try #require(try task(model, data, .tokens(500)).evaluate(isFinal: false))
        let part = try #require(
            try task(model, data, .tokens(500), evaluationBatches: 1).evaluate(isFinal: false))
        #expect(whole.isComplete && !part.isComplete && part.units < whole.units)
        #expect(try task(model, data, .tokens(500), evaluationBatches: 1).evaluate(isFinal: true) == whole)
    }

    /// The loss of a step as the loop reports it, and what it trains, after an interruption.
    @Test(arguments: [3, 7, 12]) func anInterruptedRunEndsTheSame(_ step: Int) throws {
        let data = try folder.data(30)
        @discardableResult
        func train(_ name: String, from checkpoint: String? = nil, stopAt: Int? = nil) throws
            -> TrainingResult
        {
            let model = try checkpoint.map { try ModelFolder(path: $0).model } ?? folder.model()
            let run = RunDirectory(path: "\(folder.path)/\(name)")
            if checkpoint == nil { try run.create() }
            let loop = TrainingLoop(
                try task(model, data, .tokens(300)), optimizer: AdamW(model.parameters),
                schedule: LearningRateSchedule(
                    shape: .constant, peak: 1e-2, minimum: 0, warmupSteps: 0, totalSteps: 12),
                options: LoopOptions(
                    totalSteps: 12, accumulation: 2, logEvery: 1, evaluateEvery: 4, saveEvery: 2),
                run: run
            ) { event in
                if case .step(let report, _) = event, report.step == stopAt { throw Interruption() }
            }
            if let checkpoint { try loop.resume(from: checkpoint) }
            return try loop.train()
        }
        let first = try train("whole")
        #expect(first.lastLoss < 5 && first.evaluation != nil)
        #expect(throws: Interruption.self) { try train("cut", stopAt: step) }
        let run = RunDirectory(path: folder.path + "/cut")
        let second = try train("cut", from: run.checkpoint(try #require(try run.steps().last)))
        #expect(second.lastLoss == first.lastLoss)
        let files = try ["whole", "cut"].map { try readFile("\(folder.path)/\($0)/last/model.safetensors") }
        let isSame = files[0] == files[1]
        #expect(isSame)
    }

    @Test func trainingLearnsTheAnswers() throws {
        let model = try folder.model()
        let data = try folder.data(40)
        let task = try task(model, data, .tokens(500))
        let before = try #require(task.evaluate(isFinal: true)).loss
        let loop = TrainingLoop(
            task, optimizer: AdamW(model.parameters),
            schedule: LearningRateSchedule(
                shape: .constant, peak: 1e-2, minimum: 0, warmupSteps: 0, totalSteps: 60),
            options: LoopOptions(totalSteps: 60))
        let after = try #require(try loop.train().evaluation).loss
        // "It sings." again and again.
        #expect(after < 0.3 * before, "\(before) to \(after)")
    }
}
