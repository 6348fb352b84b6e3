/// A polynomial y = c₀ + c₁x + … + c_d x^d, fitted by least squares in float64.
package struct Polynomial {
    /// c₀, c₁, ….
    package let coefficients: [Double]

    package var degree: Int { coefficients.count - 1 }

    /// - Parameters:
    ///   - ridge: λ ≥ 0 of the penalty λ·Σcₖ² for k > 0 on the mean squared error.
    ///   - x: in −1...1, where powers stay small.
    package init(fitting x: [Double], _ y: [Double], degree: Int, ridge: Double = 0) {
        let count = Double(max(1, x.count))
        var powers = x.map { value -> [Double] in
            var power = 1.0
            return (0..<degree).map { _ in
                power *= value
                return power
            }
        }
        // Without their means, powers and targets need no constant: it is not penalized.
        let means = (0..<degree).map { k in powers.reduce(0) { $0 + $1[k] } / count }
        for row in powers.indices { for k in 0..<degree { powers[row][k] -= means[k] } }
        let center = y.reduce(0, +) / count
        let weights = MinimumNorm(matrix: powers.flatMap { $0 }, rows: x.count, columns: degree)
            .solution(y.map { $0 - center }, ridge: ridge)
        coefficients = [center - zip(weights, means).reduce(0) { $0 + $1.0 * $1.1 }] + weights
    }

    package func callAsFunction(_ x: Double) -> Double {
        coefficients.reversed().reduce(0) { $0 * x + $1 }
    }

    /// The mean of (p(x) − y)².
    package func meanSquaredError(_ x: [Double], _ y: [Double]) -> Double {
        zip(x, y).reduce(0) { $0 + (self($1.0) - $1.1) * (self($1.0) - $1.1) } / Double(max(1, x.count))
    }
}
