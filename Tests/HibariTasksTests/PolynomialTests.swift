import HibariTasks
import Testing

@Suite struct PolynomialTests {
    private let x: [Double] = (0...20).map { -1 + Double($0) / 10 }

    @Test func exactCubic() {
        let y: [Double] = x.map { 1 - 2 * $0 + 3 * $0 * $0 * $0 }
        let cubic = Polynomial(fitting: x, y, degree: 3)
        for (value, expected) in zip(cubic.coefficients, [1.0, -2, 0, 3]) {
            #expect(abs(value - expected) < 1e-10)
        }
        #expect(cubic.meanSquaredError(x, y) < 1e-20)
        #expect(abs(cubic(2) - 21) < 1e-8)
        // Of degree 0 the best is the mean.
        #expect(abs(Polynomial(fitting: x, y, degree: 0).coefficients[0] - 1) < 1e-12)
    }

    /// A high degree still passes through the points it was given.
    @Test func highDegreeInterpolates() {
        let points = Array(x.prefix(16))
        let y: [Double] = points.indices.map { Double($0 * 7 % 5) }
        #expect(Polynomial(fitting: points, y, degree: 15).meanSquaredError(points, y) < 1e-10)
    }

    /// A strong ridge leaves the constant alone and takes the rest to zero.
    @Test func ridgeSparesTheConstant() {
        let y: [Double] = x.map { 5 + 2 * $0 }
        let flat = Polynomial(fitting: x, y, degree: 3, ridge: 1e9)
        #expect(abs(flat.coefficients[0] - 5) < 1e-6)
        #expect(flat.coefficients.dropFirst().allSatisfy { abs($0) < 1e-6 })
    }
}

@Suite struct DoubleDescentTests {
    /// The peak lies where there are as many features as points, and the error falls on both sides.
    @Test func peakNearTheNumberOfPoints() {
        let descent = DoubleDescent(trainCount: 20, widths: [5, 20, 200], noise: 0.25, draws: 9, seed: 1)
        #expect(descent.peak == 20)
        #expect(descent.test[1] > 3 * descent.test[0])
        #expect(descent.test[1] > 3 * descent.test[2])
        #expect(descent.train[2] < 1e-20)
        #expect(descent.train[0] > 0.01)
    }

    @Test func widthsSurroundThePoints() {
        let widths = DoubleDescent.widths(largest: 100, trainCount: 20)
        #expect(widths.first == 1 && widths.last == 100)
        #expect([16, 18, 20, 22, 25].allSatisfy(widths.contains))
        #expect(widths == Array(Set(widths)).sorted())
        #expect(DoubleDescent.widths(largest: 1, trainCount: 20) == [1])
    }
}
