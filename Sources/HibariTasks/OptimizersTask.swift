import ArgumentParser
import HibariCommandLine
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor

/// The paths of optimizers over a surface.
struct OptimizersTask: TaskCommand {
    static let name = "optimizers"
    static let summary = "The paths of eleven optimizers down a surface, from SGD to Lion."
    static let discussion = """
        Every optimizer starts at the same place, with the learning rate that brings it to the minimum fastest (or with \
        --lr). They are the ones that train networks, on a parameter of two numbers.

        Example: hibari run optimizers
                 hibari run optimizers --surface saddle
                 hibari run optimizers --surface bowl --lr 0.1
        """
    static let canResume = false

    @OptionGroup var options: RunOptions
    @Option(
        help: ArgumentHelp(
            "\(LossSurface.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var surface: LossSurface = .ravine
    @Option(help: "Steps of each optimizer.") var steps = 300
    @Option(help: "One learning rate for all (default: for each the fastest of 21, from 0.001 to 100).")
    var lr: Double?

    private static let names = [
        "sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "nadam", "adamax",
        "lion",
    ]

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(steps, in: 1...10_000, option: "steps")
        if let lr, !(lr > 0 && lr.isFinite) {
            throw UsageError.invalidOption(name: "lr", value: "\(lr)", expected: "a positive number")
        }
        let paths = try Self.names.map { name in
            try lr.map { try Descent(name, learningRate: $0, on: surface, steps: steps) }
                ?? Descent.best(name, on: surface, steps: steps)
        }
        let arrived = paths.filter { $0.stepsToMinimum != nil }
        let fastest = arrived.min { $0.stepsToMinimum! < $1.stepsToMinimum! }
        return TaskResult(
            subtitle: "Eleven optimizers on \(surface.title)",
            values: [
                "surface": .string(surface.rawValue), "steps": .integer(steps),
                "optimizers": .array(
                    paths.map {
                        [
                            "name": .string($0.optimizer), "learning_rate": .number($0.learningRate),
                            "steps_to_minimum": $0.stepsToMinimum.map { .integer($0) } ?? .null,
                            "last_value": .number($0.values.last ?? .nan),
                        ]
                    }),
            ],
            figures: [
                SummaryFigure(
                    "fastest", fastest.map { Self.title($0.optimizer) } ?? "none",
                    note: fastest.map { "\($0.stepsToMinimum!) steps" } ?? "none came to the minimum"),
                SummaryFigure(
                    "reached the minimum", "\(arrived.count) of \(paths.count)",
                    note: "within \(grouped(steps)) steps"),
            ],
            sections: sections(paths),
            data: [
                .init("surface", surface.title), .init("start", "(\(surface.start.x), \(surface.start.y))"),
            ])
    }

    private func sections(_ paths: [Descent]) -> [ReportSection] {
        let grid = surfaceGrid()
        func plot(_ title: String, _ paths: [Descent], caption: String = "") -> ContourPlot {
            ContourPlot(
                title: title, surface: grid, xRange: surface.ranges.x, yRange: surface.ranges.y,
                paths: paths.map { .init(Self.title($0.optimizer), x: $0.x, y: $0.y) },
                scale: .logarithmic, levelCount: 14, caption: caption)
        }
        let height = paths.map { path in
            Series(
                Self.title(path.optimizer),
                y: path.values.map { max($0 - surface.minimum, Self.lowestShown) })
        }
        return [
            ReportSection(
                "Paths",
                introduction:
                    "Each path begins at the same place and ends at its mark. SGD follows the steepest slope; "
                    + "momentum adds up what it has moved before; AdaGrad, RMSProp and Adam scale each direction by the "
                    + "size of its own gradients; Lion takes steps of one size. "
                    + (lr == nil
                        ? "Each has the best of \(Descent.rates.count) learning rates, from 0.001 to 100. "
                        : "All have the same learning rate. ")
                    + "The minimum counts as reached where the height stays below a thousandth of that at the start.",
                [
                    SmallMultiples(paths.map { plot(Self.title($0.optimizer), [$0]) }),
                    plot("All together", paths),
                    LineChart(
                        title: "Height above the minimum", series: height, xLabel: "step",
                        yScale: .logarithmic,
                        caption: "A straight line down is a fixed share of the height in each step."),
                    DataTable(
                        title: "Steps to the minimum",
                        columns: [
                            "optimizer", "learning rate", "steps", "height at the end", "how it steps",
                        ],
                        rows: paths.map { path in
                            [
                                Self.title(path.optimizer), readable(path.learningRate, digits: 3),
                                path.stepsToMinimum.map { "\($0)" } ?? "—",
                                path.values.count == steps + 1
                                    ? readable(path.values[steps] - surface.minimum, digits: 3)
                                    : "left the plane",
                                Self.rule(path.optimizer),
                            ]
                        }, isWide: true),
                ])
        ]
    }

    /// Less is drawn at the lower edge: the logarithm has no zero.
    private static let lowestShown = 1e-12

    private func surfaceGrid() -> ScalarGrid {
        let size = 121
        let (xRange, yRange) = surface.ranges
        func place(_ index: Int, _ range: ClosedRange<Double>) -> Double {
            range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(size - 1)
        }
        let cells = (0..<size).flatMap { row in (0..<size).map { (place($0, xRange), place(row, yRange)) } }
        let shape: Shape = [cells.count]
        let values = surface.value(Tensor(cells.map(\.0), shape: shape), Tensor(cells.map(\.1), shape: shape))
        return ScalarGrid(columns: size, rows: size, values: values.array(of: Double.self))
    }

    private static func title(_ name: String) -> String {
        [
            "sgd": "SGD", "momentum": "Momentum", "nesterov": "Nesterov", "adagrad": "AdaGrad",
            "adadelta": "Adadelta", "rmsprop": "RMSProp", "adam": "Adam", "adamw": "AdamW", "nadam": "NAdam",
            "adamax": "AdaMax", "lion": "Lion",
        ][name] ?? name
    }

    private static func rule(_ name: String) -> String {
        [
            "sgd": "rate × gradient", "momentum": "rate × sum of gradients, each fading by 0.9",
            "nesterov": "momentum, with the gradient a step ahead",
            "adagrad": "gradient over the root of the sum of its squares",
            "adadelta": "gradient over its own size, times the size of recent steps",
            "rmsprop": "gradient over the root of its mean square",
            "adam": "mean gradient over the root of its mean square",
            "adamw": "Adam, and the weights shrink a little towards 0",
            "nadam": "Adam with Nesterov's momentum",
            "adamax": "mean gradient over its largest size", "lion": "the sign of the mean gradient",
        ][name] ?? ""
    }
}
