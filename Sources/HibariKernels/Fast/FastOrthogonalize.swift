import CKernels
import HibariSupport

extension Float {
    /// y ≈ U·Vᵀ of x = U·S·Vᵀ; the five steps of the plain version, on the smaller Gram matrix.
    ///
    /// With A = X·Xᵀ and P = a + b·A + c·A², a step is X ← P·X, so that A ← P·A·P. All these matrices are
    /// polynomials of the first A: they commute, and each of their products is symmetric, of which half is
    /// computed. Only Q = P₅·…·P₁ meets x itself. For `[n, m]` with n ≤ m that takes 8.5·n³ + 1.5·n²m
    /// multiply-adds instead of the 5·n³ + 10·n²m of the plain steps.
    package static func orthogonalize(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        let (n, m) = (min(rows, columns), max(rows, columns))
        let isTall = rows > columns
        let norm = max(sumOfSquares(n * m, x).squareRoot(), NewtonSchulz.leastNorm)
        withScratch(Float.self, count: 4 * n * n) { scratch in
            let gram = scratch
            var (polynomial, product, free) = (scratch + n * n, scratch + 2 * n * n, scratch + 3 * n * n)
            symmetricGemm(
                GemmProblem(
                    rows: n, columns: n, depth: m, transposesA: isTall, transposesB: !isTall,
                    strideA: columns, strideB: columns), x, x, gram)
            scale(n * n, Float(1 / (norm * norm)), gram, gram)
            let square = GemmProblem(rows: n, columns: n, depth: n)
            for step in 1...NewtonSchulz.steps {
                symmetricGemm(square, gram, gram, polynomial)
                blend(n * n, Float(NewtonSchulz.b), gram, Float(NewtonSchulz.c), polynomial, polynomial)
                for i in 0..<n { polynomial[i * n + i] += Float(NewtonSchulz.a) }
                if step < NewtonSchulz.steps {
                    symmetricGemm(square, gram, polynomial, free)
                    symmetricGemm(square, free, polynomial, gram)
                }
                if step == 1 {
                    swap(&product, &polynomial)
                } else {
                    symmetricGemm(square, product, polynomial, free)
                    swap(&product, &free)
                }
            }
            scale(n * n, Float(1 / norm), product, product)
            let last = GemmProblem(rows: rows, columns: columns, depth: n)
            gemm(last, isTall ? x : Input(product), isTall ? Input(product) : x, y, GemmEpilogue())
        }
    }

    /// C = op(A)·op(B) where that is known to be symmetric: the tiles that meet the lower triangle, mirrored.
    ///
    /// Each element is a chain over ascending k, as in `gemm`: the same for every thread count.
    static func symmetricGemm(_ problem: GemmProblem, _ a: Input, _ b: Input, _ c: Output) {
        let product = PackedGemm(problem, a, b, c)
        let (n, depths) = (problem.rows, 0..<problem.depth)
        // Four tiles of rows are little longer than one of columns, so little above the diagonal is computed.
        let rowsPerTask = 4 * product.tileRows
        let tasks = (n + rowsPerTask - 1) / rowsPerTask
        withScratch(Float.self, count: packedScratch(columns: n, depth: problem.depth)) { packedB in
            product.packB(0..<n, depths, packedB)
            // The last rows are the longest: they go first.
            ThreadPool.shared.run(tasks) { task in
                let first = (tasks - 1 - task) * rowsPerTask
                let end = min(n, first + rowsPerTask)
                product.multiply(
                    first..<end, 0..<min(n, roundUp(end, product.tileColumns)), depths, packedB,
                    packedColumns: 0..<n)
            }
        }
        parallelFor(n, grain: roundUp(max(1, 16_384 / n), 8)) {
            product.table.mirror_lower(n, $0.lowerBound, $0.upperBound, c)
        }
    }
}
