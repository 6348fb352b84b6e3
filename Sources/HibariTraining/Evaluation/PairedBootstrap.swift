import HibariSupport

/// One unit on which two models were measured: each has a sum and the weight it stands for (nats and bytes of a passage;
/// right or wrong and 1 of a question).
public struct PairedUnit: Sendable, Equatable {
    public var first: (sum: Double, weight: Double)
    public var second: (sum: Double, weight: Double)

    public init(first: (sum: Double, weight: Double), second: (sum: Double, weight: Double)) {
        (self.first, self.second) = (first, second)
    }

    public static func == (a: PairedUnit, b: PairedUnit) -> Bool {
        a.first == b.first && a.second == b.second
    }
}

/// The difference of two models, second − first, of Σ sum / Σ weight, with an interval.
public struct PairedDifference: Sendable, Equatable {
    public var first: Double
    public var second: Double
    public var low: Double
    public var high: Double
    /// Units on which the first, or the second, has the greater sum / weight.
    public var firstGreater = 0
    public var secondGreater = 0
    public var units: Int

    public var difference: Double { second - first }

    /// Whether the interval excludes 0: then the models can be told apart.
    public var excludesZero: Bool { low > 0 || high < 0 }
}

/// The percentile bootstrap over units: as many units as there are are drawn with replacement, the same for both models,
/// and the difference is computed anew; the interval is what is left without the extreme results.
///
/// Sample r is a function of seed and r alone, so that threads do not matter.
/// Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapters 13 and 16; Koehn 2004, "Statistical
/// significance tests for machine translation evaluation" (pairs).
public struct PairedBootstrap: Sendable {
    public var resamples = 10_000
    /// The share of results in the interval.
    public var confidence = 0.95
    public var seed: UInt64 = 1

    public init(resamples: Int = 10_000, confidence: Double = 0.95, seed: UInt64 = 1) {
        (self.resamples, self.confidence, self.seed) = (resamples, confidence, seed)
    }

    /// - Precondition: the weights of each model are not all 0; at least one resample.
    public func compare(_ units: [PairedUnit]) -> PairedDifference {
        let (first, second) = Self.means(units, units.indices)
        let tail = (1 - confidence) / 2
        let results = mapInParallel(resamples) { sample in
            var random = RandomStream(seed: seed, purpose: .resampling, stream: UInt64(sample))
            let drawn = (0..<units.count).map { _ in random.index(below: units.count) }
            let (first, second) = Self.means(units, drawn)
            return second - first
        }.sorted()
        var result = PairedDifference(
            first: first, second: second, low: Self.quantile(results, tail),
            high: Self.quantile(results, 1 - tail), units: units.count)
        for unit in units {
            // Sums of weight 0 are 0 and won by nobody.
            let (a, b) = (unit.first.sum * unit.second.weight, unit.second.sum * unit.first.weight)
            if a > b { result.firstGreater += 1 }
            if b > a { result.secondGreater += 1 }
        }
        return result
    }

    /// Σ sum / Σ weight of each model; 0 where nothing was drawn that weighs.
    private static func means(
        _ units: [PairedUnit], _ indices: some Sequence<Int>
    ) -> (first: Double, second: Double) {
        var (a, b) = ((sum: 0.0, weight: 0.0), (sum: 0.0, weight: 0.0))
        for index in indices {
            let unit = units[index]
            a = (a.sum + unit.first.sum, a.weight + unit.first.weight)
            b = (b.sum + unit.second.sum, b.weight + unit.second.weight)
        }
        return (a.weight == 0 ? 0 : a.sum / a.weight, b.weight == 0 ? 0 : b.sum / b.weight)
    }

    /// By linear interpolation between the values in order, as NumPy does.
    ///
    /// - Precondition: `sorted` is not empty, `share` in 0...1.
    package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let position = share * Double(sorted.count - 1)
        let lower = Int(position)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
    }
}
