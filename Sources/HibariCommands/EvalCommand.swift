import ArgumentParser
import HibariCheckpoint
import HibariCommandLine
import HibariData
import HibariModels
import HibariSupport
import HibariTensor
import HibariTraining

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Measure how well a model predicts a text.",
        discussion: """
            The text is cut into windows of the model's context; every token but the first is predicted once from the \
            tokens before it in its window. Bits per byte do not depend on the tokenizer and compare any two models.

            Example: hibari eval checkpoints/book chapter.txt
            """)

    @Argument(help: modelArgumentHelp)
    var model: String

    @Argument(help: "Text files, folders, .gz, .jsonl, or - for standard input.") var text: [String]
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Option(help: "Tokens of a window (default: the model's context).") var context: Int?
    @Option(
        help: ArgumentHelp("Write the logits of the first window to a safetensors file.", valueName: "file"))
    var logits: String?
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        let loaded = try LoadedModel(path: model)
        let limit = loaded.model.configuration.contextLength
        let window = context ?? limit
        guard (1...limit).contains(window) else {
            throw UsageError.invalidOption(
                name: "context", value: "\(window)", expected: "from 1 to the model's \(limit)")
        }
        let corpus = try TokenizedCorpus(
            try CorpusInput(paths: text, textKey: textKey), tokenizer: loaded.tokenizer)
        let windows = try EvaluationWindows(
            tokens: corpus.all, batchSize: max(1, 4096 / window), contextLength: window)
        if let logits { try writeLogits(loaded.model, corpus, window, to: logits) }
        let started = monotonicSeconds()
        let result = try evaluate(loaded.model, windows, bytes: corpus.byteCount(of:))
        let seconds = monotonicSeconds() - started
        printResult(json ? object(result, seconds).text() : table(result, window, seconds))
    }

    private func table(_ result: Evaluation, _ window: Int, _ seconds: Double) -> String {
        """
        loss            \(fixed(result.loss, 4))\(result.standardError.map { " ± " + fixed($0, 4) } ?? "") nats per token
        perplexity      \(fixed(result.perplexity, 3))
        bits per byte   \(result.bitsPerByte.map { fixed($0, 4) } ?? "-")
        tokens scored   \(result.units), each once, in windows of \(window)
        speed           \(abbreviated(Double(result.units) / seconds)) tokens/s
        """
    }

    private func object(_ result: Evaluation, _ seconds: Double) -> JSONValue {
        [
            "loss": .number(result.loss), "standard_error": result.standardError.map { .number($0) } ?? .null,
            "perplexity": .number(result.perplexity),
            "bits_per_byte": result.bitsPerByte.map { .number($0) } ?? .null,
            "tokens": .integer(result.units),
            "seconds": .number(seconds),
        ]
    }

    /// Inputs and logits of the first window, for comparison with other programs.
    private func writeLogits(
        _ model: any LanguageModel, _ corpus: TokenizedCorpus, _ window: Int, to path: String
    ) throws {
        let ids = (0..<min(window, corpus.count)).map { corpus.tokens[$0] }
        let logits = model.logits(Tensor(ids, shape: [1, ids.count]))
        let rows = logits.reshape([ids.count, model.configuration.vocabularySize])
        try writeSafetensors(
            [
                SafetensorsTensor(name: "logits", rows),
                SafetensorsTensor(name: "input_ids", dtype: .int32, shape: [ids.count]) { emit in
                    try ids.withUnsafeBytes { try emit($0) }
                },
            ], to: path)
    }
}
