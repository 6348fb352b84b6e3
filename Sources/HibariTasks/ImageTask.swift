import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariReports
import HibariSupport
import HibariTraining

/// Options of the tasks that tell pictures apart.
struct ImageOptions: ParsableArguments {
    @OptionGroup var source: PictureSource
    @Option(
        help: ArgumentHelp(
            "The network: \(ImageNetwork.names); without it the one that suits the data.", valueName: "name"))
    var model: String?
    @Option(
        help: ArgumentHelp(
            "Channels of the first convolution; the later ones have multiples of it.", valueName: "n"))
    var width: Int?
    @Option(
        help: ArgumentHelp(
            "What leads around the blocks of a resnet that halve the picture: a (every second pixel) or b (a convolution).",
            valueName: "a|b"))
    var shortcut: ImageNetwork.Shortcut?
    @Flag(
        inversion: .prefixedNo,
        help: "Change the training pictures a little, at random, every time (default: as the recipe has it).")
    var augment: Bool?

    /// The network that was asked for; nil if none was.
    func network() throws -> ImageNetwork? {
        try model.map { name in
            guard let network = ImageNetwork(name: name) else {
                throw UsageError.unknownName(kind: "network", name: name, known: [ImageNetwork.names])
            }
            return network
        }
    }

    /// The network's layers for these pictures.
    func layers(_ network: ImageNetwork, _ recipe: ImageRecipe, _ pictures: ImageDataset) throws -> Sequential
    {
        if width != nil, !network.hasWidth {
            throw UsageError.notWith(name: "width", other: "model \(network)")
        }
        let width = width ?? recipe.width
        guard !network.hasWidth || (1...1024).contains(width) else {
            throw UsageError.invalidOption(name: "width", value: "\(width)", expected: "from 1 to 1024")
        }
        if shortcut != nil {
            guard case .resnet = network else {
                throw UsageError.notWith(name: "shortcut", other: "model \(network)")
            }
        }
        return network.layers(
            pictures.shape, classes: pictures.classNames.count, width: width, shortcut: shortcut ?? .a)
    }
}

extension ImageNetwork.Shortcut: ExpressibleByArgument {}

/// A task that tells the pictures of one set apart.
protocol ImageTask: TaskCommand {
    static var set: ImageSet { get }
    /// The network if none is asked for.
    static var network: ImageNetwork { get }
    var training: TrainingOptions { get }
    var images: ImageOptions { get }
}

extension ImageTask {
    func perform(in run: TaskRun) throws -> TaskResult {
        let network = try images.network() ?? Self.network
        let recipe = ImageRecipe(network, for: Self.set)
        let fitOptions = try recipe.fitOptions(training, seed: options.seed)
        let parts = try images.source.load(Self.set, seed: options.seed)
        let shape = parts.train.shape
        let model = try build(network, images.layers(network, recipe, parts.train), for: parts)
        ModelInput.images(
            shape, mean: parts.mean, standardDeviation: parts.standardDeviation,
            classNames: parts.train.classNames
        ).note(in: model)
        let augmentation = images.augment ?? recipe.augments ? Self.set.augmentation : Augmentation()
        let history = try run.fit(
            model, parts.loader(parts.train, augmentation), validation: parts.loader(parts.held), fitOptions)
        let test = try PictureTest(model, parts.loader(parts.test))
        return TaskResult(
            subtitle: "\(parts.title), told apart by \(network.title)",
            values: [
                "model": .string("\(network)"), "test_accuracy": .number(test.accuracy),
                "test_loss": .number(test.loss),
                "val_accuracy": .number(history.best?["val_accuracy"] ?? .nan),
                "parameters": .integer(model.summary.trainableParameters),
                "epochs": .integer(history.epochs.count),
                "best_epoch": history.best.map { .integer($0.epoch) } ?? .null,
                "incomplete_data": parts.incomplete.map { .string($0) } ?? .null,
            ],
            figures: [
                SummaryFigure(
                    "test accuracy", percent(test.accuracy, decimals: 2),
                    note: "\(grouped(test.mistakes.count)) of \(grouped(parts.test.count)) pictures wrong"),
                SummaryFigure("test loss", readable(test.loss), note: "cross-entropy in nats"),
                SummaryFigure(
                    "parameters", grouped(model.summary.trainableParameters),
                    note: "\(abbreviated(model.summary.flops)) FLOPs for a picture"),
                SummaryFigure(
                    "training", duration(history.seconds),
                    note:
                        "\(history.epochs.count) epochs, \(abbreviated(history.examplesPerSecond)) pictures/s"
                ),
            ],
            sections: [
                ReportSection("Right and wrong", [test.matrix, test.classTable, test.mistakeGrid()]),
                ReportSection("The network", networkBlocks(model, shape)),
            ],
            data: parts.rows + [.init("changed at random", augmentation.words)])
    }

    private func build(_ network: ImageNetwork, _ layers: Sequential, for parts: ImageParts) throws -> Model {
        let shape = parts.train.shape
        do {
            return try layers.build(input: [shape.channels, shape.height, shape.width], seed: options.seed)
        } catch let error as ModelError {
            guard case .layer(_, _, .wrongInput) = error else { throw error }
            throw DatasetError.contents(
                path: parts.source,
                problem: """
                    pictures of \(shape.height) × \(shape.width) are too small for \(network.title); take --model mlp or \
                    --model linear (\(error))
                    """)
        }
    }
}

extension ImageRecipe {
    /// The settings of the training, with what was given on the command line.
    ///
    /// The best weights are those with the highest accuracy on held-out pictures: a network grows surer of its
    /// mistakes while it makes fewer of them, so that the loss may rise when the accuracy still does. Smoothed labels keep
    /// it from that, and then the loss decides, which a few pictures measure more finely.
    func fitOptions(_ training: TrainingOptions?, seed: UInt64) throws -> FitOptions {
        let recipe = FitOptions(
            epochs: epochs, batch: batch, optimizer: optimizer,
            loss: .crossEntropy(labelSmoothing: labelSmoothing), metrics: [.accuracy], schedule: schedule,
            seed: seed, monitor: labelSmoothing > 0 ? "val_loss" : "val_accuracy")
        var result = try training?.applied(to: recipe) ?? recipe
        result.warmup = warmupShare * Double(max(0, result.epochs))
        return result
    }
}

extension Augmentation {
    /// What is done to training pictures.
    var words: String {
        let parts = [
            shift > 0 ? "moved by up to \(shift) pixels" : nil,
            cropPadding > 0 ? "cut out of a border of \(cropPadding) pixels" : nil,
            flip ? "mirrored half of the time" : nil,
            rotation > 0 ? "turned by up to \(readable(Double(rotation)))°" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
