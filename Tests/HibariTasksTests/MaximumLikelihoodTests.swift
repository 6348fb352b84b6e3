import HibariSupport
import HibariTasks
import Testing

@Suite struct MaximumLikelihoodTests {
    /// Of 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 4.
    @Test func gaussian() {
        let ascent = GaussianAscent([1, 2, 3, 6])
        #expect(abs(ascent.mean - 3) < 1e-9)
        #expect(abs(ascent.variance - 3.5) < 1e-9)
        #expect(ascent.path.count == 3001)
        #expect(ascent.path[0].mean == 0)
        #expect(abs(ascent.path[0].deviation - 10) < 1e-12)
    }

    /// The mean's curvature is one over the variance: a fixed step would be too long for such samples.
    @Test func narrowSamples() {
        let ascent = GaussianAscent([2.7, 2.8])
        #expect(abs(ascent.mean - 2.75) < 1e-9 && abs(ascent.variance - 0.0025) < 1e-12)
    }

    @Test func coin() {
        #expect(abs(BernoulliAscent([1, 0, 0, 1, 0]).probability - 0.4) < 1e-9)
        // Ones alone: the probability goes to 1 and stays a number.
        let sure = BernoulliAscent([1, 1]).probability
        #expect(sure > 1 - 1e-9 && sure < 1)
        #expect(BernoulliAscent([0, 0]).probability < 1e-9)
    }

    /// The expected value of Σ(x − x̄)²/n is σ²·(n − 1)/n; that of Σ(x − x̄)²/(n − 1) is σ². With 20,000 samples the
    /// standard error is about 0.04.
    @Test func biasOfTheVariance() {
        let estimates = VarianceEstimates(size: 4, repeats: 20_000, deviation: 2, seed: 3)
        let likely = EstimatorQuality(estimates.likely, truth: 4)
        let unbiased = EstimatorQuality(estimates.unbiased, truth: 4)
        #expect(abs(likely.bias + 1) < 0.12)
        #expect(abs(unbiased.bias) < 0.16)
        #expect(likely.variance < unbiased.variance)
        // 2σ⁴/(n − 1) = 10.67 for normal numbers.
        #expect(abs(unbiased.variance - 32.0 / 3) < 1)
    }

    @Test func quality() {
        let quality = EstimatorQuality([1, 3], truth: 1)
        #expect(quality.bias == 1)
        #expect(quality.variance == 1)
        #expect(quality.meanSquaredError == 2)
    }
}
