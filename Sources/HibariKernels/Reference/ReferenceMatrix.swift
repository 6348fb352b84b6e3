/// Plain implementations of the matrix kernels: what `Double` runs and what the fast kernels are compared
/// with.
extension KernelScalar {
    package static func gemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Self>
    ) {
        referenceGemm(problem, a, b, c, epilogue)
    }

    package static func linearFixedOrder(_ problem: GemmProblem, _ x: Input, _ w: Input, _ y: Output) {
        referenceGemm(problem, x, w, y, GemmEpilogue())
    }

    /// C[i, j] = Σₖ A[i, k]·B[k, j], then the epilogue, one element at a time.
    package static func referenceGemm(
        _ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output, _ epilogue: GemmEpilogue<Self>
    ) {
        let (rowA, depthA) = problem.transposesA ? (1, problem.strideA) : (problem.strideA, 1)
        let (columnB, depthB) = problem.transposesB ? (problem.strideB, 1) : (1, problem.strideB)
        for i in 0..<problem.rows {
            for j in 0..<problem.columns {
                var total: Self = 0
                for k in 0..<problem.depth {
                    total += a[i * rowA + k * depthA] * b[k * depthB + j * columnB]
                }
                let index = i * problem.strideC + j
                c[index] = (problem.accumulates ? c[index] : 0) + total + (epilogue.bias?[j] ?? 0)
                if let activation = epilogue.activation, let activated = epilogue.activated {
                    activated[index] = evaluate(activation, c[index])
                }
            }
        }
    }
}
