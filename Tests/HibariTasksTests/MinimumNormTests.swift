import HibariTasks
import Testing

@Suite struct MinimumNormTests {
    private func close(_ values: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) -> Bool {
        values.count == expected.count
            && zip(values, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }

    /// More rows than columns: 2a − b through exact values, and the mean of 1 and 3 for two equal rows.
    @Test func tall() {
        let plane = MinimumNorm(matrix: [1, 0, 0, 1, 1, 1, 2, 3], rows: 4, columns: 2)
        #expect(plane.rank == 2)
        #expect(close(plane.solution([2, -1, 1, 1]), [2, -1]))
        #expect(close(MinimumNorm(matrix: [1, 1], rows: 2, columns: 1).solution([1, 3]), [2]))
    }

    /// w₁ + w₂ = 2 has many solutions; the shortest is (1, 1). 3w₁ + 4w₂ = 25: (3, 4).
    @Test func wideTakesTheShortest() {
        #expect(close(MinimumNorm(matrix: [1, 1], rows: 1, columns: 2).solution([2]), [1, 1]))
        #expect(close(MinimumNorm(matrix: [3, 4], rows: 1, columns: 2).solution([25]), [3, 4]))
        let two = MinimumNorm(matrix: [1, 0, 1, 0, 1, 1], rows: 2, columns: 3)
        // A⁺ = Aᵀ(AAᵀ)⁻¹ with AAᵀ = [[2, 1], [1, 2]]: (AAᵀ)⁻¹·(3, 0) = (2, −1).
        #expect(close(two.solution([3, 0]), [2, -1, 1]))
    }

    /// Columns that repeat share the weight; the rank is what is left.
    @Test func dependentColumns() {
        let twice = MinimumNorm(matrix: [1, 1, 2, 2, 3, 3], rows: 3, columns: 2)
        #expect(twice.rank == 1)
        #expect(close(twice.solution([2, 4, 6]), [1, 1]))
        #expect(close(MinimumNorm(matrix: [0, 0], rows: 2, columns: 1).solution([1, 2]), [0]))
    }

    /// One column x = (1, 2): w = Σxy / (Σx² + Nλ) = 5 / (5 + 2λ).
    @Test(arguments: [0.0, 0.5, 10]) func ridge(_ lambda: Double) {
        let line = MinimumNorm(matrix: [1, 2], rows: 2, columns: 1)
        #expect(close(line.solution([1, 2], ridge: lambda), [5 / (5 + 2 * lambda)]))
    }

    /// As the normal equations, in a case both can do.
    @Test func agreesWithNormalEquations() throws {
        let inputs: [Double] = (0..<20).flatMap { [Double($0 * 7 % 11), Double($0 * 5 % 13)] }
        let matrix: [Double] = (0..<20).flatMap { [inputs[2 * $0], inputs[2 * $0 + 1], 1] }
        let targets: [Double] = (0..<20).map { Double($0 * 3 % 17) }
        let solution = LeastSquares(inputs: inputs, targets: targets, width: 2).solution()
        let exact = try #require(solution)
        let found = MinimumNorm(matrix: matrix, rows: 20, columns: 3).solution(targets)
        #expect(close(found, exact, 1e-9))
    }
}
