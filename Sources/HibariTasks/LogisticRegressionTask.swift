import ArgumentParser
import Glibc
import HibariCommandLine
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

/// Classes parted by straight lines: logistic regression for two, softmax regression for more.
struct LogisticRegressionTask: TaskCommand {
    static let name = "logreg"
    static let summary = "Logistic regression for two classes, in both its forms, or many."
    static let discussion = """
        Two classes: p = σ(w·x + b), learned with targets 0 and 1 and again with −1 and +1; both must give the same \
        weights. More classes: p = softmax(W·x + b).

        Example: hibari run logreg
                 hibari run logreg --classes 4
                 hibari run logreg --data iris.csv --target species --l2 0.01
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var table: TableDataOptions
    @Option(help: "Points to make up (default: 300).") var points: Int?
    @Option(help: "Clouds to make up, each a class (default: 2).") var classes: Int?
    @Option(help: "λ of the penalty λ/2·|w|² on the weights, not on the constants.") var l2 = 0.0
    @Option(help: "Standard deviation of each cloud (default: 0.7).") var spread: Double?

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(l2, in: 0...1000, option: "l2")
        if l2 > 0, training.optimizer != nil { throw UsageError.notWith(name: "l2", other: "optimizer") }
        let data = try load()
        return data.classNames.count == 2 ? try fitBinary(data, run) : try fitSoftmax(data, run)
    }

    private func load() throws -> ClassData {
        try table.refuse([
            ("points", points != nil), ("classes", classes != nil), ("spread", spread != nil),
        ])
        if let data = try table.load(.classes, seed: options.seed) { return ClassData(data) }
        let (count, clouds, deviation) = (points ?? 300, classes ?? 2, spread ?? 0.7)
        try require(clouds, in: 2...20, option: "classes")
        try require(count, in: 4 * clouds...1_000_000, option: "points")
        try require(deviation, in: 0.01...100, option: "spread")
        return ClassData(
            ToyPoints.clouds(count: count, clouds: clouds, deviation: Float(deviation), seed: options.seed),
            holdOut: table.holdOut, seed: options.seed,
            description: "\(clouds) clouds of deviation \(readable(deviation))")
    }

    /// Full-batch gradient descent with momentum, at a rate of one over the largest curvature the loss can have.
    ///
    /// The Hessian of the loss is at most λ/4 for one logit and λ/2 for several, λ the largest eigenvalue of XᵀX/N.
    /// Source: Böhning 1992, "Multinomial logistic regression algorithm".
    private func recipe(_ data: ClassData, loss: Loss, curvatureShare: Double) throws -> FitOptions {
        let squares = LeastSquares(
            inputs: data.train.all.input.array(of: Float.self).map(Double.init),
            targets: [Double](repeating: 0, count: data.train.count), width: data.inputCount)
        let rate = 1 / (curvatureShare * squares.largestCurvature / 2 + l2)
        return try training.applied(
            to: FitOptions(
                epochs: 500, batch: data.train.count,
                optimizer: .sgd(learningRate: rate, momentum: 0.9, nesterov: true, weightDecay: l2),
                loss: loss,
                metrics: [.accuracy], seed: options.seed))
    }

    private func fitBinary(_ data: ClassData, _ run: TaskRun) throws -> TaskResult {
        func model() throws -> Model {
            try Sequential { Dense(1) }.build(input: [data.inputCount], seed: options.seed)
        }
        let (zeroOne, plusMinus) = (try model(), try model())
        ModelInput.table(data.encoder).note(in: zeroOne)
        try run.fit(
            zeroOne, data.train.binary(low: 0),
            try recipe(data, loss: .binaryCrossEntropy, curvatureShare: 0.25))
        try run.fit(
            plusMinus, data.train.binary(low: -1), try recipe(data, loss: .logistic, curvatureShare: 0.25),
            part: "plus-minus-one")
        let difference = zip(numbers(zeroOne), numbers(plusMinus)).map { abs($0 - $1) }.max() ?? 0
        let (weights, other) = (
            data.encoder.inTableUnits(numbers(zeroOne)), data.encoder.inTableUnits(numbers(plusMinus))
        )
        let test = try ClassifierTest(
            zeroOne, data.test.binary(low: 0), loss: .binaryCrossEntropy, classNames: data.classNames)
        let rows = (data.encoder.inputNames + ["constant"]).enumerated().map { index, name in
            [
                name, readable(weights[index]), readable(other[index]),
                index < data.inputCount ? readable(exp(weights[index])) : "",
            ]
        }
        let table = DataTable(
            title: "Weights for \(data.classNames[1])",
            columns: ["input", "w, targets 0 and 1", "w, targets −1 and +1", "odds ×"], rows: rows)
        return result(
            data, test, subtitle: "p = σ(w·x + b), learned with targets 0 and 1 and with −1 and +1",
            values: [
                "weights": .array(weights.map { .number($0) }), "forms_difference": .number(difference),
            ],
            figures: [
                SummaryFigure(
                    "largest difference", readable(difference), note: "of weights between the two forms")
            ],
            blocks: try boundary(zeroOne, data) + test.blocks + [
                table,
                Paragraph(
                    Self.unitsNote
                        + " Raising an input by 1 multiplies the odds of \(data.classNames[1]) by the number "
                        + "under odds."),
            ])
    }

    private func fitSoftmax(_ data: ClassData, _ run: TaskRun) throws -> TaskResult {
        let (inputs, classes) = (data.inputCount, data.classNames.count)
        let model = try Sequential { Dense(classes) }.build(input: [inputs], seed: options.seed)
        ModelInput.table(data.encoder).note(in: model)
        try run.fit(model, data.train, try recipe(data, loss: .crossEntropy, curvatureShare: 0.5))
        let test = try ClassifierTest(model, data.test, loss: .crossEntropy, classNames: data.classNames)
        // W [C, inputs], then b [C].
        let fitted = numbers(model)
        let weights = (0..<classes).map { label in
            data.encoder.inTableUnits(
                fitted[label * inputs..<(label + 1) * inputs] + [fitted[classes * inputs + label]])
        }
        let rows = (data.encoder.inputNames + ["constant"]).enumerated().map { index, name in
            [name] + weights.map { readable($0[index]) }
        }
        let table = DataTable(
            title: "Weights", columns: ["input"] + data.classNames, rows: rows, isWide: classes > 5)
        return result(
            data, test, subtitle: "p = softmax(W·x + b)",
            values: ["weights": .array(weights.map { .array($0.map { .number($0) }) })], figures: [],
            blocks: try boundary(model, data) + test.blocks + [table, Paragraph(Self.unitsNote)])
    }

    private func result(
        _ data: ClassData, _ test: ClassifierTest, subtitle: String, values: JSONObject,
        figures: [SummaryFigure], blocks: [any ReportBlock]
    ) -> TaskResult {
        var all = test.values
        for (key, value) in values { all[key] = value }
        return TaskResult(
            subtitle: subtitle, values: all, figures: test.figures + figures,
            sections: [ReportSection("The fit", blocks)], data: data.rows)
    }

    private func boundary(_ model: Model, _ data: ClassData) throws -> [any ReportBlock] {
        try decisionBoundary(
            model, data, title: "Decision regions",
            caption: """
                The color says which class is predicted, its strength how sure the model is. All borders are straight: \
                the model knows no other. Points are the training data.
                """
        ).map { [$0] } ?? []
    }

    private static let unitsNote = "A weight says how the logit changes when its input grows by 1."

    private func numbers(_ model: Model) -> [Double] {
        model.parameters.flatMap { $0.value.array(of: Float.self).map(Double.init) }
    }
}
