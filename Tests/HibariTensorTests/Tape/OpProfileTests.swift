import HibariSupport
import HibariTensor
import Testing

@Suite struct OpProfileTests {
    private let weight = Parameter(Tensor(repeating: 0.1, shape: [5, 3]))

    /// One product [4, 3]·[3, 5], a sigmoid, a mean.
    private func loss() -> Tensor {
        let x = Tensor(repeating: 0.5, shape: [2, 2, 3])
        return sigmoid(linear(x, weights: [weight.tensor])).mean()
    }

    @Test func rowsNameTheOpsAndSumToTheTime() {
        let profile = OpProfile()
        profile.restart()
        let start = monotonicSeconds()
        OpProfile.$current.withValue(profile) {
            for _ in 0..<50 {
                _ = valueWithGradient { loss() }
                profile.mark(.rest)
            }
        }
        let seconds = monotonicSeconds() - start
        let sizes = OpProfile.ProductSizes(rows: 4, columns: 5, depth: 3)
        let expected: [OpProfile.Work] = [
            .forward(.linear, sizes), .forward(.sigmoid), .forward(.mean), .backward(.mean),
            .backward(.sigmoid), .backward(.linear, sizes), .rest,
        ]
        #expect(profile.rows.map(\.work) == expected)
        #expect(profile.rows.allSatisfy { $0.calls == 50 && $0.seconds > 0 })
        let sum = profile.rows.reduce(0) { $0 + $1.seconds }
        // Only the clock's own calls at both ends lie outside.
        #expect(sum <= seconds && sum > 0.9 * seconds, "\(sum) of \(seconds)")
        #expect(sizes.flops == 120)
    }

    /// The first run of a part that is computed again is one row; its ops are marked when they run again.
    @Test func recomputedPartsAreMarked() {
        let profile = OpProfile()
        let x = Tensor(repeating: 0.5, shape: [5, 3])
        OpProfile.$current.withValue(profile) {
            _ = valueWithGradient { recomputed(weight.tensor * x) { sigmoid($0) }.mean() }
        }
        let expected: [OpProfile.Work] = [
            .forward(.multiply), .forward(.recompute), .forward(.mean), .backward(.mean), .forward(.sigmoid),
            .backward(.sigmoid), .backward(.recompute), .backward(.multiply),
        ]
        #expect(profile.rows.map(\.work) == expected)
    }

    @Test func withoutAProfileNothingIsMarked() {
        let profile = OpProfile()
        _ = valueWithGradient { loss() }
        #expect(profile.rows.isEmpty)
        OpProfile.$current.withValue(profile) { _ = loss() }
        #expect(profile.rows.isEmpty, "outside valueWithGradient")
    }
}
