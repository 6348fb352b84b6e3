import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// Rosenblatt's rule: it settles where a line parts the classes, and never where none does.
struct PerceptronTask: TaskCommand {
    static let name = "perceptron"
    static let summary = "Rosenblatt's perceptron: it settles on separable points, and never on XOR."
    static let discussion = """
        Example: hibari run perceptron
                 hibari run perceptron --margin 0.02
                 hibari run perceptron --data breast_cancer.csv --target diagnosis
        """
    static let canResume = false

    @OptionGroup var options: RunOptions
    @OptionGroup var table: TableDataOptions
    @Option(help: "Points to make up (default: 200).") var points: Int?
    @Option(help: "How far the points keep from the line between the classes (default: 0.05).")
    var margin: Double?
    @Option(help: "Passes over the points before it gives up.") var epochs = 100

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(epochs, in: 1...100_000, option: "epochs")
        let data = try load()
        let (examples, labels) = Self.signed(data.train)
        var perceptron = Perceptron(inputs: data.inputCount)
        let passes = perceptron.learn(examples, labels, passes: epochs)
        let isSettled = passes.last == 0
        // Any line that parts the classes gives a bound; the one the points were made around is a good one.
        let lines = [perceptron] + (table.data == nil ? [Perceptron(weights: [2, 1], bias: -0.3)] : [])
        let bound = lines.compactMap { $0.mistakeBound(examples, labels) }.min()
        let xor = Self.learnXOR(passes: epochs)
        let model = try self.model(perceptron, data)
        try model.save(to: run.directory.path)
        let test = try ClassifierTest(
            model, data.test.binary(low: -1), loss: .perceptron, classNames: data.classNames)
        let mistakes = passes.reduce(0, +)
        var values = test.values
        for (key, value) in [
            "settled": .bool(isSettled), "mistakes": .integer(mistakes), "passes": .integer(passes.count),
            "mistake_bound": bound.map { .number($0) } ?? .null,
            "mistakes_by_pass": .array(passes.map { .integer($0) }),
            "weights": .array((perceptron.weights + [perceptron.bias]).map { .number($0) }),
            "xor_settled": .bool(xor.last == 0), "xor_mistakes": .integer(xor.reduce(0, +)),
        ] as JSONObject { values[key] = value }
        let boundary = try decisionBoundary(
            model, data, title: isSettled ? "The line it settled on" : "The line at the end",
            caption: """
                Any line without mistakes ends the search: it need not lie in the middle. The strength of the color is \
                only how far a point is from the line; a perceptron knows no probabilities. Points are the training data.
                """)
        return TaskResult(
            subtitle: "w += y·x for each example on the wrong side, until there is none", values: values,
            figures: [
                SummaryFigure(
                    "mistakes", grouped(mistakes),
                    note: isSettled
                        ? "then none: settled after \(passes.count) passes"
                        : "not settled after \(passes.count) passes"),
                SummaryFigure(
                    "bound", bound.map { abbreviated($0) } ?? "none",
                    note: bound == nil
                        ? "known only once a line parts the points"
                        : "Novikoff: never more mistakes than R²/γ²"),
                test.figures[0],
                SummaryFigure(
                    "mistakes on XOR", grouped(xor.reduce(0, +)), note: "in \(xor.count) passes, and no end"),
            ],
            sections: [
                ReportSection(
                    "Learning from mistakes",
                    (boundary.map { [$0] } ?? []) + [chart(passes, xor)] + test.blocks)
            ], data: data.rows)
    }

    private func load() throws -> ClassData {
        try table.refuse([("points", points != nil), ("margin", margin != nil)])
        if let data = try table.load(.classes, seed: options.seed) {
            let classes = ClassData(data)
            guard classes.classNames.count == 2 else {
                throw DatasetError.contents(
                    path: table.data ?? "",
                    problem:
                        "column \(data.encoder.target.name) has \(classes.classNames.count) classes; a perceptron parts two"
                )
            }
            return classes
        }
        let (count, margin) = (points ?? 200, margin ?? 0.05)
        try require(count, in: 4...100_000, option: "points")
        try require(margin, in: 0...0.5, option: "margin")
        return ClassData(
            ToyPoints.separable(count: count, margin: Float(margin), seed: options.seed),
            holdOut: table.holdOut, seed: options.seed,
            description: "points at least \(readable(margin)) away from the line 2x₁ + x₂ = 0.3")
    }

    private static func signed(_ examples: Examples) -> (examples: [[Double]], labels: [Double]) {
        let (input, target) = examples.binary(low: -1).all
        let values = input.array(of: Float.self).map(Double.init)
        let width = input.shape[1]
        return (
            stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) },
            target.array(of: Float.self).map(Double.init)
        )
    }

    /// The four corners of the square, of which opposite ones are alike.
    private static func learnXOR(passes: Int) -> [Int] {
        var perceptron = Perceptron(inputs: 2)
        return perceptron.learn([[-1, -1], [-1, 1], [1, -1], [1, 1]], [-1, 1, 1, -1], passes: passes)
    }

    /// The perceptron as a layer, so that it can be kept and asked.
    private func model(_ perceptron: Perceptron, _ data: ClassData) throws -> Model {
        let model = try Sequential { Dense(1) }.build(input: [data.inputCount], seed: options.seed)
        let weights = perceptron.weights.map { Float($0) }
        model.parameters[0].assign(Tensor(weights, shape: [1, weights.count]))
        model.parameters[1].assign(Tensor([Float(perceptron.bias)], shape: [1]))
        ModelInput.table(data.encoder).note(in: model)
        return model
    }

    private func chart(_ passes: [Int], _ xor: [Int]) -> LineChart {
        func series(_ name: String, _ counts: [Int]) -> Series {
            Series(name, x: counts.indices.map { Double($0 + 1) }, y: counts.map(Double.init))
        }
        return LineChart(
            title: "Mistakes in each pass", series: [series("these points", passes), series("XOR", xor)],
            xLabel: "pass", yLabel: "mistakes",
            caption: """
                Where a line parts the classes, the mistakes end. On the four points of XOR no line can, and the rule goes \
                round for ever: a single layer is not enough (Minsky & Papert 1969). See hibari run xor.
                """)
    }
}

extension Loss {
    /// max(0, −y·x) of scores x and targets y of −1 or +1: what Rosenblatt's rule makes small.
    fileprivate static let perceptron = Loss("perceptron") { score, target in
        relu(-1 * (score * target.reshape(score.shape))).mean()
    }
}
