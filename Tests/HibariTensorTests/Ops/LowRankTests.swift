import HibariKernels
import HibariTensor
import Testing

/// Low-rank terms of linear maps.
@Suite struct LowRankTests {
    private let x = matrix([1, 2], [3, 4])
    private let identity = matrix([1, 0], [0, 1])
    private let a = matrix([1, 1])
    private let b = matrix([2], [-1])

    @Test func byHand() {
        // h = 0.5·x·Aᵀ = [1.5, 3.5]
        let y = addLowRank([LowRankTerm(a, b, scale: 0.5)], of: x, to: linear(x, weights: [identity]))
        expect(y, [2, 2], [4, 0.5, 10, 0.5])
        let result = gradients([x, identity, a, b]) {
            addLowRank(
                [LowRankTerm($0[2], $0[3], scale: 0.5)], of: $0[0], to: linear($0[0], weights: [$0[1]]))
        }
        // dh = 0.5·(2 − 1) for both rows
        expect(result[0], [2, 2], [1.5, 1.5, 1.5, 1.5])
        expect(result[1], [2, 2], [4, 6, 4, 6])
        expect(result[2], [1, 2], [2, 3])
        expect(result[3], [2, 1], [5, 5])
    }

    @Test func termsAreAddedToTheirColumns() {
        let weights = [identity, matrix([1, 1]), identity]
        let y = addLowRank(
            [LowRankTerm(a, b, scale: 1, column: 3)], of: x, to: linear(x, weights: weights))
        expect(y, [2, 5], [1, 2, 3, 1 + 6, 2 - 3, 3, 4, 7, 3 + 14, 4 - 7])
    }

    /// What fine-tuning starts from is the model as it was.
    @Test(arguments: [1, 5, 64])
    func zerosChangeNoBits(rows: Int) {
        let x = Tensor(normal: [rows, 33], deviation: 1, stream: stream(1))
        let w = Tensor(normal: [50, 33], deviation: 1, stream: stream(2))
        let a = Tensor(normal: [8, 33], deviation: 1, stream: stream(3))
        for order in [SummationOrder.fastest, .fixed] {
            let plain = linear(x, weights: [w], order: order).array(of: Float.self)
            let term = LowRankTerm(a, Tensor(zeros: [50, 8]), scale: 2)
            let adapted = addLowRank([term], of: x, to: linear(x, weights: [w], order: order), order: order)
            let isSame = adapted.array(of: Float.self) == plain
            #expect(isSame, "\(order)")
        }
    }

    /// A row gives the same bits alone and in a batch.
    @Test func fixedOrderIgnoresTheBatch() {
        let x = Tensor(normal: [9, 100], deviation: 1, stream: stream(1))
        let w = Tensor(normal: [130, 100], deviation: 1, stream: stream(2))
        let a = Tensor(normal: [5, 100], deviation: 1, stream: stream(3))
        let b = Tensor(normal: [33, 5], deviation: 1, stream: stream(4))
        func apply(_ x: Tensor, _ order: SummationOrder) -> Tensor {
            addLowRank(
                [LowRankTerm(a, b, scale: 0.5, column: 7)], of: x, to: linear(x, weights: [w], order: order),
                order: order)
        }
        let whole = apply(x, .fixed)
        let single = concatenate((0..<9).map { apply(x.slice($0..<$0 + 1), .fixed) })
        let isSame = whole.array(of: Float.self) == single.array(of: Float.self)
        #expect(isSame)
        #expect(largestError(whole, apply(x, .fastest)).value < 1e-6)
    }

    /// Masked elements neither reach A nor get a gradient through it.
    @Test func dropoutIsThatOfTheOp() {
        let x = Tensor(normal: [6, 10], deviation: 1, stream: stream(1))
        let (a, b) = (
            Tensor(normal: [3, 10], deviation: 1, stream: stream(2)),
            Tensor(normal: [4, 3], deviation: 1, stream: stream(3))
        )
        let w = Tensor(normal: [4, 10], deviation: 1, stream: stream(4))
        let mask = DropoutStream(seed: 7, step: 3, layer: 2)
        let fused = gradients([x, a, b]) {
            addLowRank(
                [LowRankTerm($0[1], $0[2], scale: 2, dropout: (0.5, mask))], of: $0[0],
                to: linear($0[0], weights: [w]))
        }
        let composed = gradients([x, a, b]) {
            let h = linear(dropout($0[0], probability: 0.5, mask), weights: [$0[1]])
            return linear($0[0], weights: [w]) + 2 * linear(h, weights: [$0[2]])
        }
        for (one, other) in zip(fused, composed) { #expect(largestError(one, other).value < 1e-5) }
    }

    @Test func wrongUseTraps() async {
        await #expect(processExitsWith: .failure) {
            let x = matrix([1, 2])
            _ = addLowRank(
                [LowRankTerm(matrix([1, 1]), matrix([2], [-1]), scale: 1, column: 1)], of: x,
                to: linear(x, weights: [matrix([1, 0], [0, 1])]))
        }
        await #expect(processExitsWith: .failure) {
            let (x, b) = (matrix([1, 2]), Parameter(matrix([2], [-1])))
            _ = valueWithGradient {
                addLowRank(
                    [LowRankTerm(matrix([1, 1]), b.tensor, scale: 1)], of: x,
                    to: linear(x, weights: [matrix([1, 0], [0, 1])], order: .fixed), order: .fixed
                ).sum()
            }
        }
    }
}
