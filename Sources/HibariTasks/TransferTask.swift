import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariOptimizers
import HibariReports
import HibariSupport
import HibariTraining

/// Learns some classes of pictures, and then the others from few examples, with and without what it learned before.
struct TransferTask: TaskCommand {
    static let name = "transfer"
    static let summary = "Transfer learning: new classes from a few pictures, with a body that knows others."
    static let discussion = """
        A convolutional network learns the first half of the classes (the digits 0–4). Then the other half is learned
        from a few pictures of each in three ways: a new last layer on the frozen body, the same with everything
        trained on, and from scratch. Epochs, rate and the like are those of this second part.

        Example: hibari run transfer
                 hibari run transfer --examples 3
                 hibari run transfer --data-set mnist --examples 20
        """

    @OptionGroup var options: RunOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var pictures: PictureOptions
    @Option(help: ArgumentHelp("Pictures of each new class to learn from.", valueName: "n")) var examples = 10

    /// One of the three ways.
    private struct Way {
        let name: String
        let explanation: String
        let rate: Double
    }

    private static let ways = [
        Way(name: "frozen", explanation: "new last layer, everything else frozen", rate: 1e-2),
        Way(name: "fine-tuned", explanation: "new last layer, everything trained", rate: 1e-3),
        Way(name: "scratch", explanation: "the same network, all of it new", rate: 1e-3),
    ]

    func perform(in run: TaskRun) throws -> TaskResult {
        try require(examples, in: 1...10_000, option: "examples")
        let parts = try pictures.load(seed: options.seed)
        let (old, new, few) = try divide(parts)
        let body = try learn(old, parts, in: run)
        let bodyTest = try PictureTest(body, parts.loader(parts.test.selecting(classes: old)))
        let held = parts.loader(parts.held.selecting(classes: new))
        let test = parts.loader(parts.test.selecting(classes: new))

        var models: [Model] = []
        var histories: [History] = []
        for way in Self.ways {
            let model = try model(way, from: body, classes: few.classNames, parts)
            let recipe = FitOptions(
                epochs: 40, batch: 10, optimizer: .adam(learningRate: way.rate), loss: .crossEntropy,
                metrics: [.accuracy], schedule: .cosine, seed: options.seed, monitor: "val_accuracy")
            // The network that knows most is the run's own.
            let isMain = way.name == "fine-tuned"
            histories.append(
                try run.fit(
                    model, parts.loader(few), validation: held, try training.applied(to: recipe),
                    part: isMain ? nil : way.name))
            models.append(model)
        }
        let tests = try models.map { try PictureTest($0, test) }
        return TaskResult(
            subtitle: """
                \(parts.title): \(names(new, parts)) from \(examples) pictures each, knowing \(names(old, parts))
                """,
            values: [
                "test_accuracy": .number(tests[1].accuracy), "test_loss": .number(tests[1].loss),
                "frozen_accuracy": .number(tests[0].accuracy),
                "scratch_accuracy": .number(tests[2].accuracy),
                "body_accuracy": .number(bodyTest.accuracy), "examples": .integer(examples),
                "incomplete_data": parts.incomplete.map { .string($0) } ?? .null,
            ],
            figures: zip(Self.ways, tests).map { way, test in
                SummaryFigure(way.name, percent(test.accuracy), note: way.explanation)
            } + [
                SummaryFigure(
                    "the body", percent(bodyTest.accuracy), note: "on the classes that it learned first")
            ],
            sections: [
                ReportSection(
                    "Three ways to learn from little",
                    introduction: """
                        All three learn from the same \(few.count) pictures, and \(held.count) held-out ones say which \
                        epoch was the best. What differs is what they know already: the first two start from a network \
                        that can tell other classes apart, and so sees strokes and corners.\(verdict(tests))
                        """,
                    [
                        chart(histories), table(models, tests), pictures(few),
                        tests[1].mistakeGrid("Mistakes of the fine-tuned network"),
                    ])
            ],
            data: parts.rows)
    }

    /// A word on a body that was of no use.
    private func verdict(_ tests: [PictureTest]) -> String {
        tests[2].accuracy < max(tests[0].accuracy, tests[1].accuracy)
            ? ""
            : " Here that did not help: the body has learned too little, or the new pictures are enough by themselves."
    }

