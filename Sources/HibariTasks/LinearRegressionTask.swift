import ArgumentParser
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// A line (or plane) through points, by gradient descent and by the normal equations.
struct LinearRegressionTask: TaskCommand {
    static let name = "linreg"
    static let summary = "Linear regression by gradient descent, beside the normal equations."
    static let discussion = """
        Fits y = w·x + b by least squares, to points around a line or to the columns of a table.

        Example: hibari run linreg
                 hibari run linreg --data houses.csv --target price
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var table: TableDataOptions
    @Option(help: "Points to make up (default: 200).") var points: Int?
    @Option(help: "Standard deviation of their noise (default: 0.3).") var noise: Double?

    func perform(in run: TaskRun) throws -> TaskResult {
        let data = try load()
        let (inputs, targets) = data.train.batch(indices: Array(0..<data.train.count), random: nil)
        let width = inputs.shape[1]
        let squares = LeastSquares(
            inputs: inputs.array(of: Float.self).map(Double.init),
            targets: targets.array(of: Float.self).map(Double.init), width: width)
        let model = try Sequential { Dense(1) }.build(input: [width], seed: options.seed)
        ModelInput.table(data.input).note(in: model)
        let recipe = FitOptions(
            epochs: 300, batch: data.train.count,
            optimizer: .sgd(learningRate: 1 / squares.largestCurvature), loss: .meanSquaredError,
            metrics: [.rSquared], seed: options.seed)
        try run.fit(model, data.train, try training.applied(to: recipe))
        let test = try model.evaluate(data.test, loss: .meanSquaredError, metrics: [.rSquared])
        let fitted = model.parameters.flatMap { $0.value.array(of: Float.self).map(Double.init) }
        let exact = squares.solution()
        let difference = exact.map { zip($0, fitted).map { abs($0 - $1) }.max() ?? 0 }
        let (shown, shownExact) = (data.input.inTableUnits(fitted), exact.map(data.input.inTableUnits))
        return TaskResult(
            subtitle: "y = w·x + b, fitted by gradient descent and in closed form",
            values: [
                "test_loss": .number(test.loss), "test_r2": .number(test["r2"] ?? .nan),
                "weights": .array(shown.map { .number($0) }),
                "normal_equations": shownExact.map { .array($0.map { .number($0) }) } ?? .null,
                "largest_difference": difference.map { .number($0) } ?? .null,
            ],
            figures: [
                SummaryFigure("R² on test data", readable(test["r2"] ?? .nan), note: "1 is a perfect fit"),
                SummaryFigure("mean squared error", readable(test.loss), note: "on test data"),
                SummaryFigure(
                    "largest difference", difference.map { readable($0) } ?? "none",
                    note: exact == nil
                        ? "the inputs depend on each other: no single solution" : "to the normal equations"),
            ],
            sections: [
                ReportSection(
                    "The fit",
                    try pictures(data, model) + [weights(data.names, fitted: shown, exact: shownExact)])
            ],
            data: data.rows)
    }

    private struct RegressionData {
        var train, test: Examples
        var names: [String]
        var input: TableEncoder
        var rows: [KeyValueTable.Row]
    }

    private func load() throws -> RegressionData {
        try table.refuse([("points", points != nil), ("noise", noise != nil)])
        if let data = try table.load(.number, seed: options.seed) {
            return RegressionData(
                train: data.train, test: data.test, names: data.encoder.inputNames,
                input: data.encoder, rows: data.rows)
        }
        let (count, noise) = (points ?? 200, noise ?? 0.3)
        try require(count, in: 4...1_000_000, option: "points")
        try require(noise, in: 0...1000, option: "noise")
        let points = ToyPoints.linear(
            count: count, weights: [2], bias: 0.5, noise: Float(noise), seed: options.seed)
        let (train, test) = Examples(points).split(table.holdOut, seed: options.seed)
        return RegressionData(
            train: train, test: test, names: ["x"],
            input: TableEncoder(
                features: [.number(name: "x", mean: 0, deviation: 1)], target: .number(name: "y"),
                missing: .refuse),
            rows: [.init("made up", "y = 2x + 0.5 + noise of \(readable(noise)), seed \(options.seed)")])
    }

    /// With one input the points and the line, else what was predicted against what is.
    private func pictures(_ data: RegressionData, _ model: Model) throws -> [any ReportBlock] {
        let groups = try [("training", data.train), ("test", data.test)].map { name, examples in
            let (inputs, targets) = examples.batch(indices: Array(0..<examples.count), random: nil)
            let x = data.names.count == 1 ? inputs : try model.predict(inputs)
            return PointGroup(
                name, x: x.array(of: Float.self).map(Double.init),
                y: targets.array(of: Float.self).map(Double.init))
        }
        let ends = [groups.flatMap(\.x).min() ?? 0, groups.flatMap(\.x).max() ?? 1]
        if data.names.count == 1, case .number(let name, let mean, let deviation) = data.input.features[0] {
            func shown(_ x: [Double]) -> [Double] { x.map { $0 * deviation + mean } }
            let line = try model.predict(Tensor(ends.map { Float($0) }, shape: [2, 1]))
            return [
                ScatterPlot(
                    title: "Points and the line",
                    groups: groups.map { PointGroup($0.name, x: shown($0.x), y: $0.y) },
                    curves: [Series("fit", x: shown(ends), y: line.array(of: Float.self).map(Double.init))],
                    xLabel: name, yLabel: data.input.target.name)
            ]
        }
        return [
            ScatterPlot(
                title: "Predicted and true", groups: groups, curves: [Series("equal", x: ends, y: ends)],
                xLabel: "predicted", yLabel: "true")
        ]
    }

    private func weights(_ names: [String], fitted: [Double], exact: [Double]?) -> any ReportBlock {
        DataTable(
            title: "Weights", columns: ["input", "gradient descent", "normal equations"],
            rows: (names + ["constant"]).enumerated().map { index, name in
                [name, readable(fitted[index]), exact.map { readable($0[index]) } ?? "none"]
            })
    }
}
