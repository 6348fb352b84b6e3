/// Linear least squares in float64 through a singular value decomposition: where many weights fit equally well, the
/// shortest of them, w = A⁺y.
///
/// With A = UΣVᵀ and N rows, w = V·diag(σ / (σ² + N·λ))·Uᵀ·y minimizes |Aw − y|²/N + λ|w|²; at λ = 0 singular values
/// below 10⁻¹² of the largest count as zero. Columns of a tall A, or rows of a wide one, are turned in pairs until all
/// are orthogonal.
/// Source: Hestenes 1958, "Inversion of matrices by biorthogonalization and related results".
package struct MinimumNorm {
    private let rows, columns: Int
    /// The shorter side's vectors after turning, each uᵢσᵢ (tall) or vᵢσᵢ (wide) with its σᵢ².
    private var turned: [[Double]]
    /// The turns, one vector for each of `turned`: vᵢ (tall) or uᵢ (wide).
    private var turns: [[Double]]
    private let squares: [Double]

    /// - Parameter matrix: A `[rows, columns]`.
    package init(matrix: [Double], rows: Int, columns: Int) {
        precondition(
            matrix.count == rows * columns, "MinimumNorm: \(matrix.count) numbers for \(rows)×\(columns)")
        (self.rows, self.columns) = (rows, columns)
        let count = min(rows, columns)
        turned =
            columns <= rows
            ? (0..<count).map { column in (0..<rows).map { matrix[$0 * columns + column] } }
            : (0..<count).map { row in Array(matrix[row * columns..<(row + 1) * columns]) }
        turns = (0..<count).map { place in (0..<count).map { $0 == place ? 1 : 0 } }
        // About ten sweeps are enough: convergence is quadratic once the vectors are nearly orthogonal.
        for _ in 0..<30 {
            var isDone = true
            for i in 0..<count {
                for j in i + 1..<count where Self.turn(&turned, &turns, i, j) { isDone = false }
            }
            if isDone { break }
        }
        squares = turned.map { dot($0, $0) }
    }

    /// Makes two vectors orthogonal; false if they were.
    private static func turn(
        _ vectors: inout [[Double]], _ turns: inout [[Double]], _ i: Int, _ j: Int
    ) -> Bool {
        let (a, b, c) = (
            dot(vectors[i], vectors[i]), dot(vectors[j], vectors[j]), dot(vectors[i], vectors[j])
        )
        guard abs(c) > 1e-15 * (a * b).squareRoot() else { return false }
        // tan of the smaller angle that makes the inner product zero.
        let ratio = (b - a) / (2 * c)
        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        rotate(&vectors, i, j, cosine, cosine * tangent)
        rotate(&turns, i, j, cosine, cosine * tangent)
        return true
    }

    private static func rotate(
        _ vectors: inout [[Double]], _ i: Int, _ j: Int, _ cosine: Double, _ sine: Double
    ) {
        for k in vectors[i].indices {
            let (x, y) = (vectors[i][k], vectors[j][k])
            vectors[i][k] = cosine * x - sine * y
            vectors[j][k] = sine * x + cosine * y
        }
    }

    /// How many singular values are above zero.
    package var rank: Int { squares.count { $0 > threshold } }

    private var threshold: Double { (squares.max() ?? 0) * 1e-24 }

    /// The weights for targets y `[rows]`.
    package func solution(_ targets: [Double], ridge: Double = 0) -> [Double] {
        precondition(targets.count == rows, "MinimumNorm: \(targets.count) targets for \(rows) rows")
        var weights = [Double](repeating: 0, count: columns)
        let isTall = columns <= rows
        for (place, square) in squares.enumerated() where square > threshold {
            // Tall: (uσ)ᵀy·v; wide: uᵀy·(vσ); over σ² + Nλ.
            let (left, right) = isTall ? (turned[place], turns[place]) : (turns[place], turned[place])
            let factor = dot(left, targets) / (square + Double(rows) * ridge)
            for k in weights.indices { weights[k] += factor * right[k] }
        }
        return weights
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for k in a.indices { sum += a[k] * b[k] }
    return sum
}
