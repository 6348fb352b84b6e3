import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// How much of the gradient arrives at the first layers of a deep network.
struct VanishingTask: TaskCommand {
    static let name = "vanishing"
    static let summary = "Gradients that vanish in deep networks, and what helps: ReLU, skips, batch norm."
    static let discussion = """
        Measures the gradient of every layer of five deep networks before training, and then trains each as long as the \
        others.

        Example: hibari run vanishing
                 hibari run vanishing --depth 40
        """
    static let canResume = false

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @Option(help: "Hidden layers of each network.") var depth = 16
    @Option(help: "Numbers that each hidden layer gives on.") var width = 32
    @Option(help: "Points of the two spirals to learn from.") var points = 600

    private struct Network {
        let kind: DeepNetwork
        let gradients: [Double]
        let evaluation: Evaluation
        /// Of the first hidden layer against the last.
        var share: Double { gradients[1] / gradients[gradients.count - 2] }
    }

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(depth, in: 2...200, option: "depth")
        try require(width, in: 2...512, option: "width")
        try require(points, in: 20...100_000, option: "points")
        let spiral = ToyPoints.spiral(count: points, arms: 2, turns: 0.6, seed: options.seed)
        let (train, test) = Examples(spiral).split(0.25, seed: options.seed)
        let networks = try DeepNetwork.allCases.map { kind in
            let model = try kind.build(
                inputs: 2, classes: 2, width: width, depth: depth, seed: options.seed)
            let gradients = try DeepNetwork.gradientSizes(of: model, train)
            let recipe = FitOptions(
                epochs: 60, batch: 32, optimizer: .sgd(learningRate: 0.02, momentum: 0.9),
                loss: .crossEntropy, metrics: [.accuracy], clip: 1, seed: options.seed)
            try run.fit(model, train, try training.applied(to: recipe), part: kind.rawValue, keeps: false)
            return Network(
                kind: kind, gradients: gradients,
                evaluation: try model.evaluate(test, loss: .crossEntropy, metrics: [.accuracy]))
        }
        func accuracy(_ network: Network) -> Double { network.evaluation["accuracy"] ?? .nan }
        return TaskResult(
            subtitle: "\(depth) hidden layers of \(width), five ways",
            values: [
                "depth": .integer(depth),
                "networks": .array(
                    networks.map {
                        [
                            "name": .string($0.kind.rawValue),
                            "gradient_sizes": .array($0.gradients.map { .number($0) }),
                            "first_over_last": .number($0.share),
                            "test_accuracy": .number(accuracy($0)), "test_loss": .number($0.evaluation.loss),
                        ]
                    }),
            ],
            figures: networks.map {
                SummaryFigure(
                    $0.kind.title, percent(accuracy($0)),
                    note:
                        "right on test points; gradient first : last hidden layer \(readable($0.share, digits: 2))"
                )
            },
            sections: [
                ReportSection(
                    "Gradients before training",
                    introduction:
                        "A gradient goes from the loss back through every layer, and each multiplies it by its "
                        + "weights and by the slope of its activation. If these products are small, the first layers hear "
                        + "almost nothing of what they should change.",
                    pictures(networks, accuracy))
            ],
            data: [
                .init(
                    "made up",
                    "two spirals, \(train.count) points to train on, \(test.count) to test on, seed \(options.seed)"
                )
            ])
    }

    private func pictures(_ networks: [Network], _ accuracy: (Network) -> Double) -> [any ReportBlock] {
        [
            LineChart(
                title: "Size of the gradient in each layer",
                series: networks.map {
                    Series($0.kind.title, x: $0.gradients.indices.map { Double($0 + 1) }, y: $0.gradients)
                },
                xLabel: "layer, from the input", yLabel: "root mean square", yScale: .logarithmic,
                caption:
                    "Layer 1 is next to the input. A line that falls to the left is a gradient that vanishes on its "
                    + "way back."),
            BarChart(
                title: "Learned", bars: networks.map { .init($0.kind.title, accuracy($0)) },
                caption:
                    "Share of test points that are told right after equally many steps; half is guessing.",
                format: { percent($0) }),
            DataTable(
                title: "Side by side",
                columns: ["network", "first hidden", "last hidden", "first : last", "test accuracy", "why"],
                rows: networks.map {
                    [
                        $0.kind.title, readable($0.gradients[1], digits: 3),
                        readable($0.gradients[$0.gradients.count - 2], digits: 3),
                        readable($0.share, digits: 2), percent(accuracy($0)), $0.kind.note,
                    ]
                }, isWide: true),
        ]
    }
}