    /// The old classes, the new ones, and the few pictures of the new ones.
    private func divide(_ parts: ImageParts) throws -> (old: [Int], new: [Int], few: ImageDataset) {
        let classes = Array(parts.train.classNames.indices)
        guard classes.count >= 4 else {
            throw UsageError.environment(
                "transfer needs pictures of at least 4 classes, two for each half; these have \(classes.count)"
            )
        }
        let new = Array(classes[(classes.count + 1) / 2..<classes.count])
        let pictures = parts.train.selecting(classes: new)
        var taken = [Int](repeating: 0, count: new.count)
        var chosen: [Int] = []
        for (index, label) in pictures.labels.enumerated() where taken[Int(label)] < examples {
            taken[Int(label)] += 1
            chosen.append(index)
        }
        if let label = taken.firstIndex(where: { $0 < examples }) {
            throw UsageError.invalidOption(
                name: "examples", value: "\(examples)",
                expected: "at most \(taken[label]), which is all there is of \(pictures.classNames[label])")
        }
        let old = Array(classes.prefix((classes.count + 1) / 2))
        for half in [old, new] {
            for part in [parts.train, parts.held, parts.test] where part.selecting(classes: half).count == 0 {
                throw UsageError.environment(
                    "there are too few pictures: none to learn from, to hold out or to test on of "
                        + names(half, parts))
            }
        }
        return (old, new, pictures.selecting(chosen))
    }

    /// The network that knows the old classes.
    private func learn(_ old: [Int], _ parts: ImageParts, in run: TaskRun) throws -> Model {
        let recipe = ImageRecipe(.cnn, for: pictures.dataSet)
        let train = parts.train.selecting(classes: old)
        let model = try network(recipe, classes: old.count, parts)
        try run.fit(
            model, parts.loader(train, recipe.augments ? pictures.dataSet.augmentation : Augmentation()),
            validation: parts.loader(parts.held.selecting(classes: old)),
            try recipe.fitOptions(nil, seed: options.seed), part: "body")
        return model
    }

    private func network(_ recipe: ImageRecipe, classes: Int, _ parts: ImageParts) throws -> Model {
        let shape = parts.train.shape
        return try ImageNetwork.cnn.layers(shape, classes: classes, width: recipe.width)
            .build(input: [shape.channels, shape.height, shape.width], seed: options.seed)
    }

    private func model(_ way: Way, from body: Model, classes: [String], _ parts: ImageParts) throws -> Model {
        let model: Model
        switch way.name {
        case "scratch":
            model = try network(ImageRecipe(.cnn, for: pictures.dataSet), classes: classes.count, parts)
        case "frozen":
            try body.freeze("*")
            model = try body.replacingHead(with: Dense(classes.count), seed: options.seed)
            try body.unfreeze("*")
        default: model = try body.replacingHead(with: Dense(classes.count), seed: options.seed)
        }
        ModelInput.images(
            parts.train.shape, mean: parts.mean, standardDeviation: parts.standardDeviation,
            classNames: classes
        ).note(in: model)
        return model
    }

    private func names(_ classes: [Int], _ parts: ImageParts) -> String {
        classes.map { parts.train.classNames[$0] }.joined(separator: ", ")
    }

    private func chart(_ histories: [History]) -> LineChart {
        LineChart(
            title: "Accuracy on held-out pictures of the new classes",
            series: zip(Self.ways, histories).map { way, history in
                Series(way.name, x: history.epochs.map { Double($0.epoch) }, y: history["val_accuracy"])
            }, xLabel: "epoch")
    }

    private func table(_ models: [Model], _ tests: [PictureTest]) -> DataTable {
        DataTable(
            title: "On the test pictures of the new classes",
            columns: ["way", "trained numbers", "accuracy", "loss"],
            rows: Self.ways.indices.map { index in
                [
                    Self.ways[index].name, grouped(models[index].summary.trainableParameters),
                    percent(tests[index].accuracy), readable(tests[index].loss),
                ]
            })
    }

    private func pictures(_ few: ImageDataset) -> ImageGrid {
        ImageGrid(
            title: "All that they learn the new classes from",
            tiles: few.labels.indices.sorted { (few.labels[$0], $0) < (few.labels[$1], $1) }.prefix(100).map {
                ImageGrid.Tile(Picture(few, $0), label: few.classNames[Int(few.labels[$0])])
            },
            tileWidth: 44, caption: few.count > 100 ? "The first 100 of \(grouped(few.count))." : "")
    }
}
