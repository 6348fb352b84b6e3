import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// XOR, which no line can part, and the smallest networks that can.
struct XORTask: TaskCommand {
    static let name = "xor"
    static let summary = "XOR with one hidden layer: the smallest problem that needs one."
    static let discussion = """
        Trains a network 2-N-1 with tanh, and networks with 2 and 4 hidden units from several starts.

        Example: hibari run xor
                 hibari run xor --hidden 2
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @Option(help: "Hidden units.") var hidden = 4
    @Option(help: "Starts of each network in the comparison; 0 for none.") var starts = 10
    @Option(help: "Points to make up around the four corners.") var points = 200
    @Option(help: "Standard deviation of their noise.") var noise = 0.2

    private static let corners: [[Float]] = [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    private static let sides = [0, 1, 1, 0]

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(hidden, in: 1...1024, option: "hidden")
        try require(starts, in: 0...1000, option: "starts")
        try require(points, in: 8...1_000_000, option: "points")
        try require(noise, in: 0...10, option: "noise")
        let data = ClassData(
            ToyPoints.xor(count: points, noise: Float(noise), seed: options.seed), holdOut: 0.2,
            seed: options.seed, description: "clouds around (±1, ±1) with noise of \(readable(noise))")
        let recipe = try training.applied(
            to: FitOptions(
                epochs: 400, batch: data.train.count, optimizer: .adam(learningRate: 0.05),
                loss: .binaryCrossEntropy, metrics: [.accuracy], seed: options.seed))
        let model = try build(hidden, seed: options.seed)
        ModelInput.table(data.encoder).note(in: model)
        try run.fit(model, data.train.binary(low: 0), recipe)
        let test = try ClassifierTest(
            model, data.test.binary(low: 0), loss: .binaryCrossEntropy, classNames: data.classNames)
        let isSolved = try solves(model)
        let comparison = try compare([2, 4], data, recipe, run)
        var values = test.values
        values["solved"] = .bool(isSolved)
        values["hidden"] = .integer(hidden)
        for (units, solved) in comparison {
            values["solved_with_\(units)_hidden"] = .integer(solved)
        }
        values["starts"] = .integer(starts)
        let boundary = try decisionBoundary(
            model, data, title: "Decision regions",
            caption: """
                Each hidden unit draws one straight edge; the output joins them. The two corners of a class lie opposite \
                each other, so one line can never do. Points are the training data.
                """)
        return TaskResult(
            subtitle: "a network 2-\(hidden)-1 with tanh", values: values,
            figures: [
                SummaryFigure("solved", isSolved ? "yes" : "no", note: "the four corners"), test.figures[0],
            ]
                + comparison.map {
                    SummaryFigure(
                        "2-\($0.units)-1", "\($0.solved) of \(starts)", note: "starts that solve it")
                },
            sections: [
                ReportSection(
                    "Two lines instead of one",
                    (boundary.map { [$0] } ?? []) + [try truthTable(model), hiddenUnits(model)]
                        + (starts == 0 ? [] : [comparisonTable(comparison)]) + test.blocks)
            ], data: data.rows)
    }

    private func build(_ hidden: Int, seed: UInt64) throws -> Model {
        try Sequential {
            Dense(hidden, activation: .tanh)
            Dense(1)
        }.build(input: [2], seed: seed)
    }

    private func cornerProbabilities(_ model: Model) throws -> [Double] {
        classProbabilities(try model.predict(Tensor(Self.corners.flatMap { $0 }, shape: [4, 2]))).map {
            $0[1]
        }
    }

    private func solves(_ model: Model) throws -> Bool {
        zip(try cornerProbabilities(model), Self.sides).allSatisfy { ($0 > 0.5) == ($1 == 1) }
    }

    /// From how many starts networks with so many hidden units learn it.
    private func compare(
        _ sizes: [Int], _ data: ClassData, _ recipe: FitOptions, _ run: TaskRun
    ) throws -> [(units: Int, solved: Int)] {
        if starts == 0 { return [] }
        return try sizes.map { units in
            var solved = 0
            for start in 0..<starts {
                let model = try build(units, seed: options.seed &+ UInt64(start) &+ 1)
                try run.fit(
                    model, data.train.binary(low: 0), recipe, part: "2-\(units)-1, start \(start + 1)",
                    keeps: false, plots: false)
                if try solves(model) { solved += 1 }
            }
            return (units, solved)
        }
    }

    private func truthTable(_ model: Model) throws -> DataTable {
        let probabilities = try cornerProbabilities(model)
        return DataTable(
            title: "Truth table", columns: ["x1", "x2", "differ", "what the network says"],
            rows: Self.corners.indices.map { row in
                Self.corners[row].map { readable(Double($0)) }
                    + ["\(Self.sides[row])", readable(probabilities[row])]
            })
    }

    /// Each unit h = tanh(w·x + b) and what the output makes of it.
    private func hiddenUnits(_ model: Model) -> DataTable {
        let numbers = model.parameters.map { $0.value.array(of: Float.self).map { readable(Double($0)) } }
        return DataTable(
            title: "Hidden units", columns: ["unit", "w1", "w2", "b", "weight in the output"],
            rows: (0..<hidden).map { unit in
                [
                    "\(unit + 1)", numbers[0][2 * unit], numbers[0][2 * unit + 1], numbers[1][unit],
                    numbers[2][unit],
                ]
            })
    }

    private func comparisonTable(_ comparison: [(units: Int, solved: Int)]) -> DataTable {
        DataTable(
            title: "Starts that ended with all four corners right",
            columns: ["network", "parameters", "solved", "of"],
            rows: comparison.map { ["2-\($0.units)-1", "\(4 * $0.units + 1)", "\($0.solved)", "\(starts)"] })
    }
}
