import HibariKernels

/// C = A·B for matrices.
///
/// - Parameters:
///   - a: `[M, K]`.
///   - b: `[K, N]`.
/// - Returns: `[M, N]`.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor {
    require(
        a.shape.rank == 2 && b.shape.rank == 2 && a.shape[1] == b.shape[0], .matmul,
        "inner dimensions differ — left \(a.shape), right \(b.shape); expected left.last == right[-2]")
    require(a.dtype == b.dtype, .matmul, "types differ — left \(a.dtype), right \(b.dtype)")
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let c = Tensor(uninitialized: [m, n], a.dtype)
    gemm(GemmProblem(rows: m, columns: n, depth: k), a, b, c)
    return record(.matmul, a, b, output: c) { gradient in
        // C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC
        a.node?.withBuffer(a.shape, a.dtype) { buffer, accumulates in
            gemm(
                GemmProblem(rows: m, columns: k, depth: n, transposesB: true, accumulates: accumulates),
                gradient, b,
                buffer)
        }
        b.node?.withBuffer(b.shape, b.dtype) { buffer, accumulates in
            gemm(
                GemmProblem(rows: k, columns: n, depth: m, transposesA: true, accumulates: accumulates), a,
                gradient,
                buffer)
        }
    }
}

private func gemm(_ problem: GemmProblem, _ a: Tensor, _ b: Tensor, _ c: Tensor) {
    func run<T: KernelScalar>(_: T.Type) {
        T.gemm(problem, a.input(), b.input(), c.output(T.self), GemmEpilogue())
    }
    run(a.dtype.scalar)
}
