import HibariTraining
import Testing

/// Intervals whose bounds are known.
@Suite struct PairedBootstrapTests {
    private func units(_ pairs: [(Double, Double)]) -> [PairedUnit] {
        pairs.map { PairedUnit(first: ($0.0, 1), second: ($0.1, 1)) }
    }

    @Test func theSameDifferenceEverywhere() {
        let result = PairedBootstrap(resamples: 200).compare(
            units((0..<30).map { (Double($0), Double($0) + 2) }))
        // Every sample has the difference 2, whatever it draws.
        #expect(abs(result.difference - 2) < 1e-12)
        #expect(abs(result.low - 2) < 1e-12 && abs(result.high - 2) < 1e-12)
        #expect(result.excludesZero && result.secondGreater == 30 && result.firstGreater == 0)
    }

    @Test func noDifference() {
        let result = PairedBootstrap(resamples: 200).compare(units((0..<30).map { (Double($0), Double($0)) }))
        #expect(result.difference == 0 && result.low == 0 && result.high == 0 && !result.excludesZero)
        #expect(result.firstGreater == 0 && result.secondGreater == 0 && result.units == 30)
    }

    /// Of 400 questions 60 are answered by the first alone and 40 by the second alone: −0.05 ± 1.96 · 0.02487, as the
    /// deviation of the differences is √(0.25 − 0.05²) = 0.4975 and that of their mean a twentieth.
    @Test func answersOfTwoModels() {
        let pairs = (0..<400).map { index -> (Double, Double) in
            index < 60 ? (1, 0) : index < 100 ? (0, 1) : (1, 1)
        }
        let result = PairedBootstrap().compare(units(pairs))
        #expect(abs(result.first - 0.9) < 1e-12 && abs(result.second - 0.85) < 1e-12)
        #expect(abs(result.low + 0.0988) < 0.004)
        #expect(abs(result.high + 0.0012) < 0.004)
        #expect(result.firstGreater == 60 && result.secondGreater == 40)
    }

    /// The mean of units of unequal weight is that of their sums, not of their quotients.
    @Test func weights() {
        let units = [
            PairedUnit(first: (1, 1), second: (2, 4)), PairedUnit(first: (9, 3), second: (10, 2)),
        ]
        let result = PairedBootstrap(resamples: 1000).compare(units)
        #expect(result.first == 2.5 && result.second == 2)
        // Drawn are both (−0.5), twice the one (0.5 − 1) or twice the other (5 − 3).
        #expect(result.low == -0.5 && result.high == 2)
        #expect(result.firstGreater == 1 && result.secondGreater == 1)
    }

    @Test func aSeedGivesOneInterval() {
        let pairs = (0..<50).map { (index: Int) -> (Double, Double) in
            (Double(index * 7 % 13), Double(index * 5 % 11))
        }
        let one = PairedBootstrap(resamples: 500, seed: 3).compare(units(pairs))
        #expect(one == PairedBootstrap(resamples: 500, seed: 3).compare(units(pairs)))
        #expect(one != PairedBootstrap(resamples: 500, seed: 4).compare(units(pairs)))
        #expect(one.low < one.difference && one.difference < one.high)
    }

    @Test func quantiles() {
        let values = [0.0, 1, 2, 10]
        #expect(PairedBootstrap.quantile(values, 0) == 0 && PairedBootstrap.quantile(values, 1) == 10)
        #expect(PairedBootstrap.quantile(values, 0.5) == 1.5)
        #expect(abs(PairedBootstrap.quantile(values, 0.9) - 7.6) < 1e-12)
        #expect(PairedBootstrap.quantile([5], 0.3) == 5)
    }

    @Test func standardErrors() {
        // s² = 5/3, so √(5/12).
        let estimate = MeanEstimate([1.0, 2, 3, 4])
        #expect(estimate.mean == 2.5)
        #expect(abs((estimate.standardError ?? 0) - (5.0 / 12).squareRoot()) < 1e-12)
        #expect(MeanEstimate([1.0]).standardError == nil)
    }
}
