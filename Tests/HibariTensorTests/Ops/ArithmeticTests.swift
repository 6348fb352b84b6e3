import HibariTensor
import Testing

@Suite struct ArithmeticTests {
    private let x = matrix([1, 2, 3], [4, 5, 6])

    @Test func sameShape() {
        let y = matrix([2, 2, 4], [8, 10, 3])
        expect(x + y, [2, 3], [3, 4, 7, 12, 15, 9])
        expect(x - y, [2, 3], [-1, 0, -1, -4, -5, 3])
        expect(x * y, [2, 3], [2, 4, 12, 32, 50, 18])
        expect(x / y, [2, 3], [0.5, 1, 0.75, 0.5, 0.5, 2])
        expect(-2 * x, [2, 3], [-2, -4, -6, -8, -10, -12])
    }

    @Test func broadcasting() {
        expect(x + vector(10, 20, 30), [2, 3], [11, 22, 33, 14, 25, 36])
        expect(vector(10, 20, 30) - x, [2, 3], [9, 18, 27, 6, 15, 24])
        expect(x * matrix([10], [100]), [2, 3], [10, 20, 30, 400, 500, 600])
        expect(x / Tensor(scalar: Float(2)), [2, 3], [0.5, 1, 1.5, 2, 2.5, 3])
        expect(matrix([1], [2]) + matrix([10, 20]), [2, 2], [11, 21, 12, 22])
        expect(vector(1, 2).broadcast(to: [2, 2, 2]), [2, 2, 2], [1, 2, 1, 2, 1, 2, 1, 2])
        let leading = Tensor([1, 2] as [Float], shape: [2, 1, 1]) * Tensor(repeating: 1, shape: [2, 1, 2])
        expect(leading, [2, 1, 2], [1, 1, 2, 2])
    }

    @Test func gradientsOfRepeatedAxesAreSummed() {
        let result = gradients([x, vector(10, 20, 30)]) { $0[0] * $0[1] }
        expect(result[0], [2, 3], [10, 20, 30, 10, 20, 30])
        expect(result[1], [3], [5, 7, 9])
        let quotient = gradients([vector(6), vector(3)]) { $0[0] / $0[1] }
        expect(quotient[0], [1], [1.0 / 3])
        expect(quotient[1], [1], [-6.0 / 9])
    }

    @Test func oneTensorInBothPlaces() {
        expect(gradients([vector(3, 4)]) { $0[0] * $0[0] }[0], [2], [6, 8])
        expect(gradients([vector(3, 4)]) { $0[0] + $0[0] }[0], [2], [2, 2])
        expect(gradients([vector(3, 4)]) { $0[0] - $0[0] }[0], [2], [0, 0])
        expect(gradients([vector(3, 4)]) { ($0[0] + $0[0]) + $0[0] * $0[0] }[0], [2], [8, 10])
    }

    @Test func inputsStayAsTheyAre() {
        let y = vector(1, 2, 3)
        _ = x + y
        _ = gradients([x, y]) { $0[0] / $0[1] }
        expect(x, [2, 3], [1, 2, 3, 4, 5, 6])
        expect(y, [3], [1, 2, 3])
    }

    @Test func emptyTensors() {
        let empty = Tensor([Float](), shape: [0, 3])
        expect(empty + empty, [0, 3], [])
        expect(empty + vector(1, 2, 3), [0, 3], [])
        expect(empty.sum(), [], [0])
    }

    @Test func badShapesTrap() async {
        await #expect(processExitsWith: .failure) { _ = vector(1, 2) + vector(1, 2, 3) }
        await #expect(processExitsWith: .failure) {
            _ = matrix([1, 2]) * Tensor(repeating: 1, shape: [2, 1, 3])
        }
        await #expect(processExitsWith: .failure) { _ = vector(1, 2).broadcast(to: [2, 3]) }
        await #expect(processExitsWith: .failure) { _ = matrix([1, 2]).broadcast(to: [2]) }
        await #expect(processExitsWith: .failure) { _ = vector(1) + Tensor([1.0], shape: [1]) }
        await #expect(processExitsWith: .failure) {
            _ = Tensor([1] as [Int32], shape: [1]) + Tensor([1] as [Int32], shape: [1])
        }
    }
}
