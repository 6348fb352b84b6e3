import HibariSupport
import HibariTensor
import Testing

@Suite struct RowTests {
    @Test func softmaxByHand() {
        expect(softmax(vector(0, 1, 2)), [3], [0.09003057, 0.24472847, 0.66524096])
        expect(logSoftmax(vector(0, 1, 2)), [3], [-2.40760596, -1.40760596, -0.40760596])
    }

    @Test func softmaxSumsToOneAndIgnoresAShift() {
        let x = Tensor(normal: [7, 33], deviation: 3, stream: stream(1))
        let y = softmax(x)
        expect(y.sum(axes: [1]), [7], [Double](repeating: 1, count: 7), tolerance: 1e-6)
        let shifted = softmax(x + Tensor(scalar: Float(64)))
        #expect(largestError(shifted, y).value < 1e-5)
        #expect(largestError(log(y), logSoftmax(x)).value < 1e-5)
        // Large logits neither overflow nor lose the others.
        expect(softmax(vector(1e30, 1e30, -1e30)), [3], [0.5, 0.5, 0])
        expect(softmax(vector(-.infinity, 3, 3)), [3], [0, 0.5, 0.5])
    }

    @Test func softmaxShowsNaN() {
        for type in [DType.float32, .float64] {
            let x = vector(1, .nan, 3).cast(to: type)
            for y in [softmax(x), logSoftmax(x)] {
                #expect(y.cast(to: .float64).array(of: Double.self).allSatisfy { $0.isNaN })
            }
        }
    }

    @Test func layerNormByHand() {
        expect(
            layerNorm(matrix([1, 3]), weight: vector(2, 3), bias: vector(10, 20), epsilon: 0), [1, 2],
            [8, 23])
        expect(layerNorm(matrix([1, 3]), weight: vector(2, 3), bias: nil, epsilon: 3), [1, 2], [-1, 1.5])
        // A constant row has no deviation: epsilon keeps it finite.
        expect(
            layerNorm(matrix([10, 10]), weight: vector(2, 3), bias: vector(1, 2), epsilon: 1e-5), [1, 2],
            [1, 2])
    }

    @Test func rmsNormByHand() {
        expect(
            rmsNorm(matrix([3, 4]), weight: vector(1, 10), epsilon: 0), [1, 2], [0.84852814, 11.3137085],
            tolerance: 1e-5)
        expect(rmsNorm(matrix([1, 1]), weight: vector(1, 10), epsilon: 3), [1, 2], [0.5, 5])
    }

    /// Each head is normalized alone, queries and keys with weights of their own, and values pass.
    @Test func headNormEqualsRMSNormOfEachHead() {
        let layout = HeadLayout(heads: 4, keyValueHeads: 2, headDim: 6)
        let x = Tensor(normal: [2, 3, layout.rowWidth], deviation: 1, stream: stream(1))
        let (q, k) = (
            Tensor(normal: [6], deviation: 1, stream: stream(2)),
            Tensor(normal: [6], deviation: 1, stream: stream(3))
        )
        let composed = concatenate(
            (0..<8).map { head in
                let part = x.slice(axis: -1, head * 6..<head * 6 + 6)
                return head >= 6 ? part : rmsNorm(part, weight: head < 4 ? q : k, epsilon: 1e-6)
            }, axis: -1)
        let y = headNorm(x, layout, queryWeight: q, keyWeight: k, epsilon: 1e-6)
        #expect(largestError(y, composed).value < 1e-6)
    }

    @Test func badShapesTrap() async {
        await #expect(processExitsWith: .failure) { _ = softmax(Tensor(scalar: Float(1))) }
        await #expect(processExitsWith: .failure) {
            _ = rmsNorm(matrix([1, 2]), weight: vector(1), epsilon: 1e-5)
        }
        await #expect(processExitsWith: .failure) {
            _ = layerNorm(matrix([1, 2]), weight: vector(1, 1), bias: vector(1), epsilon: 1e-5)
        }
        await #expect(processExitsWith: .failure) { _ = HeadLayout(heads: 3, keyValueHeads: 2, headDim: 4) }
        await #expect(processExitsWith: .failure) {
            let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2)
            _ = headNorm(
                matrix([1, 2, 3, 4, 5, 6]), layout, queryWeight: vector(1, 1), keyWeight: vector(1),
                epsilon: 1e-5)
        }
    }
}

func stream(_ number: UInt64) -> RandomStream { RandomStream(seed: number, purpose: .testing) }
