import HibariTensor
import Testing

@Suite struct RotaryTableTests {
    private let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 4)

    /// Angles are computed as they are met; the way there must not show, and a table is not made for all at once.
    @Test func growsToTheSameBits() {
        let x = Tensor(normal: [1, 3, 12], deviation: 1, stream: stream(1))
        let frequencies = RotaryTable.inverseFrequencies(headDim: 4, base: 10_000)
        let stepwise = RotaryTable(positions: 1 << 40, inverseFrequencies: frequencies)
        for position in [0, 1, 5, 6, 40] { _ = rotary(x, layout, stepwise, firstPosition: position) }
        let direct = RotaryTable(positions: 43, headDim: 4, base: 10_000)
        let results = [stepwise, direct].map {
            rotary(x, layout, $0, firstPosition: 40).array(of: Float.self)
        }
        let isSame = results[0] == results[1]
        #expect(isSame)
    }

    /// Queries and keys are scaled, values are not, and gradients take the same factor on the way back.
    @Test func attentionFactor() {
        let frequencies = [1.0, 0.25]
        func turned(_ x: Tensor, _ factor: Double) -> Tensor {
            rotary(
                x, layout,
                RotaryTable(positions: 3, inverseFrequencies: frequencies, attentionFactor: factor))
        }
        let x = Tensor(normal: [1, 3, 12], deviation: 1, stream: stream(2))
        let scale = Tensor([Float](repeating: 0.5, count: 8) + [1, 1, 1, 1], shape: [12])
        #expect(largestError(turned(x, 0.5), turned(x, 1) * scale).value < 1e-6)
        let cotangent = Tensor(normal: [1, 3, 12], deviation: 1, stream: stream(3))
        let gradient = { (factor: Double) in
            gradients([x], weights: cotangent) { turned($0[0], factor) }[0]
        }
        #expect(largestError(gradient(0.5), gradient(1) * scale).value < 1e-6)
    }
}
