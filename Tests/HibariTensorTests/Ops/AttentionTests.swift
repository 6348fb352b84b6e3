import HibariTensor
import Testing

@Suite struct AttentionTests {
    private let layouts = [
        HeadLayout(heads: 2, keyValueHeads: 2, headDim: 4),
        HeadLayout(heads: 4, keyValueHeads: 2, headDim: 6),
    ]

    /// One head of size 1: scores q·k, weights by hand.
    @Test func twoPositionsByHand() {
        let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 1)
        let qkv = Tensor([1, 0, 10, 1, 1, 20] as [Float], shape: [1, 2, 3])
        // Position 1 sees scores 0 and 1: weights 1/(1 + e) and e/(1 + e).
        expect(causalAttention(qkv, layout), [1, 2, 1], [10, 10 + 10 * 0.73105858], tolerance: 1e-5)
        expect(causalAttention(qkv, layout, window: 1), [1, 2, 1], [10, 20])
    }

    /// What comes after a position must not change it, forward or backward.
    @Test func theFutureDoesNotMatter() {
        for layout in layouts {
            for (time, cut) in [(7, 3), (60, 50), (120, 48)] {
                let x = Tensor(normal: [2, time, layout.rowWidth], deviation: 1, stream: stream(1))
                let noise = Tensor(normal: [2, time - cut, layout.rowWidth], deviation: 5, stream: stream(2))
                let changed = concatenate([x.slice(axis: 1, 0..<cut), noise], axis: 1)
                for window in [nil, 5] {
                    let (a, b) = (
                        causalAttention(x, layout, window: window),
                        causalAttention(changed, layout, window: window)
                    )
                    #expect(
                        a.slice(axis: 1, 0..<cut).array(of: Float.self)
                            == b.slice(axis: 1, 0..<cut).array(of: Float.self))
                    #expect(largestError(a, b).value > 0.01)
                    let dx = gradients([x]) {
                        causalAttention($0[0], layout, window: window).slice(axis: 1, 0..<cut)
                    }[0]
                    #expect(dx.slice(axis: 1, cut..<time).array(of: Float.self).allSatisfy { $0 == 0 })
                }
            }
        }
    }

    /// What lies before the window must not matter, and what lies in it must.
    @Test func theWindowHasTheRightEdge() {
        let layout = layouts[1]
        let (time, window) = (60, 5)
        let x = Tensor(normal: [1, time, layout.rowWidth], deviation: 1, stream: stream(1))
        let last = time - 1
        let dx = gradients([x]) {
            causalAttention($0[0], layout, window: window).slice(axis: 1, last..<time)
        }[0]
        for t in 0..<time {
            let isZero = dx.slice(axis: 1, t..<t + 1).array(of: Float.self).allSatisfy { $0 == 0 }
            #expect(isZero == (t <= last - window), "position \(t)")
        }
        #expect(
            causalAttention(x, layout, window: time).array(of: Float.self)
                == causalAttention(x, layout).array(of: Float.self))
    }

    /// Sequences of a batch do not see each other.
    @Test func batchesAreApart() {
        let layout = layouts[1]
        let x = Tensor(normal: [3, 9, layout.rowWidth], deviation: 1, stream: stream(1))
        let whole = causalAttention(x, layout).array(of: Float.self)
        let single = (0..<3).flatMap { causalAttention(x.slice($0..<$0 + 1), layout).array(of: Float.self) }
        #expect(whole == single)
    }

    /// Grouped queries equal full heads whose keys and values are repeated.
    @Test func groupsShareKeysAndValues() {
        let (grouped, full) = (layouts[1], HeadLayout(heads: 4, keyValueHeads: 4, headDim: 6))
        let x = Tensor(normal: [2, 50, grouped.rowWidth], deviation: 1, stream: stream(1))
        let heads = (0..<8).map { x.slice(axis: -1, $0 * 6..<$0 * 6 + 6) }
        let order = [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7]
        let repeated = concatenate(order.map { heads[$0] }, axis: -1)
        #expect(largestError(causalAttention(x, grouped), causalAttention(repeated, full)).value < 1e-6)
    }

    /// Documents one after the other are what each is by itself, to the last bit.
    @Test func segmentsAreApart() {
        for layout in layouts {
            for (segments, window) in [([3, 1, 60, 5], nil), ([3, 1, 60, 5], 4), ([9], nil)]
                as [([Int], Int?)]
            {
                let time = segments.reduce(0, +)
                let x = Tensor(normal: [1, time, layout.rowWidth], deviation: 1, stream: stream(1))
                let cotangent = Tensor(
                    normal: [1, time, layout.heads * layout.headDim], deviation: 1, stream: stream(2))
                let packed = causalAttention(x, layout, window: window, segments: segments)
                let gradient = gradients([x], weights: cotangent) {
                    causalAttention($0[0], layout, window: window, segments: segments)
                }[0]
                var start = 0
                for length in segments {
                    let rows = start..<start + length
                    let document = x.slice(axis: 1, rows)
                    let alone = causalAttention(document, layout, window: window)
                    let isSame =
                        packed.slice(axis: 1, rows).array(of: Float.self) == alone.array(of: Float.self)
                    #expect(isSame, "\(segments), rows \(rows)")
                    let ownGradient = gradients([document], weights: cotangent.slice(axis: 1, rows)) {
                        causalAttention($0[0], layout, window: window)
                    }[0]
                    let isSameGradient =
                        gradient.slice(axis: 1, rows).array(of: Float.self)
                        == ownGradient.array(of: Float.self)
                    #expect(isSameGradient, "gradient, \(segments), rows \(rows)")
                    start += length
                }
            }
        }
    }

    @Test func badSegmentsTrap() async {
        // Too few rows, a batch of two, an empty document.
        await #expect(processExitsWith: .failure) {
            let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2)
            _ = causalAttention(Tensor(zeros: [1, 3, 6]), layout, segments: [2])
        }
        await #expect(processExitsWith: .failure) {
            let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2)
            _ = causalAttention(Tensor(zeros: [2, 2, 6]), layout, segments: [2, 2])
        }
        await #expect(processExitsWith: .failure) {
            let layout = HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2)
            _ = causalAttention(Tensor(zeros: [1, 2, 6]), layout, segments: [2, 0])
        }
    }

    @Test func cacheEqualsTheWholeSequence() {
        for layout in layouts {
            for window in [nil, 4] as [Int?] {
                let x = Tensor(normal: [1, 20, layout.rowWidth], deviation: 1, stream: stream(1))
                let whole = causalAttention(x, layout, window: window)
                let (q, k) = (layout.heads * layout.headDim, layout.keyValueHeads * layout.headDim)
                let keys = x.slice(axis: -1, q..<q + k).reshape([20, k])
                let values = x.slice(axis: -1, q + k..<q + 2 * k).reshape([20, k])
                var parts: [Tensor] = []
                for range in [0..<1, 1..<7, 7..<8, 8..<20] {
                    parts.append(
                        cachedAttention(
                            x.slice(axis: 1, range), layout, keys: keys, values: values,
                            firstPosition: range.lowerBound, window: window))
                }
                #expect(largestError(concatenate(parts, axis: 1), whole).value < 1e-6)
            }
        }
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) {
            _ = causalAttention(Tensor(zeros: [1, 2, 5]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2))
        }
        await #expect(processExitsWith: .failure) {
            _ = causalAttention(Tensor(zeros: [2, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2))
        }
        await #expect(processExitsWith: .failure) {
            _ = causalAttention(
                Tensor(zeros: [1, 2, 6]), HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), window: 0)
        }
        await #expect(processExitsWith: .failure) {
            let (layout, cache) = (HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), Tensor(zeros: [4, 2]))
            _ = cachedAttention(
                Tensor(zeros: [1, 2, 6]), layout, keys: cache, values: cache, firstPosition: 3, window: nil)
        }
    }

    @Test func badCachesTrap() async {
        await #expect(processExitsWith: .failure) {
            let (layout, cache) = (HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), Tensor(zeros: [4, 2]))
            _ = cachedAttention(
                Tensor(zeros: [1, 2, 6]), layout, keys: cache, values: cache, firstPosition: -1, window: nil)
        }
        await #expect(processExitsWith: .failure) {
            let (layout, cache) = (HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), Tensor(zeros: [4, 2]))
            _ = cachedAttention(
                Tensor(zeros: [1, 2, 6]), layout, keys: cache, values: cache, firstPosition: 0, window: 0)
        }
        await #expect(processExitsWith: .failure) {
            let (layout, cache) = (HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), Tensor(zeros: [4, 2]))
            _ = cachedAttention(
                Tensor(zeros: [1, 2, 6]), layout, keys: cache, values: cache.slice(0..<2), firstPosition: 0,
                window: nil)
        }
    }

    @Test func cacheTrapsWhereAGradientIsAsked() async {
        await #expect(processExitsWith: .failure) {
            let (layout, cache) = (HeadLayout(heads: 1, keyValueHeads: 1, headDim: 2), Tensor(zeros: [4, 2]))
            let x = Parameter(Tensor(zeros: [1, 2, 6]))
            _ = valueWithGradient {
                cachedAttention(x.tensor, layout, keys: cache, values: cache, firstPosition: 0, window: nil)
                    .sum()
            }
        }
    }
}
