import HibariSupport
import Synchronization
import Testing

/// In processes of their own where the thread count matters: other tests run at the same time and share the
/// pool.
@Suite struct ThreadPoolTests {
    @Test func everyIndexRunsOnce() {
        for count in [0, 1, 2, 3, 7, 100, 1001] {
            let runs = (0..<count).map { _ in Counter() }
            ThreadPool.shared.run(count) { runs[$0].add() }
            #expect(runs.allSatisfy { $0.value == 1 })
        }
    }

    @Test func rangesCoverTheLoop() {
        for (count, grain) in [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 7), (10, 1000)] {
            let runs = (0..<count).map { _ in Counter() }
            parallelFor(count, grain: grain) { range in
                #expect(range.count <= grain && !range.isEmpty)
                for index in range { runs[index].add() }
            }
            #expect(runs.allSatisfy { $0.value == 1 })
        }
    }

    @Test func nestedLoopsRun() {
        let total = Counter()
        ThreadPool.shared.run(50) { _ in
            ThreadPool.shared.run(20) { _ in total.add() }
        }
        #expect(total.value == 1000)
    }

    /// Many short loops, with more threads than processors and a thread count that changes: none may hang,
    /// lose an index, or run one late.
    @Test func manyTinyLoops() async {
        await #expect(processExitsWith: .success) {
            for threads in [2, 8, 1, 3, 16, 2] {
                ThreadPool.shared.setThreadCount(threads)
                #expect(ThreadPool.shared.threadCount == threads)
                let total = Counter()
                for round in 0..<3000 {
                    let before = total.value
                    ThreadPool.shared.run(1 + round % 9) { _ in total.add() }
                    if total.value != before + 1 + round % 9 { Issue.record("round \(round) lost an index") }
                }
            }
        }
    }

    /// Workers fall asleep between loops and must wake up for the next.
    @Test func sleepingWorkersWake() async {
        await #expect(processExitsWith: .success) {
            ThreadPool.shared.setThreadCount(4)
            for _ in 0..<20 {
                let total = Counter()
                ThreadPool.shared.run(64) { _ in
                    total.add()
                    spin(20_000)
                }
                #expect(total.value == 64)
                spin(5_000_000)
            }
        }
    }

    /// Loops from several threads at once: one gets the workers, the others run alone.
    @Test func concurrentCallers() async {
        let totals = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let total = Counter()
                    for _ in 0..<200 { ThreadPool.shared.run(17) { _ in total.add() } }
                    return total.value
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(totals == [Int](repeating: 3400, count: 8))
    }

    @Test func badThreadCountTraps() async {
        await #expect(processExitsWith: .failure) { ThreadPool.shared.setThreadCount(0) }
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
}

/// Keeps a processor busy for a while.
@inline(never) private func spin(_ rounds: UInt64) {
    var stream = rounds
    for _ in 0..<rounds { stream = stream &* 6_364_136_223_846_793_005 &+ 1 }
    #expect(stream != 0)
}
