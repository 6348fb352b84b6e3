import Glibc
import Synchronization

/// A fork-join pool: the calling thread and `threadCount − 1` workers share the indices of one loop at a
/// time.
///
/// Indices are claimed one by one, so a core that another program disturbs does less of the work. What an
/// index computes must not depend on which thread runs it; then results are the same for every thread count.
/// A loop started inside a loop runs serially. Idle workers spin for a few tens of microseconds, then give way
/// to other threads for some milliseconds, and only then sleep: training starts several hundred loops per step,
/// and a woken worker may first have to wait for its turn on the very processor of the thread that woke it.
public final class ThreadPool: @unchecked Sendable {
    // Invariant behind @unchecked: `job` and `jobCount` are written only by the thread that holds `isBusy`,
    // before it opens the job in `state`, and read only by threads registered in `state`.

    /// The pool used by all kernels.
    public static let shared = ThreadPool(threadCount: availableProcessorCount())

    private var job: ((Int) -> Void)?
    private var jobCount = 0
    /// Bit 63: the job is open. Bits 16…62: generation. Bits 0…15: workers inside the job.
    private let state = Atomic<UInt64>(0)
    private let nextIndex = Atomic<Int>(0)
    private let isBusy = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private let activeThreads: Atomic<Int>
    private let startedWorkers = Atomic<Int>(0)
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let wakeUp: UnsafeMutablePointer<pthread_cond_t>

    private static let openBit: UInt64 = 1 << 63
    private static let generationUnit: UInt64 = 1 << 16
    private static let workerMask: UInt64 = 0xFFFF
    private static let spinLimit = 20_000
    /// Some five milliseconds of `sched_yield`, if no other thread wants the processor.
    private static let yieldLimit = spinLimit + 10_000

    private init(threadCount: Int) {
        activeThreads = Atomic(max(1, threadCount))
        mutex = .allocate(capacity: 1)
        wakeUp = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wakeUp, nil)
    }

    /// How many threads take part in a loop, the caller included.
    public var threadCount: Int { activeThreads.load(ordering: .relaxed) }

    /// Sets the number of threads of the following loops. More threads than processors are allowed.
    public func setThreadCount(_ count: Int) {
        precondition((1...1024).contains(count), "ThreadPool: thread count must be in 1...1024, got \(count)")
        activeThreads.store(count, ordering: .relaxed)
    }

    /// Runs `body(0)`, …, `body(count − 1)`, in any order and on several threads, and returns when all are
    /// done.
    public func run(_ count: Int, _ body: (Int) -> Void) {
        let threads = threadCount
        guard count > 1, threads > 1,
            isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        else {
            for index in 0..<max(0, count) { body(index) }
            return
        }
        startWorkers(threads - 1)
        withoutActuallyEscaping(body) { escapable in
            job = escapable
            jobCount = count
            nextIndex.store(0, ordering: .relaxed)
            let generation = (state.load(ordering: .relaxed) & ~Self.openBit & ~Self.workerMask)
            state.store(
                (generation &+ Self.generationUnit) & ~Self.openBit | Self.openBit,
                ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_broadcast(wakeUp)
                pthread_mutex_unlock(mutex)
            }
            claimIndices()
            var current = state.bitwiseAnd(~Self.openBit, ordering: .acquiringAndReleasing).newValue
            var spins = 0
            while current & Self.workerMask != 0 {
                spins += 1
                if spins > Self.spinLimit { sched_yield() }
                current = state.load(ordering: .acquiring)
            }
            job = nil
        }
        isBusy.store(false, ordering: .releasing)
    }

    private func claimIndices() {
        guard let body = job else { return }
        let count = jobCount
        while true {
            let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= count { return }
            body(index)
        }
    }

    private func startWorkers(_ wanted: Int) {
        while startedWorkers.load(ordering: .relaxed) < wanted {
            let number = startedWorkers.wrappingAdd(1, ordering: .relaxed).newValue
            let start = WorkerStart(pool: self, number: number)
            var thread = pthread_t()
            let context = Unmanaged.passRetained(start).toOpaque()
            let code = pthread_create(
                &thread, nil,
                { context in
                    // The worker owns `WorkerStart` from here; the process-wide pool is never freed.
                    let start = Unmanaged<WorkerStart>.fromOpaque(context!).takeRetainedValue()
                    start.pool.work(number: start.number)
                    return nil
                }, context)
            precondition(code == 0, "ThreadPool: pthread_create failed with code \(code)")
            pthread_detach(thread)
        }
    }

    private func work(number: Int) {
        var seen: UInt64 = 0
        while true {
            var current = state.load(ordering: .acquiring)
            var spins = 0
            while !isOpen(current, after: seen, for: number) {
                spins += 1
                if spins > Self.yieldLimit {
                    sleep(after: seen, number: number)
                    spins = 0
                } else if spins > Self.spinLimit {
                    sched_yield()
                }
                current = state.load(ordering: .acquiring)
            }
            guard
                state.compareExchange(
                    expected: current, desired: current + 1, ordering: .acquiringAndReleasing
                ).exchanged
            else { continue }
            seen = current & ~Self.openBit & ~Self.workerMask
            claimIndices()
            state.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        }
    }

    private func isOpen(_ state: UInt64, after seen: UInt64, for number: Int) -> Bool {
        state & Self.openBit != 0 && state & ~Self.openBit & ~Self.workerMask != seen && number < threadCount
    }

    private func sleep(after seen: UInt64, number: Int) {
        pthread_mutex_lock(mutex)
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        // One wait only: loops are short, and the one that woke this thread may be over when it runs. It
        // spins again, so as to be there for the next.
        if !isOpen(state.load(ordering: .sequentiallyConsistent), after: seen, for: number) {
            pthread_cond_wait(wakeUp, mutex)
        }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }
}

private final class WorkerStart {
    let pool: ThreadPool
    let number: Int

    init(pool: ThreadPool, number: Int) {
        self.pool = pool
        self.number = number
    }
}

/// Runs `body` over 0..<`count` in ranges of at most `grain` indices on the shared pool.
public func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    let chunks = (count + grain - 1) / grain
    if chunks == 1 { return body(0..<count) }
    ThreadPool.shared.run(chunks) { chunk in
        body(chunk * grain..<min(count, (chunk + 1) * grain))
    }
}

/// The processors that are online.
public func availableProcessorCount() -> Int {
    max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
