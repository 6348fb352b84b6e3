import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTraining

struct EvalChoiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mc", abstract: "Measure how often a model finds the right ending, by multiple choice.",
        discussion: """
            Each record has a context (or ctx, question), endings (or choices, or choice0, choice1, …) and a label (or \
            answer): a number from 0, a letter from A, or the text of the right ending. Every ending gets its \
            log-likelihood after the context, as lm-evaluation-harness computes it; the model's answer is the ending with \
            the greatest one (acc), or the greatest per character (acc_norm), per byte or per token.

            Example: hibari eval mc checkpoints/book questions.jsonl --out scores.jsonl
            """)

    @Argument(help: modelArgumentHelp) var model: String
    @Argument(help: "Questions: JSON lines, or one JSON array.") var file: String
    @Option(help: ArgumentHelp("Only the first so many questions.", valueName: "n")) var limit: Int?
    @OptionGroup var format: ChoiceFormatOptions
    @Option(
        help: ArgumentHelp(
            "Write the log-likelihoods and answers to a file, one question a line.", valueName: "jsonl"))
    var out: String?
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        try checkPositive("limit", limit)
        let file = try ChoiceFile(path: file, limit: limit)
        reportIgnored(file)
        let scored = try loadScoringModel(model)
        let started = monotonicSeconds()
        var scores: [ChoiceScore] = []
        let score = {
            scores = try scored.score(
                file, format.format, progress: EvaluationProgress(file.items.count, "question").show)
        }
        if let out {
            // The file is begun first: a long measurement is not lost because it cannot be written.
            try writeFileAtomically(out) { output in
                try score()
                for (index, score) in scores.enumerated() {
                    try output.write(row(index, file.items[index], score).bytes() + [0x0A])
                }
            }
        } else {
            try score()
        }
        let seconds = monotonicSeconds() - started
        printResult(json ? object(file, scores, seconds).text() : table(file, scores, seconds))
    }

    private func table(_ file: ChoiceFile, _ scores: [ChoiceScore], _ seconds: Double) -> String {
        var lines = ["questions       \(scores.count), of the shape \(file.shape)"]
        for metric in ChoiceMetric.allCases {
            lines.append(padded(metric.rawValue, 16) + withStandardError(scores.accuracy(by: metric)))
        }
        lines.append("chance          \(fixed(chance(scores), 4))")
        lines.append("speed           \(fixed(Double(scores.count) / seconds, 1)) questions/s")
        return lines.joined(separator: "\n")
    }

    private func object(_ file: ChoiceFile, _ scores: [ChoiceScore], _ seconds: Double) -> JSONValue {
        var object: JSONObject = [
            "questions": .integer(scores.count), "shape": .string(file.shape.description),
        ]
        for metric in ChoiceMetric.allCases {
            let accuracy = scores.accuracy(by: metric)
            object[metric.rawValue] = .number(accuracy.mean)
            object[metric.rawValue + "_stderr"] = JSONValue(optional: accuracy.standardError)
        }
        object["chance"] = .number(chance(scores))
        object["seconds"] = .number(seconds)
        return .object(object)
    }

    /// The share of right answers of one who guesses.
    private func chance(_ scores: [ChoiceScore]) -> Double {
        MeanEstimate(scores.map { 1 / Double($0.endings.count) }).mean
    }

    private func row(_ index: Int, _ item: ChoiceItem, _ score: ChoiceScore) -> JSONValue {
        var predictions = JSONObject()
        for metric in ChoiceMetric.allCases {
            predictions[metric.rawValue] = .integer(score.prediction(by: metric))
        }
        func list(_ number: (ChoiceScore.Ending) -> JSONValue) -> JSONValue {
            .array(score.endings.map(number))
        }
        return [
            "index": .integer(index), "place": .string(item.place.description),
            "context": .string(item.context),
            "continuations": .array(item.endings.map { .string(format.format.delimiter + $0) }),
            "label": .integer(item.label), "log_likelihoods": list { .number($0.logLikelihood) },
            "tokens": list { .integer($0.tokenCount) }, "characters": list { .integer($0.characterCount) },
            "bytes": list { .integer($0.byteCount) }, "predictions": .object(predictions),
        ]
    }
}

/// How questions become text.
struct ChoiceFormatOptions: ParsableArguments {
    @Option(help: "Between the context and each ending (default: a space).") var delimiter: String?
    @Flag(help: "Put the model's beginning token before each context.") var addBos = false

    var format: ChoiceFormat { ChoiceFormat(delimiter: delimiter ?? " ", addsBeginning: addBos) }
}

/// Says which keys of a file of questions are not read.
func reportIgnored(_ file: ChoiceFile) {
    guard !file.ignoredKeys.isEmpty else { return }
    printToStandardError("\(file.path): not read: \(file.ignoredKeys.joined(separator: ", "))")
}
