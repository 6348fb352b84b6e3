import HibariTasks
import Testing

@Suite struct LeastSquaresTests {
    /// y = 2a − b + 0.5 exactly.
    @Test func exactPlane() throws {
        let rows: [[Double]] = [[0, 0], [1, 0], [0, 1], [2, 3], [-1, 4]]
        let squares = LeastSquares(
            inputs: rows.flatMap { $0 }, targets: rows.map { 2 * $0[0] - $0[1] + 0.5 }, width: 2)
        let solution = try #require(squares.solution())
        for (value, expected) in zip(solution, [2, -1, 0.5]) { #expect(abs(value - expected) < 1e-12) }
    }

    @Test func dependentInputsHaveNoSolution() {
        let squares = LeastSquares(inputs: [1, 2, 2, 4, 3, 6], targets: [1, 2, 3], width: 2)
        #expect(squares.solution() == nil)
        #expect(squares.solution(ridge: 0.1) != nil)
    }

    /// Inputs ±1 and a constant 1: 2·XᵀX/N is twice the unit matrix.
    @Test func curvature() {
        let squares = LeastSquares(inputs: [1, -1], targets: [0, 0], width: 1)
        #expect(abs(squares.largestCurvature - 2) < 1e-12)
    }

    /// Two indicators that always differ, standardized: (1, −1) and (−1, 1). 2·XᵀX/N has the eigenvalues 4 for (1, −1, 0),
    /// which is at right angles to (1, 1, 1), 2 and 0.
    @Test func curvatureAtRightAngles() {
        let squares = LeastSquares(inputs: [1, -1, -1, 1], targets: [0, 0], width: 2)
        #expect(abs(squares.largestCurvature - 4) < 1e-9)
    }
}
