import ArgumentParser
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTraining

/// Options of the tasks that draw a border with a multilayer perceptron.
struct PointClassifierOptions: ParsableArguments {
    @OptionGroup var training: TrainingOptions
    @OptionGroup var network: NetworkOptions
    @OptionGroup var table: TableDataOptions
    @Flag(help: "Also train networks of other widths and depths.") var sweep = false

    /// The network and its training, as the task has them where nothing else was asked for.
    func classifier(
        of data: ClassData, width: Int, depth: Int, epochs: Int, seed: UInt64
    ) throws -> PointClassifier {
        let recipe = FitOptions(
            epochs: epochs, batch: 32, optimizer: .adam(learningRate: 1e-2), loss: .crossEntropy,
            metrics: [.accuracy], schedule: .cosine, seed: seed)
        return PointClassifier(
            data, try network.network(width: width, depth: depth), try training.applied(to: recipe),
            sweeps: sweep, seed: seed)
    }
}

/// Trains a multilayer perceptron to tell classes apart and shows where it draws the border; what `moons` and `spiral`
/// do.
struct PointClassifier {
    let data: ClassData
    let network: MultilayerPerceptron
    let recipe: FitOptions
    /// Whether networks of other widths and depths are trained too.
    let sweeps: Bool
    private let fitting, choosing: Examples

    init(
        _ data: ClassData, _ network: MultilayerPerceptron, _ recipe: FitOptions, sweeps: Bool, seed: UInt64
    ) {
        self.data = data
        self.network = network
        self.recipe = recipe
        self.sweeps = sweeps
        (fitting, choosing) = data.train.split(0.2, seed: seed)
    }

    func perform(in run: TaskRun) throws -> TaskResult {
        let model = try build(network)
        ModelInput.table(data.encoder).note(in: model)
        let history = try run.fit(model, fitting, validation: choosing, recipe)
        let test = try ClassifierTest(model, data.test, loss: .crossEntropy, classNames: data.classNames)
        var values = test.values
        values["width"] = .integer(network.width)
        values["depth"] = .integer(network.depth)
        values["activation"] = .string(network.activation.rawValue)
        values["parameters"] = .integer(model.parameterCount)
        values["best_epoch"] = history.best.map { .integer($0.epoch) } ?? .null
        var blocks: [any ReportBlock] = []
        if let boundary = try decisionBoundary(
            model, data, title: "Decision regions",
            caption: """
                The color says which class the network predicts, its strength how sure it is. Points are the training data. \
                Where there are none, the network has only guessed how its borders go on.
                """)
        {
            blocks.append(boundary)
        }
        blocks += test.blocks
        if sweeps {
            let heatmap = try sweep(run)
            values["sweep"] = heatmap.json
            blocks.append(heatmap.chart)
        }
        return TaskResult(
            subtitle: network.description, values: values,
            figures: test.figures + [
                SummaryFigure("parameters", grouped(model.parameterCount), note: network.description)
            ], sections: [ReportSection("The border", blocks)],
            data: data.rows + [
                .init("held out", "\(choosing.count) of those to train on, to choose the best weights by")
            ])
    }

    private func build(_ network: MultilayerPerceptron) throws -> Model {
        try network.build(inputs: data.inputCount, outputs: data.classNames.count, seed: recipe.seed)
    }

    private static let widths = [2, 4, 8, 16, 32]
    private static let depths = [1, 2, 3, 4]

    /// A network of each width and depth, trained alike.
    private func sweep(_ run: TaskRun) throws -> (chart: Heatmap, json: JSONValue) {
        var accuracies: [Double] = []
        var rows: [JSONValue] = []
        for depth in Self.depths {
            for width in Self.widths {
                let other = MultilayerPerceptron(width: width, depth: depth, activation: network.activation)
                let model = try build(other)
                try run.fit(model, fitting, recipe, part: "\(depth)×\(width)", keeps: false, plots: false)
                let test = try model.evaluate(data.test, loss: .crossEntropy, metrics: [.accuracy])
                accuracies.append(test["accuracy"] ?? .nan)
                rows.append([
                    "width": .integer(width), "depth": .integer(depth),
                    "parameters": .integer(model.parameterCount),
                    "test_accuracy": .number(test["accuracy"] ?? .nan), "test_loss": .number(test.loss),
                ])
            }
        }
        let low = min(0.99, accuracies.filter(\.isFinite).min() ?? 0)
        let chart = Heatmap(
            title: "Test accuracy by width and depth", rowNames: Self.depths.map { "\($0)" },
            columnNames: Self.widths.map { "\($0)" }, values: accuracies,
            strengths: accuracies.map { ($0 - low) / (1 - low) }, rowTitle: "hidden layers",
            columnTitle: "units in each",
            caption: """
                Every network was trained in the same way, from one seed. A few units in one layer cannot bend the border \
                enough; more of them can, and so can more layers. Nothing was chosen by these numbers.
                """, format: { percent($0, decimals: 0) })
        return (chart, .array(rows))
    }
}
