import ArgumentParser
import HibariCommandLine
import HibariData
import HibariNN
import HibariSupport
import HibariTensor
import HibariTraining

/// `hibari predict`: what a model of `hibari run` says of new rows or pictures, or one of `hibari classify` of texts.
package struct PredictCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict with a model of hibari run or classify: rows of a table, pictures, texts.",
        discussion: """
            Prints a CSV line for each row or picture: what it is, the prediction, the probability of each class. A model \
            of hibari classify takes the texts of a column, or with - the lines of standard input.

            Example: hibari predict runs/logreg new.csv
                     hibari predict runs/logreg iris.csv --target species --json
                     hibari predict spam new.csv --text message
                     hibari predict runs/digits 7.png 3.png
                     hibari predict runs/mnist t10k-images-idx3-ubyte --labels t10k-labels-idx1-ubyte
            """)

    @Argument(help: "Folder of a run.") var model: String
    @Argument(
        help: ArgumentHelp(
            "A .csv or .tsv file; or PNG files, a folder of them (with a folder for each class, if they are known), or an IDX file.",
            valueName: "file"))
    var files: [String]
    @Option(
        help: ArgumentHelp(
            "The column with the truth, to measure the predictions on (tables).", valueName: "column"))
    var target: String?
    @Option(
        help: ArgumentHelp(
            "The column with the texts (default: as it was called in training).", valueName: "column"))
    var text: String?
    @Option(
        help: ArgumentHelp(
            "Where the model of hibari classify is that the classifier belongs to (default: where it was).",
            valueName: "model"))
    var base: String?
    @Option(
        help: ArgumentHelp("An IDX file with the true classes (IDX pictures).", valueName: "file"))
    var labels: String?
    @OptionGroup var header: HeaderOption
    @Flag(help: "Print one JSON object.") var json = false
    @Option(help: ArgumentHelp("File to write (default: standard output).", valueName: "file")) var out:
        String?
    @OptionGroup var threads: ThreadOptions

    package init() {}

    package func run() throws {
        try threads.apply()
        if ClassifierFolder.isClassifier(self.model) {
            return try show(try predictTexts(ClassifierFolder(path: self.model, base: base)))
        }
        for (name, value) in [("text", text), ("base", base)] where value != nil {
            throw UsageError.invalidOption(
                name: name, value: "given", expected: "nothing: the model takes no texts")
        }
        let folder = RunDirectory(path: self.model)
        if fileExists(folder.runFile), !fileExists(joinPath(self.model, ModelFile.descriptionName)) {
            throw ModelFileError(
                path: self.model,
                problem: "this run left no model to predict with; what it found is in \(folder.reportFile)")
        }
        let model = try Model.load(self.model)
        let predictions: Predictions =
            switch try ModelInput(of: model, path: self.model) {
            case .table(let encoder): try predict(model, encoder)
            case .images(let shape, let mean, let deviation, let classNames):
                try predictPictures(model, shape, mean, deviation, classNames)
            }
        try show(predictions)
    }

    private func show(_ predictions: Predictions) throws {
        let text = json ? object(predictions).text() + "\n" : predictions.csv
        if let out { try writeFileAtomically(out, text) } else { printResult(text, terminator: "") }
        if let score = predictions.score, !json {
            printToStandardError("\(score.name) \(Float(score.value)) of \(predictions.keys.count)")
        }
    }

    private func object(_ predictions: Predictions) -> JSONValue {
        var object: JSONObject = [
            "model": .string(model), "files": .array(files.map { .string($0) }),
        ]
        for (key, value) in predictions.json { object[key] = value }
        return .object(object)
    }

    private func predict(_ model: Model, _ encoder: TableEncoder) throws -> Predictions {
        if let labels {
            throw UsageError.invalidOption(
                name: "labels", value: labels,
                expected: "nothing: the model takes a table, whose true values are a column: --target")
        }
        guard files.count == 1 else {
            throw ValidationError("the model takes one table at a time, got \(files.count) files")
        }
        var tableOptions = encoder.tableOptions
        tableOptions.hasHeader = header.header
        let table = try Table(contentsOf: files[0], options: tableOptions)
        let encoder = try target.map { try encoder.withTarget($0, in: table) } ?? encoder
        let rows = try encoder.usableRows(of: table, withTarget: target != nil)
        guard !rows.isEmpty else {
            throw DatasetError.contents(path: files[0], problem: "every row has a missing value")
        }
        let inputs = Tensor(try encoder.inputs(table, rows: rows), shape: [rows.count, encoder.inputCount])
        var classNames: [String]?
        var truth: Tensor?
        switch encoder.target {
        case .number:
            if target != nil {
                truth = Tensor(try encoder.numbers(table, rows: rows), shape: [rows.count, 1])
            }
        case .classes(_, let names):
            classNames = names
            if target != nil { truth = Tensor(try encoder.labels(table, rows: rows), shape: [rows.count]) }
        }
        return try Predictions(
            try model.predict(inputs), keyName: "row", keys: rows.map { "\($0 + 1)" }, classNames: classNames,
            truth: truth)
    }

    private func predictPictures(
        _ model: Model, _ shape: ImageShape, _ mean: [Float], _ deviation: [Float], _ classNames: [String]
    ) throws -> Predictions {
        let needless = [
            ("target", target != nil), ("header", header.header == true),
            ("no-header", header.header == false),
        ]
        for (name, isGiven) in needless where isGiven {
            throw UsageError.invalidOption(
                name: name, value: "given", expected: "nothing: the model takes pictures, not a table")
        }
        let pictures = try PictureFiles(files, labels: labels, shape: shape, classNames: classNames)
        let loader = ImageLoader(pictures.dataset, mean: mean, standardDeviation: deviation)
        let truth =
            pictures.hasLabels ? Tensor(pictures.dataset.labels, shape: [pictures.dataset.count]) : nil
        return try Predictions(
            try model.predict(loader), keyName: pictures.keyName, keys: pictures.keys,
            classNames: pictures.dataset.classNames, truth: truth)
    }
}

extension TableEncoder {
    /// The same with another column of a table as the target.
    fileprivate func withTarget(_ column: String, in table: Table) throws -> TableEncoder {
        let name = try table.column(column).name
        let target: Target =
            switch target {
            case .number: .number(name: name)
            case .classes(_, let names): .classes(name: name, names: names)
            }
        return TableEncoder(features: features, target: target, missing: missing)
    }
}
