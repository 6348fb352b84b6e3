import ArgumentParser
import Glibc
import HibariCommandLine
import HibariData
import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// The loss around the minimum of a deep network with skip connections and of the same network without.
struct LandscapeTask: TaskCommand {
    static let name = "landscape"
    static let summary = "The loss surface of a deep network with and without skip connections."
    static let discussion = """
        Trains two convolutional networks that differ only in their skip connections, and draws the loss around the \
        weights each has found.

        Example: hibari run landscape
                 hibari run landscape --blocks 12 --grid 41
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @Option(help: "Blocks of two convolutions.") var blocks = 10
    @Option(help: "Points on a side of the surface; an odd number.") var grid = 21
    @Option(help: "How far the surface reaches, in lengths of the weights.") var span = 1.0
    @Option(help: "Pictures that the loss is measured on.") var pictures = 128

    private struct Network {
        let title: String
        let key: String
        let landscape: LossLandscape
        let accuracy, loss: Double
    }

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(blocks, in: 1...50, option: "blocks")
        try require(pictures, in: 10...Self.trainCount, option: "pictures")
        guard (5...201).contains(grid), grid % 2 == 1 else {
            throw UsageError.invalidOption(
                name: "grid", value: "\(grid)", expected: "an odd number from 5 to 201")
        }
        guard span > 0, span <= 10 else {
            throw UsageError.invalidOption(name: "span", value: "\(span)", expected: "above 0, at most 10")
        }
        let digits = SyntheticDigits.standard(
            seed: options.seed, trainCount: Self.trainCount, testCount: Self.testCount)
        let train = ImageLoader(digits.train)
        let test = ImageLoader(
            digits.test, mean: train.mean, standardDeviation: train.standardDeviation)
        let (inputs, targets) = train.batch(indices: Array(0..<pictures), random: nil)
        let shown = Examples(inputs: inputs, targets: targets)
        let networks = try [(true, "with skips", "skip"), (false, "without", "plain")].map {
            hasSkips, title, key in
            let model = try model(hasSkips: hasSkips)
            let recipe = FitOptions(
                epochs: 5, batch: 32, optimizer: .adam(learningRate: 1e-3), loss: .crossEntropy,
                metrics: [.accuracy], schedule: .cosine, warmup: 0.5, clip: 1, seed: options.seed)
            try run.fit(model, train, try training.applied(to: recipe), part: hasSkips ? nil : key)
            let evaluation = try model.evaluate(test, loss: .crossEntropy, metrics: [.accuracy])
            let landscape = try LossLandscape(
                of: model, shown, grid: grid, span: span, seed: options.seed
            ) { if $0 % 5 == 0 { run.note("surface \(title)  row \($0)/\(grid)") } }
            return Network(
                title: title, key: key, landscape: landscape, accuracy: evaluation["accuracy"] ?? .nan,
                loss: evaluation.loss)
        }
        return TaskResult(
            subtitle:
                "The loss around two networks of \(2 * blocks + 1) convolutions, with and without skip connections",
            values: [
                "test_accuracy": .number(networks[0].accuracy), "test_loss": .number(networks[0].loss),
                "networks": .array(
                    networks.map {
                        [
                            "name": .string($0.key), "test_accuracy": .number($0.accuracy),
                            "test_loss": .number($0.loss), "loss": .number($0.landscape.center),
                            "sharpness": .number($0.landscape.sharpness),
                            "better_than_guessing": .number($0.landscape.share(below: Self.guess)),
                        ]
                    }),
                "grid": .integer(grid), "span": .number(span),
            ],
            figures: networks.map {
                SummaryFigure(
                    "sharpness \($0.title)", readable($0.landscape.sharpness, digits: 3),
                    note:
                        "by how much the loss rises at half the span; \(percent($0.accuracy)) right on test pictures"
                )
            },
            sections: [
                ReportSection(
                    "The surfaces",
                    introduction:
                        "In the middle are the weights that training has found. The axes lead away from them in two "
                        + "random directions, in which every filter changes by a share of its own length. Skip connections "
                        + "leave a wide, smooth basin; without them the way down is narrow and walls stand close.",
                    figures(networks))
            ],
            data: [
                .init(
                    "digits",
                    "drawn by the program: \(grouped(digits.train.count)) to train on, \(grouped(digits.test.count)) to test "
                        + "on, seed \(options.seed)"), .init("SHA-256", digits.train.sha256, isCode: true),
                .init(
                    "surface",
                    "the loss of \(grouped(pictures)) training pictures at \(grid) × \(grid) points"),
            ])
    }

    private static let trainCount = 3000
    private static let testCount = 1000
    /// The loss of a network that gives every digit the same probability.
    private static let guess = log(10.0)

    private func model(hasSkips: Bool) throws -> Model {
        let width = 12
        // With skips every block adds to what is there: it begins smaller, so that the sum does not grow with depth.
        let last =
            hasSkips
            ? WeightInitializer.normal(deviation: (2 / Double(9 * width * blocks)).squareRoot()) : .heNormal
        return try Sequential {
            Conv2d(width, kernel: 5, stride: 2, padding: 2, activation: .relu, initializer: .heNormal)
            MaxPool2d(2)
            for _ in 0..<blocks {
                let convolutions: [any LayerSpecification] = [
                    Conv2d(width, kernel: 3, padding: 1, activation: .relu, initializer: .heNormal),
                    Conv2d(width, kernel: 3, padding: 1, initializer: last),
                ]
                if hasSkips {
                    Residual(activation: .relu) { convolutions }
                } else {
                    Sequential(convolutions + [ReLU()])
                }
            }
            Flatten()
            Dense(10)
        }.build(input: [1, 28, 28], seed: options.seed)
    }

    private func figures(_ networks: [Network]) -> [any ReportBlock] {
        // One ceiling for both, so that equal colors are equal losses: the highest point of the flatter surface.
        let tops = networks.map { $0.landscape.surface.values.filter(\.isFinite).max() ?? Self.guess }
        let ceiling = max(Self.guess, tops.min() ?? Self.guess)
        let plots = networks.map { network in
            let surface = network.landscape.surface
            return ContourPlot(
                title: "Loss \(network.title)",
                surface: ScalarGrid(
                    columns: surface.columns, rows: surface.rows,
                    values: surface.values.map { $0.isFinite ? min($0, ceiling) : $0 }),
                xRange: -span...span, yRange: -span...span,
                paths: [.init("trained weights", x: [0], y: [0])], scale: .logarithmic, levelCount: 14,
                caption: "Losses above \(readable(ceiling, digits: 3)) are drawn as that.")
        }
        return plots + [
            LineChart(
                title: "Loss by distance from the minimum",
                series: networks.map {
                    let profile = $0.landscape.profile
                    return Series($0.title, x: profile.distances, y: profile.losses)
                },
                xLabel: "distance, in lengths of the filters", yLabel: "mean loss", yScale: .logarithmic,
                references: [("guessing", Self.guess)],
                caption: "The mean over all directions of the plane."),
            DataTable(
                title: "Sharpness",
                columns: [
                    "network", "loss in the middle", "rise at half the span", "better than guessing",
                    "test accuracy",
                ],
                rows: networks.map {
                    [
                        $0.title, readable($0.landscape.center, digits: 3),
                        readable($0.landscape.sharpness, digits: 3),
                        percent($0.landscape.share(below: Self.guess)), percent($0.accuracy),
                    ]
                }, isWide: true),
        ]
    }
}
