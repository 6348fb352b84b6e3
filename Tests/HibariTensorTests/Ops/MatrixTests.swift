import HibariKernels
import HibariTensor
import Testing

@Suite struct MatrixTests {
    private let x = matrix([1, 2], [3, 4], [5, 6])

    @Test func matmulByHand() {
        expect(matmul(x, matrix([1, 0, 2], [0, 1, -1])), [3, 3], [1, 2, 0, 3, 4, 2, 5, 6, 4])
        let result = gradients([x, matrix([1, 2], [3, 4])], weights: matrix([1, 0], [0, 1], [1, 1])) {
            matmul($0[0], $0[1])
        }
        expect(result[0], [3, 2], [1, 3, 2, 4, 3, 7])
        expect(result[1], [2, 2], [6, 8, 8, 10])
    }

    @Test func linearByHand() {
        let weight = matrix([1, 0], [0, 1], [1, -1])
        expect(linear(x, weights: [weight]), [3, 3], [1, 2, -1, 3, 4, -1, 5, 6, -1])
        let bias = vector(10, 20, 30)
        expect(linear(x, weights: [weight], bias: bias), [3, 3], [11, 22, 29, 13, 24, 29, 15, 26, 29])
        let transposed = matrix([1, 0, 1], [0, 1, -1])
        expect(
            linear(x, weights: [transposed], bias: bias, layout: .inputMajor), [3, 3],
            [11, 22, 29, 13, 24, 29, 15, 26, 29])
        expect(
            linear(x, weights: [weight], activation: .relu), [3, 3], [1, 2, 0, 3, 4, 0, 5, 6, 0])
        expect(
            linear(x.reshape([1, 3, 2]), weights: [weight, matrix([2, 0])]), [1, 3, 4],
            [1, 2, -1, 2, 3, 4, -1, 6, 5, 6, -1, 10])
    }

    /// Fused forms against compositions of plain ops.
    @Test func fusedEqualsComposed() {
        for layout in [WeightLayout.outputMajor, .inputMajor] {
            let x = Tensor(normal: [5, 33], deviation: 1, stream: stream(1))
            let weights = (0..<3).map { index in
                let outputs = [17, 32, 5][index]
                return Tensor(
                    normal: layout == .outputMajor ? [outputs, 33] : [33, outputs], deviation: 0.3,
                    stream: stream(UInt64(index) + 2))
            }
            let parts = weights.map { linear(x, weights: [$0], layout: layout) }
            let packed = concatenate(parts, axis: -1)
            #expect(largestError(linear(x, weights: weights, layout: layout), packed).value < 1e-6)
            for (function, composed) in activations {
                let fused = linear(x, weights: weights, layout: layout, activation: function)
                #expect(largestError(fused, composed(packed)).value < 1e-6, "\(function)")
                for weightCount in [1, 3] {
                    let some = Array(weights.prefix(weightCount))
                    let outputs = weightCount == 1 ? 17 : 54
                    let bias = Tensor(normal: [outputs], deviation: 1, stream: stream(9))
                    let fixed = linear(
                        x, weights: some, bias: bias, layout: layout, activation: function, order: .fixed)
                    let fastest = linear(x, weights: some, bias: bias, layout: layout, activation: function)
                    let plain = concatenate(some.map { linear(x, weights: [$0], layout: layout) }, axis: -1)
                    #expect(largestError(fastest, composed(plain + bias)).value < 1e-6, "\(function)")
                    #expect(largestError(fixed, fastest).value < 1e-6, "\(function), \(weightCount) weights")
                }
            }
        }
    }

    private let activations: [(UnaryFunction, (Tensor) -> Tensor)] = [
        (.relu, relu), (.geluTanh, geluTanh), (.geluErf, geluErf), (.silu, silu), (.tanh, tanh),
        (.sigmoid, sigmoid),
        (.exp, exp),
    ]

    /// A row gives the same bits alone and in a batch.
    @Test func fixedOrderIgnoresTheBatch() {
        let x = Tensor(normal: [9, 100], deviation: 1, stream: stream(1))
        let weights = [3, 130].map { Tensor(normal: [$0, 100], deviation: 1, stream: stream(UInt64($0))) }
        let whole = linear(x, weights: weights, activation: .silu, order: .fixed).array(of: Float.self)
        let single = (0..<9).flatMap {
            linear(x.slice($0..<$0 + 1), weights: weights, activation: .silu, order: .fixed).array(
                of: Float.self)
        }
        #expect(whole == single)
    }

    @Test func badShapesTrap() async {
        await #expect(processExitsWith: .failure) { _ = matmul(matrix([1, 2]), matrix([1, 2])) }
        await #expect(processExitsWith: .failure) { _ = matmul(vector(1), vector(1)) }
        await #expect(processExitsWith: .failure) {
            _ = linear(matrix([1, 2]), weights: [matrix([1, 2, 3])], layout: .outputMajor)
        }
        await #expect(processExitsWith: .failure) { _ = linear(matrix([1, 2]), weights: [vector(1, 2)]) }
        await #expect(processExitsWith: .failure) {
            _ = linear(matrix([1, 2]), weights: [matrix([1, 2])], bias: vector(1, 2))
        }
        await #expect(processExitsWith: .failure) {
            _ = linear(matrix([1, 2]), weights: [matrix([1, 2]), matrix([1, 2])], bias: vector(1))
        }
        await #expect(processExitsWith: .failure) { _ = linear(matrix([1, 2]), weights: []) }
    }

    /// An op without a gradient must not pass for a constant.
    @Test func fixedOrderTrapsWhereAGradientIsAsked() async {
        await #expect(processExitsWith: .failure) {
            let weight = Parameter(matrix([1, 2]))
            _ = valueWithGradient { linear(matrix([1, 2]), weights: [weight.tensor], order: .fixed).sum() }
        }
    }
}
