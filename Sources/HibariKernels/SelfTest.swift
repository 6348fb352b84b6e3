import COpenBLAS
import HibariSupport

/// What this machine runs, and whether it computes rightly: the content of `hibari doctor`.
package struct KernelReport: Sendable {
    package var tiers: [String]
    package var activeTier: String
    package var gemm: String
    package var openBLAS: String
    /// Billions of floating-point operations a second of a 512 × 512 × 512 product.
    package var gigaflops: Double
    /// Largest difference from the plain float64 product, relative to the largest element.
    package var gemmError: Double
    package var softmaxError: Double

    /// Whether the fast kernels agree with the plain ones as far as float32 allows.
    package var isHealthy: Bool { gemmError < 1e-5 && softmaxError < 1e-5 }
}

/// Compares the fast kernels with the plain ones and times a matrix product, in about a second.
package func testKernels() -> KernelReport {
    let size = 96
    var random = RandomStream(seed: 1, purpose: .testing)
    let a = (0..<size * size).map { _ in Float(random.uniform() - 0.5) }
    let b = (0..<size * size).map { _ in Float(random.uniform() - 0.5) }
    let problem = GemmProblem(rows: size, columns: size, depth: size, transposesB: true)
    var (fast, exact) = (
        [Float](repeating: 0, count: size * size), [Double](repeating: 0, count: size * size)
    )
    Float.gemm(problem, a, b, &fast, GemmEpilogue())
    Double.gemm(problem, a.map(Double.init), b.map(Double.init), &exact, GemmEpilogue())
    var (fastRows, exactRows) = (fast, exact)
    Float.softmax(rows: size, columns: size, fast, &fastRows)
    Double.softmax(rows: size, columns: size, exact, &exactRows)
    return KernelReport(
        tiers: KernelTable.supportedNames, activeTier: KernelTable.activeName,
        gemm: GemmBackend.active.rawValue,
        openBLAS: String(cString: openblas_get_config()), gigaflops: measuredGigaflops(size: 512),
        gemmError: relativeError(fast, exact), softmaxError: relativeError(fastRows, exactRows))
}

private func relativeError(_ fast: [Float], _ exact: [Double]) -> Double {
    let largest = exact.reduce(0) { max($0, abs($1)) }
    return zip(fast, exact).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / max(largest, 1e-30)
}

/// The best of as many float32 products of `size`³ as fit in half a second, in GFLOP/s.
package func measuredGigaflops(size: Int) -> Double {
    let a = [Float](repeating: 0.5, count: size * size)
    var c = a
    let started = monotonicSeconds()
    var best = Double.infinity
    while monotonicSeconds() - started < 0.5 {
        let start = monotonicSeconds()
        Float.gemm(GemmProblem(rows: size, columns: size, depth: size), a, a, &c, GemmEpilogue())
        best = min(best, monotonicSeconds() - start)
    }
    return 2 * Double(size * size * size) / best / 1e9
}
