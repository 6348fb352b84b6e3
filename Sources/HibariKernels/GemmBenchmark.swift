import CKernels
import COpenBLAS
import Glibc
import HibariSupport

/// Measures matrix products with Hibari's tiles, with OpenBLAS, and the multiply-adds without the memory accesses.
package struct GemmBenchmark {
    /// Who computes the product.
    package enum Contender: String, CaseIterable, Sendable {
        /// Our tiles on our threads.
        case native
        /// OpenBLAS with one thread, rows split over our threads: the `openblas` backend.
        case openBLASOnPool = "openblas_on_pool"
        /// OpenBLAS with its own threads.
        case openBLASThreads = "openblas_threads"
    }

    /// Billions of floating-point operations a second; medians of the rounds.
    package struct Result: Sendable {
        package var gigaflops: [Contender: Double]
        /// Multiply-adds in registers alone, on all threads.
        package var peak: Double
        /// The native speed divided by the peak of the same round.
        package var nativeShare: Double

        /// Who is fastest.
        package var winner: Contender { Contender.allCases.max { gigaflops[$0]! < gigaflops[$1]! }! }
    }

    private let problem: GemmProblem
    private let a, b: [Float]
    private var c: [Float]

    package init(_ problem: GemmProblem) {
        var random = RandomStream(seed: 1, purpose: .testing)
        func matrix(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.uniform() - 0.5) } }
        self.problem = problem
        a = matrix((problem.transposesA ? problem.depth : problem.rows) * problem.strideA)
        b = matrix((problem.transposesB ? problem.columns : problem.depth) * problem.strideB)
        c = [Float](repeating: 0, count: problem.rows * problem.strideC)
    }

    /// Measures all contenders in turn, `rounds` times.
    package mutating func run(rounds: Int) -> Result {
        var times: [Contender: [Double]] = [:]
        var peaks: [Double] = []
        for _ in 0..<rounds {
            peaks.append(Self.measurePeak())
            for contender in Contender.allCases { times[contender, default: []].append(measure(contender)) }
        }
        return Result(
            gigaflops: times.mapValues(median), peak: median(peaks),
            nativeShare: median(zip(times[.native]!, peaks).map { $0 / $1 }))
    }

    /// The speed of one contender over at least ten milliseconds, in GFLOP/s.
    private mutating func measure(_ contender: Contender) -> Double {
        let threads = ThreadPool.shared.threadCount
        if contender == .openBLASThreads { openblas_set_num_threads(Int32(threads)) }
        defer {
            if contender == .openBLASThreads {
                openblas_set_num_threads(1)
                // Its threads keep a processor busy for a while after the product.
                usleep(50_000)
            }
        }
        multiply(contender)
        let start = monotonicSeconds()
        var (count, elapsed) = (0.0, 0.0)
        while elapsed < 0.01 {
            multiply(contender)
            count += 1
            elapsed = monotonicSeconds() - start
        }
        let work = 2 * Double(problem.rows) * Double(problem.columns) * Double(problem.depth)
        return work * count / elapsed / 1e9
    }

    private mutating func multiply(_ contender: Contender) {
        switch contender {
        case .native: Float.nativeGemm(problem, a, b, &c, GemmEpilogue())
        case .openBLASOnPool: Float.blasGemm(problem, a, b, &c, GemmEpilogue())
        case .openBLASThreads: Float.callBLAS(problem, 0..<problem.rows, a, b, &c)
        }
    }

    /// Multiply-adds of the active instruction set in registers, all threads at once, over about five milliseconds;
    /// GFLOP/s.
    package static func measurePeak() -> Double {
        let table = KernelTable.active
        let depth = 500_000 / Int(table.tile_rows)
        let threads = ThreadPool.shared.threadCount
        let start = monotonicSeconds()
        ThreadPool.shared.run(threads) { _ in
            // The result is used, so that the loop is not removed.
            precondition(table.fma_peak(depth, 0.5, 1).isFinite)
        }
        let work = 2 * Double(threads * depth) * Double(table.tile_rows * table.tile_columns)
        return work / (monotonicSeconds() - start) / 1e9
    }
}
