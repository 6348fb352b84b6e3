import HibariSupport

/// The quintic iteration that Muon uses: its coefficients make the singular values of a matrix of norm 1 grow
/// fast to somewhere in 0.7…1.2, rather than converge to 1.
/// Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/.
package enum NewtonSchulz {
    package static let (a, b, c) = (3.4445, -4.7750, 2.0315)
    package static let steps = 5
    /// The least norm that the matrix is divided by, as in torch.optim.Muon.
    package static let leastNorm = 1e-7
}

extension KernelScalar {
    /// y ≈ U·Vᵀ of the singular value decomposition x = U·S·Vᵀ, by five Newton–Schulz steps, as published.
    ///
    /// X = x / ‖x‖, transposed if it has more rows than columns; then five times A = X·Xᵀ, B = b·A + c·A²,
    /// X = a·X + B·X.
    ///
    /// - Parameters:
    ///   - x: `[rows, columns]`.
    ///   - y: `[rows, columns]`.
    package static func orthogonalize(rows: Int, columns: Int, _ x: Input, _ y: Output) {
        let (n, m) = (min(rows, columns), max(rows, columns))
        let scale = Self(1 / max(sumOfSquares(n * m, x).squareRoot(), NewtonSchulz.leastNorm))
        let isTransposed = rows > columns
        withScratch(Self.self, count: 2 * (n * n + n * m)) { gram in
            let (square, wide, product) = (gram + n * n, gram + 2 * n * n, gram + 2 * n * n + n * m)
            for i in 0..<n {
                for j in 0..<m { wide[i * m + j] = scale * x[isTransposed ? j * n + i : i * m + j] }
            }
            for _ in 0..<NewtonSchulz.steps {
                let full = GemmProblem(rows: n, columns: n, depth: m, transposesB: true)
                referenceGemm(full, wide, wide, gram, GemmEpilogue())
                referenceGemm(
                    GemmProblem(rows: n, columns: n, depth: n), gram, gram, square, GemmEpilogue())
                blend(n * n, Self(NewtonSchulz.b), gram, Self(NewtonSchulz.c), square, square)
                referenceGemm(
                    GemmProblem(rows: n, columns: m, depth: n), square, wide, product, GemmEpilogue())
                blend(n * m, Self(NewtonSchulz.a), wide, 1, product, wide)
            }
            for i in 0..<n {
                for j in 0..<m { y[isTransposed ? j * n + i : i * m + j] = wide[i * m + j] }
            }
        }
    }
}
