import HibariSupport
import HibariTraining
import Testing

/// After the first steps, training asks the system for no more memory.
@Suite struct SteadyStateTests {
    /// In a process of its own, as the pool's counters are the process's; on one thread, as several need
    /// scratch memory at the same time or not, by chance.
    @Test(arguments: TrainingRecipe.OptimizerKind.allCases.map(\.rawValue))
    func stepsAllocateNothing(_ name: String) async {
        await #expect(processExitsWith: .success) { [name] in
            let optimizer = try #require(TrainingRecipe.OptimizerKind(rawValue: name))
            ThreadPool.shared.setThreadCount(1)
            let tiny = try TinyRun()
            let configuration = tiny.configuration {
                ($0.optimizer, $0.evaluateEvery, $0.saveEvery, $0.batch) = (optimizer, 0, 0, 8)
            }
            var allocations: [Int] = []
            try tiny.train("run", configuration) { event in
                if case .step = event { allocations.append(BufferPool.shared.statistics.systemAllocations) }
            }
            #expect(allocations.count == 16)
            #expect(allocations[2...].allSatisfy { $0 == allocations[2] }, "\(allocations)")
        }
    }
}
