import ArgumentParser
import HibariCommandLine
import HibariData
import HibariSupport
import HibariTraining

struct EvalCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Say whether one model is better than another.",
        discussion: """
            On texts the models are compared by bits per byte, which do not depend on their tokenizers, passage by passage; \
            on a file of multiple choice questions (hibari eval mc) by right answers, question by question. The interval \
            is that of a paired bootstrap over passages or questions: if it excludes 0, the difference is more than luck \
            with this text.

            Example: hibari eval compare checkpoints/book checkpoints/tuned chapter.txt
            """)

    @Argument(help: modelArgumentHelp) var modelA: String
    @Argument(help: "The other model.") var modelB: String
    @Argument(help: "Text files, folders, .gz, .jsonl; or one file of questions.") var file: [String]
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Option(help: "Tokens of a window (default: the smaller context of the two).") var context: Int?
    @Option(help: "By how many tokens the windows advance (default: by themselves).") var stride: Int?
    @Option(help: ArgumentHelp("Bytes of a passage (default: 2048).", valueName: "n")) var passageBytes: Int?
    @Option(help: ArgumentHelp("Only the first so many questions.", valueName: "n")) var limit: Int?
    @OptionGroup var format: ChoiceFormatOptions
    @Option(help: ArgumentHelp("Bootstrap samples.", valueName: "n")) var resamples = 10_000
    @Option(help: "Seed of the samples.") var seed: UInt64 = 1
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        for (name, value) in [("limit", limit), ("passage-bytes", passageBytes), ("resamples", resamples)] {
            try checkPositive(name, value)
        }
        let isChoice = file.count == 1 && ChoiceFile.isChoiceFile(file[0])
        try refuseIdleOptions(isChoice)
        let bootstrap = PairedBootstrap(resamples: resamples, seed: seed)
        let table =
            isChoice ? try compareChoices(file[0], bootstrap) : try compareTexts(bootstrap)
        printResult(json ? table.object(bootstrap).text() : table.text(bootstrap))
    }

    private func refuseIdleOptions(_ isChoice: Bool) throws {
        let forTexts = [
            ("context", context.map(String.init)), ("stride", stride.map(String.init)),
            ("passage-bytes", passageBytes.map(String.init)),
        ]
        let forChoices = [
            ("limit", limit.map(String.init)), ("delimiter", format.delimiter),
            ("add-bos", format.addBos ? "set" : nil),
        ]
        for case (let name, let value?) in isChoice ? forTexts : forChoices {
            throw UsageError.invalidOption(
                name: name, value: value,
                expected: "no value " + (isChoice ? "for multiple choice questions" : "for texts"))
        }
    }

    private func compareTexts(_ bootstrap: PairedBootstrap) throws -> ComparisonTable {
        let (a, b) = (try loadScoringModel(modelA), try loadScoringModel(modelB))
        let limit = min(a.contextLength, b.contextLength)
        let window = try (a.contextLength == limit ? a : b).window(context)
        let advance = try checkedStride(stride, window: window)
        let documents = try CorpusReader(paths: file, textKey: textKey).documents()
        let size = passageBytes ?? 2048
        let scores = try [a, b].map {
            try $0.scorePassages(documents, passageBytes: size, context: window, stride: advance)
        }
        guard scores.allSatisfy({ $0.contains { $0.bytes > 0 } }) else {
            throw DataError.corpusTooShort(tokens: 1, contextLength: 1)
        }
        let units = scores[0].paired(with: scores[1])
        return ComparisonTable(
            unit: "passage",
            heading: "\(counted(units.count, "passage")) of about \(size) bytes, windows of \(window) tokens",
            rows: [
                .init(
                    name: "bits per byte", key: "bits_per_byte", lowerIsBetter: true,
                    result: bootstrap.compare(units))
            ], perplexities: scores.map(\.perplexity))
    }

    private func compareChoices(_ path: String, _ bootstrap: PairedBootstrap) throws -> ComparisonTable {
        let file = try ChoiceFile(path: path, limit: limit)
        reportIgnored(file)
        let scores = try [modelA, modelB].map {
            try loadScoringModel($0).score(
                file, format.format, progress: EvaluationProgress(file.items.count, "question").show)
        }
        let rows = ChoiceMetric.allCases.map { metric in
            let units = zip(scores[0], scores[1]).map { a, b in
                PairedUnit(
                    first: (a.isRight(by: metric) ? 1 : 0, 1), second: (b.isRight(by: metric) ? 1 : 0, 1))
            }
            return ComparisonTable.Row(
                name: metric.rawValue, key: metric.rawValue, lowerIsBetter: false,
                result: bootstrap.compare(units))
        }
        return ComparisonTable(
            unit: "question", heading: "\(counted(file.items.count, "question")), of the shape \(file.shape)",
            rows: rows)
    }
}
