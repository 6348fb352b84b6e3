import ArgumentParser
import Glibc
import HibariCommandLine
import HibariReports
import HibariSupport

/// Maximum likelihood: parameters that make the data most probable, by gradient ascent and in closed form.
struct MaximumLikelihoodTask: TaskCommand {
    static let name = "mle"
    static let summary =
        "Maximum likelihood of a Gaussian and a coin by gradient ascent; bias of the variance."
    static let discussion = """
        Example: hibari run mle
                 hibari run mle --samples 20 --mean=-1 --deviation 0.7
                 hibari run mle --size 3
        """
    static let canResume = false

    @OptionGroup var options: RunOptions
    @Option(help: "Numbers to draw and fit.") var samples = 200
    @Option(help: "Mean of the Gaussian that is drawn from.") var mean = 3.0
    @Option(help: "Its standard deviation.") var deviation = 2.0
    @Option(help: "Probability of a 1 of the coin.") var probability = 0.3
    @Option(help: "Numbers in each of the small samples whose variance is estimated.") var size = 5
    @Option(help: "Small samples of each size.") var repeats = 10_000

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(samples, in: 2...1_000_000, option: "samples")
        try require(mean, in: -10...10, option: "mean")
        try require(deviation, in: 0.5...5, option: "deviation")
        try require(probability, in: 0.01...0.99, option: "probability")
        try require(size, in: 2...1000, option: "size")
        try require(repeats, in: 2...1_000_000, option: "repeats")
        var random = RandomStream(seed: options.seed, purpose: .synthesis)
        let numbers = normalNumbers(samples, mean: mean, deviation: deviation, &random)
        let fresh = normalNumbers(samples, mean: mean, deviation: deviation, &random)
        let tosses = (0..<samples).map { _ in random.uniform() < probability ? 1.0 : 0 }
        let gaussian = GaussianAscent(numbers)
        let coin = BernoulliAscent(tosses)
        let count = Double(samples)
        let exactMean = numbers.reduce(0, +) / count
        let exactVariance = numbers.reduce(0) { $0 + ($1 - exactMean) * ($1 - exactMean) } / count
        let exactProbability = tosses.reduce(0, +) / count
        let rows: [(name: String, ascent: Double, exact: Double, truth: Double)] = [
            ("mean", gaussian.mean, exactMean, mean),
            ("variance", gaussian.variance, exactVariance, deviation * deviation),
            ("probability of a 1", coin.probability, exactProbability, probability),
        ]
        let difference = rows.map { abs($0.ascent - $0.exact) }.max() ?? 0
        let estimates = VarianceEstimates(
            size: size, repeats: repeats, deviation: deviation, seed: options.seed)
        let truth = deviation * deviation
        let (likely, unbiased) = (
            EstimatorQuality(estimates.likely, truth: truth),
            EstimatorQuality(estimates.unbiased, truth: truth)
        )
        let testLoss = -logLikelihood(fresh, mean: gaussian.mean, variance: gaussian.variance)
        return TaskResult(
            subtitle: "the parameters under which the data are most probable",
            values: [
                "test_loss": .number(testLoss), "mean": .number(gaussian.mean),
                "variance": .number(gaussian.variance),
                "probability": .number(coin.probability), "closed_form_mean": .number(exactMean),
                "closed_form_variance": .number(exactVariance),
                "closed_form_probability": .number(exactProbability),
                "largest_difference": .number(difference),
                "variance_of_samples_of": .integer(size),
                "likelihood_estimator": json(likely), "unbiased_estimator": json(unbiased),
                "expected_bias": .number(-truth / Double(size)),
            ],
            figures: [
                SummaryFigure(
                    "largest difference", readable(difference), note: "gradient ascent to closed form"),
                SummaryFigure(
                    "bias of Σ(x − x̄)²/n", readable(likely.bias),
                    note: "expected −σ²/n = \(readable(-truth / Double(size)))"),
                SummaryFigure("bias of Σ(x − x̄)²/(n − 1)", readable(unbiased.bias), note: "expected 0"),
            ],
            sections: [
                ReportSection(
                    "Climbing the likelihood",
                    [
                        surface(numbers, gaussian), coinChart(coin, exactProbability),
                        DataTable(
                            title: "Parameters", columns: ["", "gradient ascent", "closed form", "truth"],
                            rows: rows.map {
                                [
                                    $0.name, readable($0.ascent, digits: 6), readable($0.exact, digits: 6),
                                    readable($0.truth),
                                ]
                            }),
                    ]),
                ReportSection(
                    "Is the estimate fair?",
                    introduction: """
                        \(grouped(repeats)) times, \(size) numbers are drawn and their variance is estimated. Maximum \
                        likelihood divides by n and is too small on average, for the mean it measures from was itself fitted \
                        to the numbers; dividing by n − 1 mends that, at the price of a wider spread.
                        """,
                    histograms(estimates, likely, unbiased, truth) + [
                        biasChart(truth), table(likely, unbiased),
                    ]),
            ],
            data: [
                .init(
                    "made up",
                    "\(grouped(samples)) numbers from N(\(readable(mean)), \(readable(deviation))²) and as many tosses of a "
                        + "coin, seed \(options.seed)")
            ])
    }

    private func json(_ quality: EstimatorQuality) -> JSONValue {
        [
            "bias": .number(quality.bias), "variance": .number(quality.variance),
            "mean_squared_error": .number(quality.meanSquaredError),
        ]
    }

    /// The mean of −½·(ln 2πσ² + (x − m)²/σ²).
    private func logLikelihood(_ x: [Double], mean: Double, variance: Double) -> Double {
        let squares = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
        return -0.5 * (log(2 * .pi * variance) + squares / variance)
    }

    private func surface(_ numbers: [Double], _ ascent: GaussianAscent) -> ContourPlot {
        let (means, deviations) = (ascent.path.map(\.mean), ascent.path.map(\.deviation))
        func range(_ values: [Double], _ space: Double) -> ClosedRange<Double> {
            (values.min() ?? 0) - space...(values.max() ?? 1) + space
        }
        let x = range(means, max(1, ascent.mean.magnitude / 2))
        let low = max(0.2, ascent.variance.squareRoot() / 2)
        let y = low...(deviations.max() ?? 1) + 0.5
        let size = 60
        // −ℓ from the sums of x and x², which are the same at every place.
        let cells = (0..<size * size).map { cell -> Double in
            let mean = x.lowerBound + (x.upperBound - x.lowerBound) * Double(cell % size) / Double(size - 1)
            let deviation =
                y.lowerBound + (y.upperBound - y.lowerBound) * Double(cell / size) / Double(size - 1)
            return -logLikelihood(numbers, mean: mean, variance: deviation * deviation)
        }
        return ContourPlot(
            title: "−log-likelihood of the Gaussian, and the way down",
            surface: ScalarGrid(columns: size, rows: size, values: cells), xRange: x, yRange: y,
            paths: [ContourPlot.Path("gradient ascent", x: means, y: deviations)], scale: .logarithmic,
            xLabel: "mean", yLabel: "standard deviation",
            caption: """
                Lower is more likely. The path begins at mean 0 and deviation 10 and follows the gradient to the bottom, which \
                is at the mean of the data and √(Σ(x − x̄)²/n).
                """)
    }

    private func coinChart(_ coin: BernoulliAscent, _ exact: Double) -> LineChart {
        LineChart(
            title: "The coin", series: [Series("p", y: Array(coin.path.prefix(60)))], xLabel: "step",
            yLabel: "probability of a 1", references: [("share of ones", exact)],
            caption:
                "The likelihood of zeros and ones is largest where p is the share of ones: what everybody would guess."
        )
    }

    private func histograms(
        _ estimates: VarianceEstimates, _ likely: EstimatorQuality, _ unbiased: EstimatorQuality,
        _ truth: Double
    ) -> [any ReportBlock] {
        // The same ranges for both, up to what only one sample in a thousand exceeds.
        let sorted = estimates.unbiased.sorted()
        let top = max(sorted[sorted.count * 999 / 1000], 1e-9)
        let bins = 40
        func histogram(_ name: String, _ values: [Double], _ quality: EstimatorQuality) -> Histogram {
            var counts = [Int](repeating: 0, count: bins)
            for value in values where value < top { counts[Int(value / top * Double(bins))] += 1 }
            return Histogram(
                title: name, edges: (0...bins).map { top * Double($0) / Double(bins) }, counts: counts,
                xLabel: "estimated variance",
                caption: "Mean \(readable(truth + quality.bias)), the truth is \(readable(truth)).")
        }
        return [
            histogram("Maximum likelihood: Σ(x − x̄)²/n", estimates.likely, likely),
            histogram("Unbiased: Σ(x − x̄)²/(n − 1)", estimates.unbiased, unbiased),
        ]
    }

    private func biasChart(_ truth: Double) -> LineChart {
        let sizes = Array(2...20)
        let all = sizes.map {
            VarianceEstimates(size: $0, repeats: min(repeats, 5000), deviation: deviation, seed: options.seed)
        }
        func means(_ values: (VarianceEstimates) -> [Double]) -> [Double] {
            all.map { EstimatorQuality(values($0), truth: 0).bias }
        }
        let x = sizes.map(Double.init)
        return LineChart(
            title: "Mean estimate by sample size",
            series: [
                Series("divided by n", x: x, y: means(\.likely)),
                Series("divided by n − 1", x: x, y: means(\.unbiased)),
                Series("σ²·(n − 1)/n", x: x, y: x.map { truth * ($0 - 1) / $0 }),
            ], xLabel: "n", yLabel: "variance", references: [("truth", truth)],
            caption: "The bias is −σ²/n: it matters for few numbers and fades with many.")
    }

    private func table(_ likely: EstimatorQuality, _ unbiased: EstimatorQuality) -> DataTable {
        func row(_ name: String, _ quality: EstimatorQuality) -> [String] {
            [name, readable(quality.bias), readable(quality.variance), readable(quality.meanSquaredError)]
        }
        return DataTable(
            title: "Estimators of the variance, n = \(size)",
            columns: ["divided by", "bias", "variance", "mean squared error"],
            rows: [row("n", likely), row("n − 1", unbiased)])
    }
}
