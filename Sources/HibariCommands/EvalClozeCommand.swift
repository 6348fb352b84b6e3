import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTraining

struct EvalClozeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cloze", abstract: "Measure how often a model tells the last word of a text.",
        discussion: """
            One passage a line, or JSON lines with the passage under the key text, or with a context and a word where no \
            spaces part the words. A word is told if each of its tokens is the likeliest, as in LAMBADA.

            Example: hibari eval cloze checkpoints/book passages.txt
            """)

    @Argument(help: modelArgumentHelp) var model: String
    @Argument(help: "Passages: a text file, .jsonl or .json.") var file: String
    @Option(help: ArgumentHelp("The key of the passage in JSON lines.", valueName: "key")) var textKey =
        "text"
    @Option(help: ArgumentHelp("Only the first so many passages.", valueName: "n")) var limit: Int?
    @Flag(help: "Put the model's beginning token before each passage.") var addBos = false
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        try checkPositive("limit", limit)
        let file = try ClozeFile(path: file, textKey: textKey, limit: limit)
        let scored = try loadScoringModel(model)
        let started = monotonicSeconds()
        let result = try scored.score(
            file, addsBeginning: addBos, progress: EvaluationProgress(file.items.count, "word").show)
        let seconds = monotonicSeconds() - started
        printResult(json ? object(result, seconds).text() : table(result, seconds))
    }

    private func table(_ result: ClozeResult, _ seconds: Double) -> String {
        """
        acc             \(withStandardError(result.accuracy))
        loss            \(withStandardError(result.loss)) nats per word
        perplexity      \(fixed(result.perplexity, 3)) per word
        words           \(result.scores.count)
        speed           \(fixed(Double(result.scores.count) / seconds, 1)) words/s
        """
    }

    private func object(_ result: ClozeResult, _ seconds: Double) -> JSONValue {
        let (accuracy, loss) = (result.accuracy, result.loss)
        return [
            "acc": .number(accuracy.mean), "acc_stderr": JSONValue(optional: accuracy.standardError),
            "loss": .number(loss.mean), "loss_stderr": JSONValue(optional: loss.standardError),
            "perplexity": .number(result.perplexity), "words": .integer(result.scores.count),
            "seconds": .number(seconds),
        ]
    }
}
