import HibariTensor
import Testing

@Suite struct PositionTests {
    @Test func embeddingByHand() {
        let weight = matrix([1, 2], [3, 4], [5, 6])
        let ids = Tensor([2, 0, 2] as [Int32], shape: [3])
        expect(embedding(ids, weight), [3, 2], [5, 6, 1, 2, 5, 6])
        expect(embedding(ids.reshape([1, 3]), weight), [1, 3, 2], [5, 6, 1, 2, 5, 6])
        let cotangent = matrix([1, 10], [2, 20], [3, 30])
        expect(
            gradients([weight], weights: cotangent) { embedding(ids, $0[0]) }[0], [3, 2],
            [2, 20, 0, 0, 4, 40])
    }

    /// Pairs (x₀, x₁) of a head of two turn by the position in radians.
    @Test func rotaryByHand() {
        let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2)
        let table = RotaryTable(positions: 4, headDim: 2, base: 10_000)
        let x = Tensor([1, 0, 0, 1, 7, 8, 1, 0, 0, 1, 7, 8] as [Float], shape: [1, 2, 6])
        let (c, s) = (0.54030231, 0.84147098)
        expect(rotary(x, layout, table), [1, 2, 6], [1, 0, 0, 1, 7, 8, c, s, -s, c, 7, 8])
        expect(
            rotary(x.slice(axis: 1, 0..<1), layout, table, firstPosition: 1), [1, 1, 6], [c, s, -s, c, 7, 8])
    }

    /// The second pair of a head of four turns by m·base^(−1/2).
    @Test func rotaryPairsAreHalfAHeadApart() {
        let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 4)
        let table = RotaryTable(positions: 2, headDim: 4, base: 100)
        let x = Tensor([1, 1, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8] as [Float], shape: [1, 1, 12])
        expect(
            rotary(x, layout, table, firstPosition: 1), [1, 1, 12],
            [0.54030231, 0.99500417, 0.84147098, 0.09983342, 0, 0, 0, 0, 5, 6, 7, 8])
    }

    /// The gradient of a rotation needs no input: what was rotated is let go.
    @Test func rotaryKeepsNoInput() {
        let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 8)
        let table = RotaryTable(positions: 5, headDim: 8, base: 10_000)
        let x = Parameter(Tensor(normal: [1, 5, 24], deviation: 1, stream: stream(1)))
        weak var input: Storage?
        func rotated() -> Tensor {
            let qkv = 2 * x.tensor
            input = qkv.storage
            return rotary(qkv, layout, table)
        }
        _ = valueWithGradient {
            let y = rotated()
            let isKept = input != nil
            #expect(!isKept)
            return y.sum()
        }
    }

    /// A rotation keeps lengths, and products of queries and keys depend on distances alone.
    @Test func rotaryKeepsLengthsAndDistances() {
        let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 8)
        let table = RotaryTable(positions: 1000, headDim: 8, base: 10_000)
        let x = Tensor(normal: [1, 5, 24], deviation: 1, stream: stream(1))
        func scores(_ firstPosition: Int) -> Tensor {
            let y = rotary(x, layout, table, firstPosition: firstPosition).reshape([5, 24])
            return linear(y.slice(axis: 1, 0..<8), weights: [y.slice(axis: 1, 8..<16)])
        }
        #expect(largestError(scores(900), scores(0)).value < 1e-4)
        let lengths = { (t: Tensor) in (t * t).sum(axes: [2]) }
        #expect(largestError(lengths(rotary(x, layout, table, firstPosition: 77)), lengths(x)).value < 1e-6)
    }

    /// Positions begin anew in each document, with and without a norm in the same pass.
    @Test func positionsRestartInSegments() {
        let layout = HeadLayout(heads: 2, keyValueHeads: 1, headDim: 6)
        // As many positions as the longest document has.
        let table = RotaryTable(positions: 4, headDim: 6, base: 100)
        let weight = Tensor(normal: [6], deviation: 1, stream: stream(2))
        let x = Tensor(normal: [1, 8, layout.rowWidth], deviation: 1, stream: stream(1))
        func normed(_ x: Tensor, _ segments: [Int]?) -> Tensor {
            headNorm(
                x, layout, queryWeight: weight, keyWeight: weight, epsilon: 1e-6, rotatedBy: table,
                segments: segments)
        }
        let segments = [3, 1, 4]
        let (rotated, both) = (rotary(x, layout, table, segments: segments), normed(x, segments))
        for rows in [0..<3, 3..<4, 4..<8] {
            let document = x.slice(axis: 1, rows)
            let isRotated =
                rotated.slice(axis: 1, rows).array(of: Float.self)
                == rotary(document, layout, table).array(of: Float.self)
            #expect(isRotated, "rows \(rows)")
            let isNormed =
                both.slice(axis: 1, rows).array(of: Float.self) == normed(document, nil).array(of: Float.self)
            #expect(isNormed, "rows \(rows)")
        }
    }

    @Test func badSegmentsTrap() async {
        await #expect(processExitsWith: .failure) {
            let table = RotaryTable(positions: 2, headDim: 2, base: 10)
            _ = rotary(
                Tensor(zeros: [1, 4, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), table,
                segments: [3, 1])
        }
        await #expect(processExitsWith: .failure) {
            let table = RotaryTable(positions: 4, headDim: 2, base: 10)
            _ = rotary(
                Tensor(zeros: [1, 2, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), table,
                firstPosition: 1, segments: [1, 1])
        }
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = embedding(Tensor([3] as [Int32], shape: [1]), matrix([1], [2], [3]))
        }
        await #expect(processExitsWith: .failure) {
            _ = embedding(Tensor([-1] as [Int32], shape: [1]), matrix([1], [2], [3]))
        }
        await #expect(processExitsWith: .failure) { _ = embedding(vector(1), matrix([1], [2])) }
        await #expect(processExitsWith: .failure) { _ = RotaryTable(positions: 2, headDim: 3, base: 10) }
        await #expect(processExitsWith: .failure) {
            let table = RotaryTable(positions: 2, headDim: 2, base: 10)
            _ = rotary(
                Tensor(zeros: [1, 2, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), table,
                firstPosition: 1)
        }
        await #expect(processExitsWith: .failure) {
            let table = RotaryTable(positions: 2, headDim: 2, base: 10)
            _ = rotary(
                Tensor(zeros: [1, 1, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), table,
                firstPosition: -1)
        }
    }
}
