import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariNN
import HibariSupport
import HibariTraining

struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify", abstract: "Learn to sort texts into classes with a pretrained model.",
        discussion: """
            A head on the last token of each text. With --frozen, the default, the model reads each text once and only the \
            head is learned, which takes seconds after that; --lora trains adapters as well, --full all weights. Writes a \
            folder for hibari predict, and scores on the texts that were held out.

            Example: hibari classify smollm2.gguf --data sms.csv --text message --label kind --balance --out spam
                     hibari predict spam new.csv
            """)

    @Argument(help: modelArgumentHelp) var model: String
    @Option(help: ArgumentHelp("A .csv or .tsv file to learn from.", valueName: "file")) var data: String
    @Option(help: ArgumentHelp("The column with the texts, by name or place from 1.", valueName: "column"))
    var text: String
    @Option(help: ArgumentHelp("The column with the classes, by name or place from 1.", valueName: "column"))
    var label: String
    @Flag(
        inversion: .prefixedNo,
        help: "The first line of the table names its columns (default: as its cells tell).")
    var header: Bool?
    @Flag(help: "Only learn a head (default).") var frozen = false
    @Option(help: ArgumentHelp("Train adapters, e.g. r=8,alpha=16,targets=all-linear.", valueName: "spec"))
    var lora: String?
    @Flag(help: "Train all weights.") var full = false
    @Flag(help: "Take as many texts of each class as the rarest has.") var balance = false
    @Option(help: "Share of the texts that is held out to test on.") var holdOut = 0.2
    @Option(help: "Which texts are held out: random (of each class) or last.") var split =
        LabeledTexts.Split.random
    @Option(help: ArgumentHelp("Texts to test on, instead of holding out some.", valueName: "file"))
    var test: String?
    @Option(help: "Share of the other texts that is scored after each epoch (--lora, --full).")
    var valFraction = 0.0
    @Option(
        help: ArgumentHelp("Tokens of a text at most (default: 256, or all the model has).", valueName: "n"))
    var maxLength: Int?
    @Option(help: "Passes over the texts (--lora, --full).") var epochs = 3
    @Option(help: "Texts of a step (--lora, --full).") var batch = 8
    @Option(help: "Peak learning rate (--lora, --full; default: 2e-4 for adapters, 5e-5 for all weights).")
    var lr: Double?
    @Option(help: "Seed of splits, orders and the new head.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("Folder to write.", valueName: "folder")) var out: String
    @Option(help: "Show so many texts that were taken for another class.") var mistakes = 5
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let options = try classificationOptions()
        if fileExists(out) || directoryExists(out) { throw FileError.alreadyExists(path: out) }
        let (training, validation, heldOut) = try parts()
        let started = monotonicSeconds()
        let run = try Classification(model: model, options, training: training, validation: validation)
        // At the end it would be too late to find out that this cannot be.
        try makeDirectories(splitPath(out).directory)
        note(
            "\(counted(training.count, "text")) to learn from, \(heldOut.count) to test on; classes "
                + zip(training.names, training.counts).map { "\($0) (\($1))" }.joined(separator: ", "))
        if options.mode != .frozen { note(ParameterTable(run.classifier.base.model).text) }
        // Ctrl-C ends the program at once: nothing is written before the classifier is learned.
        let classifier = try run.run(progress: showReading) { show($0) }
        let report = try ClassificationReport(classifier, heldOut)
        let details = ClassifierFolder.Details(mode: options.mode, textColumn: text, labelColumn: label)
        try writeDirectoryAtomically(out) { folder in
            try ClassifierFolder.write(classifier, details, to: folder)
            try writeFileAtomically(joinPath(folder, "report.json"), report.json.bytes(pretty: true))
        }
        let seconds = monotonicSeconds() - started
        printResult(json ? object(report, training, seconds).text() : report.text)
        for mistake in report.mistakes.prefix(json ? 0 : max(0, mistakes)) {
            note("taken for \(mistake.prediction), is \(mistake.label): \(mistake.text.prefix(100))")
        }
        note("wrote \(out) in \(duration(seconds)); hibari predict \(out) FILE sorts other texts")
    }

    private func classificationOptions() throws -> ClassificationOptions {
        let modes = [("frozen", frozen), ("lora", lora != nil), ("full", full)].filter(\.1).map(\.0)
        if modes.count > 1 { throw UsageError.conflictingOptions(modes) }
        for (name, value) in [("hold-out", holdOut), ("val-fraction", valFraction)] {
            guard value >= 0, value < 1, name != "hold-out" || value > 0 else {
                throw UsageError.invalidOption(
                    name: name, value: "\(value)", expected: "a share between 0 and 1")
            }
        }
        var options = ClassificationOptions()
        options.mode = full ? .full : lora != nil ? .lora : .frozen
        options.lowRank = try lora.map { try LowRankConfiguration(parsing: $0) }
        (options.maxLength, options.epochs, options.batch) = (maxLength, epochs, batch)
        (options.learningRate, options.seed) = (lr, seed)
        try options.validate()
        return options
    }

    private func parts() throws -> (training: LabeledTexts, validation: LabeledTexts?, heldOut: LabeledTexts)
    {
        var all = try LabeledTexts(path: data, text: text, label: label, hasHeader: header)
        if balance { all = all.balanced(seed: seed) }
        var (training, heldOut): (LabeledTexts, LabeledTexts)
        if let test {
            training = all
            heldOut = try LabeledTexts(
                path: test, text: text, label: label, hasHeader: header, names: all.names)
        } else {
            (training, heldOut) = all.parted(holdOut, split, seed: seed)
        }
        if heldOut.count == 0 {
            throw UsageError.invalidOption(
                name: "hold-out", value: "\(holdOut)",
                expected: "a share of at least one of \(all.count) texts")
        }
        if valFraction == 0 { return (training, nil, heldOut) }
        let (rest, validation) = training.parted(valFraction, .random, seed: seed &+ 1)
        return (rest, validation.count == 0 ? nil : validation, heldOut)
    }

    private func showReading(_ done: Int, _ count: Int) {
        if progressIsLive() {
            printToStandardError("\r\(done) of \(count) texts read", terminator: done == count ? "\n" : "")
        }
    }

    private func show(_ event: TrainingEvent) {
        switch event {
        case .step(let step, let total):
            note(
                "step \(step.step)/\(total)  loss \(fixed(step.loss, 4))  \(fixed(step.unitsPerSecond, 1)) texts/s"
            )
        case .epoch(let epoch) where epoch["val_accuracy"] != nil:
            note(
                "epoch \(epoch.epoch)  val loss \(fixed(epoch["val_loss"] ?? .nan, 4))  "
                    + "val accuracy \(fixed(epoch["val_accuracy"] ?? .nan, 4))")
        default: break
        }
    }

    private func object(
        _ report: ClassificationReport, _ training: LabeledTexts, _ seconds: Double
    ) -> JSONValue {
        var object = report.json.object ?? JSONObject()
        object["training_texts"] = .integer(training.count)
        object["seconds"] = .number((seconds * 1000).rounded() / 1000)
        object["out"] = .string(out)
        object["mistakes"] = .array(
            report.mistakes.prefix(max(0, mistakes)).map {
                [
                    "text": .string($0.text), "label": .string($0.label),
                    "prediction": .string($0.prediction),
                ]
            })
        return .object(object)
    }

    private func note(_ text: String) { printToStandardError(text) }
}

extension LabeledTexts.Split: ExpressibleByArgument {}
