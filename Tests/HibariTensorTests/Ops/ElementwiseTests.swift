import HibariSupport
import HibariTensor
import Testing

@Suite struct ElementwiseTests {
    @Test func valuesByHand() {
        let x = vector(-1, 0, 2)
        expect(exp(x), [3], [0.36787944, 1, 7.3890561], tolerance: 2e-6)
        expect(log(vector(1, 2, 10)), [3], [0, 0.69314718, 2.30258509])
        expect(tanh(x), [3], [-0.76159416, 0, 0.96402758])
        expect(sigmoid(x), [3], [0.26894142, 0.5, 0.88079708])
        expect(relu(x), [3], [0, 0, 2])
        expect(geluTanh(x), [3], [-0.15880801, 0, 1.95459769])
        expect(geluErf(x), [3], [-0.15865525, 0, 1.95449974])
        expect(silu(x), [3], [-0.26894142, 0, 1.76159416])
        expect(swiGLU(vector(-1, 2, 10, 100)), [2], [-2.6894142, 176.159416], tolerance: 1e-4)
    }

    @Test func slopesByHand() {
        expect(gradients([vector(-1, 0, 2)]) { relu($0[0]) }[0], [3], [0, 0, 1])
        expect(gradients([vector(0)]) { geluTanh($0[0]) }[0], [1], [0.5])
        expect(gradients([vector(0)]) { tanh($0[0]) }[0], [1], [1])
        expect(gradients([vector(4)]) { log($0[0]) }[0], [1], [0.25])
        // Far from 0 the slopes are those of a line.
        for activation in [geluTanh, geluErf, silu] {
            expect(gradients([vector(-1e4, 1e4)]) { activation($0[0]) }[0], [2], [0, 1])
        }
    }

    @Test func dropoutKeepsTheMeanAndTheStream() {
        let ones = Tensor(repeating: 1, shape: [100_000])
        let stream = DropoutStream(seed: 7, step: 3, layer: 2)
        let y = dropout(ones, probability: 0.25, stream)
        let kept = y.array(of: Float.self).filter { $0 != 0 }
        #expect(kept.allSatisfy { abs($0 - 1 / 0.75) < 1e-6 })
        // Five standard deviations of a binomial count, √(n·p·(1 − p)) = 137.
        #expect((74_315...75_685).contains(kept.count))
        #expect(dropout(ones, probability: 0.25, stream).array(of: Float.self) == y.array(of: Float.self))
        let double = dropout(ones.cast(to: .float64), probability: 0.25, stream).array(of: Double.self)
        #expect(zip(double, y.array(of: Float.self)).allSatisfy { ($0 == 0) == ($1 == 0) })
        // The gradient has the same mask.
        #expect(
            gradients([ones]) { dropout($0[0], probability: 0.25, stream) }[0].array(of: Float.self)
                == y.array())
    }

    /// Dropout reads the words that `RandomStream` gives for the purpose.
    @Test func dropoutUsesItsOwnStream() {
        var words = RandomStream(seed: 9, purpose: .dropout, stream: 5 << 16 | 4)
        let y = dropout(
            Tensor(repeating: 1, shape: [64]), probability: 0.5, DropoutStream(seed: 9, step: 5, layer: 4))
        for element in y.array(of: Float.self) { #expect((element != 0) == (words.nextWord() >= 1 << 31)) }
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) { _ = swiGLU(vector(1, 2, 3)) }
        await #expect(processExitsWith: .failure) { _ = exp(Tensor([1] as [Int32], shape: [1])) }
        await #expect(processExitsWith: .failure) {
            _ = dropout(vector(1), probability: 1, DropoutStream(seed: 1, step: 0, layer: 0))
        }
        await #expect(processExitsWith: .failure) {
            _ = dropout(vector(1), probability: -0.1, DropoutStream(seed: 1, step: 0, layer: 0))
        }
    }
}
