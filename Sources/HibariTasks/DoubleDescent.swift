import Glibc
import HibariData
import HibariReports
import HibariSupport

/// Random-feature models of growing width: y = Σⱼ wⱼ·max(0, uⱼ·x + bⱼ), uⱼ and bⱼ drawn once and w the shortest vector
/// of least squares. Their test error rises to a peak where there are as many features as training points, and falls
/// again beyond.
///
/// Source: Belkin et al. 2019, arXiv:1812.11118.
package struct DoubleDescent {
    package let widths: [Int]
    /// Mean squared errors of each width, the median over the draws.
    package let train, test: [Double]
    package let trainCount: Int

    /// Inputs of an example. With a single one, many random features coincide on the points, and the peak blurs.
    private static let dimensions = 5
    private static let testCount = 500

    /// - Parameters:
    ///   - noise: standard deviation, of the targets for training.
    ///   - draws: models of each width, each with other features.
    package init(trainCount: Int, widths: [Int], noise: Double, draws: Int = 15, seed: UInt64) {
        let train = Self.points(trainCount, noise, seed, stream: 1)
        let test = Self.points(Self.testCount, 0, seed, stream: 2)
        // Widths are independent of each other: each fills its own place.
        let errors = mapInParallel(widths.count) { place in
            let pairs = (0..<draws).map { draw in
                Self.errors(
                    train, test, width: widths[place],
                    RandomStream(
                        seed: seed, purpose: .initialization, stream: UInt64(place * draws + draw)))
            }
            return (median(pairs.map(\.train)), median(pairs.map(\.test)))
        }
        self.widths = widths
        self.trainCount = trainCount
        self.train = errors.map(\.0)
        self.test = errors.map(\.1)
    }

    /// About thirty widths up to `largest`, evenly spaced by factors, and those around `trainCount`.
    package static func widths(largest: Int, trainCount: Int) -> [Int] {
        var widths: Set<Int> = [1, largest]
        var width = 1.0
        while width < Double(largest) {
            widths.insert(Int(width.rounded()))
            width *= 1.3
        }
        for share in [0.8, 0.9, 1, 1.1, 1.25] { widths.insert(Int((share * Double(trainCount)).rounded())) }
        return widths.filter { (1...largest).contains($0) }.sorted()
    }

    /// The width with the largest test error.
    package var peak: Int { widths[test.indices.max { test[$0] < test[$1] } ?? 0] }

    private struct Points {
        var inputs: [[Double]]
        var targets: [Double]
    }

    /// y = sin(x₁ + … + x_d) with x uniform in the cube −1..<1, and noise.
    private static func points(_ count: Int, _ noise: Double, _ seed: UInt64, stream: UInt64) -> Points {
        var random = RandomStream(seed: seed, purpose: .synthesis, stream: stream)
        var points = Points(inputs: [], targets: [])
        for _ in 0..<count {
            let x = (0..<dimensions).map { _ in 2 * random.uniform() - 1 }
            points.inputs.append(x)
            points.targets.append(sin(x.reduce(0, +)) + noise * Double(random.normalPair().x))
        }
        return points
    }

    private static func errors(
        _ train: Points, _ test: Points, width: Int, _ stream: RandomStream
    ) -> (train: Double, test: Double) {
        var random = stream
        let features = (0..<width).map { _ in
            (0...dimensions).map { _ in Double(random.normalPair().x) }
        }
        func row(_ x: [Double]) -> [Double] {
            features.map { feature in
                var sum = feature[dimensions]
                for k in 0..<dimensions { sum += feature[k] * x[k] }
                return max(0, sum)
            }
        }
        let weights = MinimumNorm(
            matrix: train.inputs.flatMap(row), rows: train.inputs.count, columns: width
        ).solution(train.targets)
        func error(_ points: Points) -> Double {
            var sum = 0.0
            for (x, y) in zip(points.inputs, points.targets) {
                let prediction = zip(row(x), weights).reduce(0) { $0 + $1.0 * $1.1 }
                sum += (prediction - y) * (prediction - y)
            }
            return sum / Double(points.targets.count)
        }
        return (error(train), error(test))
    }

    var chart: LineChart {
        let x = widths.map(Double.init)
        return LineChart(
            title: "Double descent",
            series: [
                // Where the fit is exact there is nothing to draw.
                Series("training points", x: x, y: train.map { $0 > 1e-6 ? $0 : .nan }),
                Series("test points", x: x, y: test),
            ], xLabel: "random features", yLabel: "mean squared error", xScale: .logarithmic,
            yScale: .logarithmic,
            caption: """
                Networks whose first layer is random and only the last is fitted, to \(trainCount) points in \
                \(Self.dimensions) dimensions. With fewer features than points the model cannot pass through all of them. Near \
                \(trainCount) it just can, in one single way, however wild: the error on test points is largest (here with \
                \(peak) features), the one on training points zero from there on. With more features there are many ways, \
                the one with the smallest weights is taken, and the error falls again.
                """, height: 300)
    }

    var values: JSONValue {
        [
            "widths": .array(widths.map { .integer($0) }), "training_points": .integer(trainCount),
            "train_loss": .array(train.map { .number($0) }), "test_loss": .array(test.map { .number($0) }),
            "peak_width": .integer(peak),
        ]
    }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
