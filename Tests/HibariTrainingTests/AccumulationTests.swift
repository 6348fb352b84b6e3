import HibariModels
import HibariSupport
import HibariTensor
import HibariTraining
import Testing

/// How a step is cut into pieces must not show in its result.
@Suite struct AccumulationTests {
    private let tiny: TinyRun

    init() throws { tiny = try TinyRun() }

    @Test(arguments: ModelFamily.allCases) func microBatchesEqualTheBatch(_ family: ModelFamily) throws {
        // Plain gradient descent: AdamW divides gradients by their own size and would blow up their last
        // bits.
        func configuration(_ microBatch: Int?) -> PretrainConfiguration {
            tiny.configuration {
                ($0.family, $0.microBatch, $0.optimizer) = (family, microBatch, .sgd)
                ($0.dropout, $0.learningRate, $0.horizon) = (0, 0.1, .steps(6))
            }
        }
        func trained(_ name: String, _ microBatch: Int?) throws -> (weights: [Float], rows: [[Double]]) {
            try tiny.train(name, configuration(microBatch))
            let model = try ModelFolder(path: tiny.run(name).last).model
            let rows = try tiny.metrics(name).filter { $0["type"] == "train" }
            return (
                model.parameters.flatMap { $0.value.array(of: Float.self) },
                rows.map { row in ["loss", "grad_norm", "tokens"].compactMap { row[$0]?.double } }
            )
        }
        let whole = try trained("whole", nil)
        #expect(whole.rows.count == 6 && whole.rows.allSatisfy { $0.count == 3 })
        for microBatch in [1, 2, 4] {
            let parts = try trained("micro-\(microBatch)", microBatch)
            let (difference, size) = zip(parts.weights, whole.weights).reduce(into: (0.0, 0.0)) {
                sums, pair in
                sums.0 += Double((pair.0 - pair.1) * (pair.0 - pair.1))
                sums.1 += Double(pair.1 * pair.1)
            }
            #expect((difference / size).squareRoot() <= 1e-6, "micro-batch \(microBatch)")
            for (ours, theirs) in zip(parts.rows.joined(), whole.rows.joined()) {
                #expect(abs(ours - theirs) <= 1e-6 * abs(theirs), "micro-batch \(microBatch)")
            }
        }
    }
}

/// The same bytes on any number of threads. Serialized, as the pool's size is the whole process's.
@Suite(.serialized) struct TrainingThreadsTests {
    @Test func trainingGivesTheSameBytes() throws {
        let before = ThreadPool.shared.threadCount
        defer { ThreadPool.shared.setThreadCount(before) }
        let tiny = try TinyRun()
        // Wide enough for every kernel to split its work.
        let configuration = tiny.configuration { ($0.dim, $0.context, $0.batch, $0.layers) = (64, 32, 16, 2) }
        for threads in [1, 2, 3] {
            ThreadPool.shared.setThreadCount(threads)
            try tiny.train("threads-\(threads)", configuration)
        }
        try tiny.expectSame("threads-1", "threads-2")
        try tiny.expectSame("threads-1", "threads-3")
    }
}
