import HibariSupport

/// Linear least squares in closed form, in float64: the normal equations XᵀX·w = Xᵀy, with a 1 behind every row of X.
package struct LeastSquares {
    /// Unknowns: the inputs and the constant.
    package let size: Int
    /// XᵀX / N, `[size, size]`.
    private let gram: [Double]
    /// Xᵀy / N.
    private let moments: [Double]

    /// - Parameters:
    ///   - inputs: `[N, width]`.
    ///   - targets: `[N]`.
    package init(inputs: [Double], targets: [Double], width: Int) {
        let size = width + 1
        var gram = [Double](repeating: 0, count: size * size)
        var moments = [Double](repeating: 0, count: size)
        for (row, target) in targets.enumerated() {
            let x = inputs[row * width..<(row + 1) * width] + [1]
            let values = Array(x)
            for i in 0..<size {
                moments[i] += values[i] * target / Double(targets.count)
                for j in 0..<size { gram[i * size + j] += values[i] * values[j] / Double(targets.count) }
            }
        }
        (self.size, self.gram, self.moments) = (size, gram, moments)
    }

    /// Weights and, last, the constant; nil if the inputs depend on each other linearly.
    ///
    /// - Parameter ridge: added to the diagonal for the weights (not the constant), against large weights.
    package func solution(ridge: Double = 0) -> [Double]? {
        var matrix = gram
        var right = moments
        for i in 0..<size - 1 { matrix[i * size + i] += ridge }
        // Gauss with the largest pivot of each column.
        for column in 0..<size {
            let pivot = (column..<size).max {
                abs(matrix[$0 * size + column]) < abs(matrix[$1 * size + column])
            }!
            guard abs(matrix[pivot * size + column]) > 1e-12 else { return nil }
            if pivot != column {
                for j in 0..<size { matrix.swapAt(pivot * size + j, column * size + j) }
                right.swapAt(pivot, column)
            }
            for row in column + 1..<size {
                let factor = matrix[row * size + column] / matrix[column * size + column]
                if factor == 0 { continue }
                for j in column..<size { matrix[row * size + j] -= factor * matrix[column * size + j] }
                right[row] -= factor * right[column]
            }
        }
        for row in (0..<size).reversed() {
            for j in row + 1..<size { right[row] -= matrix[row * size + j] * right[j] }
            right[row] /= matrix[row * size + row]
        }
        return right
    }

    /// The largest eigenvalue of 2·XᵀX/N, by power iteration: gradient descent on the mean squared error converges for
    /// rates below 2 over it.
    package var largestCurvature: Double {
        // Irregular numbers: a simple vector may be at right angles to the one that is looked for.
        var random = RandomStream(seed: 1, purpose: .noise)
        var vector = normalNumbers(size, mean: 0, deviation: 1, &random)
        var norm = 1.0
        for _ in 0..<100 {
            let product = (0..<size).map { i in (0..<size).reduce(0) { $0 + gram[i * size + $1] * vector[$1] }
            }
            norm = product.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vector = product.map { $0 / norm }
        }
        return 2 * norm
    }
}
