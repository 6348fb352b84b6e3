import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// The average of the weights: its formula, and who sees it.
@Suite struct WeightAverageTests {
    @Test func theFormula() {
        let parameter = Parameter(Tensor([8.0, -8], shape: [2]), name: "w")
        let average = WeightAverage([parameter], decay: 0.25)
        func averages() -> [Double] { average.withAverages { parameter.value.array(of: Double.self) } }
        #expect(averages() == [8, -8])
        parameter.assign(Tensor([19.0, 3], shape: [2]))
        average.update(step: 1)
        // d = min(0.25, 2/11), then 3/12.
        let first = [2.0 / 11 * 8 + 9.0 / 11 * 19, 2.0 / 11 * -8 + 9.0 / 11 * 3]
        #expect(zip(averages(), first).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(parameter.value.array(of: Double.self) == [19, 3])
        parameter.assign(Tensor([1.0, 1], shape: [2]))
        average.update(step: 2)
        average.update(step: 100)
        let second = first.map { 0.0625 * $0 + 0.9375 }
        #expect(zip(averages(), second).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func anErrorGivesTheWeightsBack() {
        let parameter = Parameter(Tensor([1.0], shape: [1]), name: "w")
        let average = WeightAverage([parameter], decay: 0.5)
        parameter.assign(Tensor([3.0], shape: [1]))
        #expect(throws: Interruption.self) {
            try average.withAverages {
                #expect(parameter.value.item == 1)
                throw Interruption()
            }
        }
        #expect(parameter.value.item == 3)
    }

    /// Chunks and threads must not show.
    @Test func manyElements() {
        let stream = RandomStream(seed: 1, purpose: .testing)
        let parameter = Parameter(Tensor(normal: [40_003], deviation: 1, stream: stream), name: "w")
        let start = parameter.value.array(of: Float.self)
        let average = WeightAverage([parameter], decay: 0.5)
        parameter.assign(Tensor(zeros: [40_003]))
        average.update(step: 50)
        let found = average.withAverages { parameter.value.array(of: Float.self) }
        let isHalf = zip(found, start).allSatisfy { $0 == $1 / 2 }
        #expect(isHalf)
    }

    /// A weight that every step lowers by 1: training sees it, all others its average.
    private struct Countdown: TrainingTask {
        let weight = Parameter(Tensor([Float(100)], shape: [1]), name: "w")
        var parameters: [Parameter] { [weight] }

        func units(microBatches: Int) -> Int { microBatches }
        func loss(microBatch: Int) -> Tensor { weight.tensor.sum() }
        func evaluate(isFinal: Bool) -> Evaluation? {
            Evaluation(loss: weight.value.item, units: 1)
        }
        func saveModel(to folder: String) throws {
            try writeFileAtomically(joinPath(folder, "weight.txt"), "\(weight.value.item)")
        }
    }

    @Test func evaluationsSamplesAndModelsAreAveraged() throws {
        let directory = TemporaryDirectory()
        let (task, steps) = (Countdown(), 6)
        let run = RunDirectory(path: directory.path + "/run")
        try run.create()
        let loop = { observe in
            TrainingLoop(
                task, optimizer: SGD(task.parameters),
                average: WeightAverage(task.parameters, decay: 0.2),
                schedule: LearningRateSchedule(
                    shape: .constant, peak: 1, minimum: 1, warmupSteps: 0, totalSteps: steps),
                options: LoopOptions(
                    totalSteps: steps, logEvery: 1, evaluateEvery: 1, sampleEvery: 1, saveEvery: 1, keep: 9),
                run: run, observe: observe)
        }
        var (losses, evaluations, samples) = ([Double](), [Double](), [Double]())
        _ = try loop { event in
            switch event {
            case .step(let report, _): losses.append(report.loss)
            case .evaluation(_, let evaluation, _, _): evaluations.append(evaluation.loss)
            case .sample: samples.append(task.weight.value.item)
            case .checkpoint, .epoch: break
            }
        }.train()
        var (mean, means) = (100.0, [Double]())
        for step in 1...steps {
            let kept = min(0.2, Double(1 + step) / Double(10 + step))
            mean = kept * mean + (1 - kept) * (100 - Double(step))
            means.append(mean)
        }
        #expect(losses == [100, 99, 98, 97, 96, 95])
        #expect(zip(evaluations, means).allSatisfy { abs($0 - $1) < 1e-4 } && evaluations.count == steps)
        #expect(evaluations == samples)
        for (step, evaluation) in zip(1...steps, evaluations) {
            let saved = String(
                decoding: try readFile(run.checkpoint(step) + "/weight.txt"), as: UTF8.self)
            #expect(Double(saved) == evaluation)
        }
        #expect(task.weight.value.item == 94)
    }
}
