import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// Layers over steps of a sequence.
@Suite struct SequenceLayerTests {
    @Test func recentSteps() throws {
        let model = try Sequential { RecentSteps(3) }.build(input: [4, 2])
        let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [1, 4, 2])
        let expected: [Float] = [
            0, 0, 0, 0, 1, 2, /* */ 0, 0, 1, 2, 3, 4, /* */ 1, 2, 3, 4, 5, 6, /* */ 3, 4, 5, 6, 7, 8,
        ]
        let y = model(x)
        let isRight = y.array(of: Float.self) == expected
        #expect(y.shape == [1, 4, 6] && isRight)
        // More steps than there are: zeros, and no trap.
        let wide = try Sequential { RecentSteps(9) }.build(input: [2, 1])(
            Tensor([5, 6] as [Float], shape: [1, 2, 1]))
        let ends = wide.array(of: Float.self)
        #expect(wide.shape == [1, 2, 9] && ends[8] == 5 && ends[16] == 5 && ends[17] == 6 && ends[7] == 0)
    }

    /// What comes later changes nothing, in any layer that looks back.
    @Test func nothingLooksAhead() throws {
        let model = try Sequential {
            PositionEmbedding(deviation: 1)
            TransformerBlock(8, heads: 2, depth: 1)
            RecentSteps(2)
            Dense(3)
        }.build(input: [5, 8], seed: 1)
        let random = RandomStream(seed: 2, purpose: .testing)
        let x = Tensor(normal: [1, 5, 8], deviation: 1, stream: random)
        var changed = x.array(of: Float.self)
        for place in 3 * 8..<changed.count { changed[place] += 1 }
        let (first, second) = (model(x), model(Tensor(changed, shape: x.shape)))
        let (a, b) = (first.array(of: Float.self), second.array(of: Float.self))
        let beforeIsSame = zip(a[..<9], b[..<9]).allSatisfy { abs($0 - $1) < 1e-6 }
        let afterDiffers = zip(a[9...], b[9...]).allSatisfy { abs($0 - $1) > 1e-6 }
        #expect(beforeIsSame && afterDiffers)
    }

    @Test func namesShapesAndErrors() throws {
        let model = try Sequential {
            Embedding(7, 8)
            PositionEmbedding()
            TransformerBlock(8, heads: 2, depth: 1, dropout: 0.1)
        }.build(input: [5])
        let shapes = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape.array) })
        #expect(shapes["1.weight"] == [5, 8] && shapes["2.attention.1.qkv.weight"] == [24, 8])
        #expect(shapes["2.attention.1.output.bias"] == [8] && shapes["2.mlp.1.weight"] == [32, 8])
        #expect(model.parts.last?.output == [5, 8])
        #expect(throws: ModelError.self) {
            try Sequential { CausalSelfAttention(heads: 3) }.build(input: [5, 8])
        }
        #expect(throws: ModelError.self) { try Sequential { PositionEmbedding() }.build(input: [5]) }
        #expect(throws: ModelError.self) { try Sequential { RecentSteps(0) }.build(input: [5, 8]) }
    }
}
