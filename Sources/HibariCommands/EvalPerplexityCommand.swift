import ArgumentParser
import HibariCheckpoint
import HibariCommandLine
import HibariData
import HibariModels
import HibariSupport
import HibariTensor
import HibariTraining

struct EvalPerplexityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ppl", abstract: "Measure how well a model predicts a text.",
        discussion: """
            The text is read in windows of the model's context that advance by the stride; every token but the first is \
            predicted once, from the tokens before it in the first window that has it. A smaller stride leaves it more \
            context and takes longer. Bits per byte do not depend on the tokenizer and compare any two models.

            With --llama-cpp the windows are those of llama-perplexity, so that the numbers can be compared: 512 tokens \
            unless --context says otherwise, without overlap, the predictions from the middle on counted.

            Example: hibari eval ppl checkpoints/book chapter.txt --stride 64
            """)

    @Argument(help: modelArgumentHelp) var model: String
    @Argument(help: "Text files, folders, .gz, .jsonl, or - for standard input.") var text: [String]
    @Option(help: ArgumentHelp("The key of the text in JSON lines.", valueName: "key")) var textKey = "text"
    @Option(help: "Tokens of a window (default: the model's context).") var context: Int?
    @Option(help: "By how many tokens the windows advance (default: by themselves).") var stride: Int?
    @Option(
        help: ArgumentHelp(
            "Where the beginning token stands: none, first (before the text), every (window) (default: first if the model has its tokenizer put it there).",
            valueName: "place"))
    var bos: PerplexityWindows.Beginning?
    @Flag(help: "Choose windows and tokens as llama.cpp's llama-perplexity.") var llamaCpp = false
    @Option(
        help: ArgumentHelp("Write the logits of the first window to a safetensors file.", valueName: "file"))
    var logits: String?
    @Flag(help: "Print one JSON object.") var json = false
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try threads.apply()
        if llamaCpp, stride != nil { throw UsageError.notWith(name: "stride", other: "llama-cpp") }
        if llamaCpp, bos != nil { throw UsageError.notWith(name: "bos", other: "llama-cpp") }
        let scored = try loadScoringModel(model)
        let window = try scored.window(context, default: llamaCpp ? 512 : nil, atLeast: llamaCpp ? 3 : 1)
        let advance = try checkedStride(stride, window: window)
        let beginning = bos ?? (scored.addsBeginning ? .first : .none)
        if beginning != .none, scored.beginningToken == nil {
            throw EvaluationError.noBeginning(isAsked: true)
        }
        let corpus = try TokenizedCorpus(
            try CorpusInput(paths: text, textKey: textKey), tokenizer: scored.tokenizer)
        let windows =
            llamaCpp
            ? try PerplexityWindows(
                llamaCppTokenCount: corpus.count, contextLength: window,
                beginning: scored.addsBeginning ? scored.beginningToken : nil)
            : try PerplexityWindows(
                tokenCount: corpus.count, contextLength: window, stride: advance, beginning: beginning,
                token: scored.beginningToken)
        if let logits { try writeLogits(scored.model, corpus, window, to: logits) }
        let started = monotonicSeconds()
        let progress = EvaluationProgress(windows.scoredCount, "token")
        let result = Perplexity(
            scored.model, windows, token: { corpus.tokens[$0] }, bytes: corpus.byteCount(of:),
            progress: progress.show)
        let seconds = monotonicSeconds() - started
        let method =
            llamaCpp
            ? "those past the middle of \(windows.count) windows of \(window), as llama.cpp counts"
            : "each once, in windows of \(window)" + (advance == window ? "" : " that advance by \(advance)")
        printResult(
            json
                ? object(result, windows, window, llamaCpp ? nil : advance, seconds).text()
                : table(result, method, seconds))
    }

    private func table(_ result: Perplexity, _ method: String, _ seconds: Double) -> String {
        """
        loss            \(withStandardError(result.loss)) nats per token
        perplexity      \(fixed(result.value, 3))\(result.standardError.map { " ± " + fixed($0, 3) } ?? "")
        bits per byte   \(result.bitsPerByte.map { fixed($0, 4) } ?? "-")
        tokens scored   \(result.loss.count), \(method)
        bytes scored    \(result.byteCount)
        speed           \(abbreviated(Double(result.loss.count) / seconds)) tokens/s
        """
    }

    private func object(
        _ result: Perplexity, _ windows: PerplexityWindows, _ window: Int, _ stride: Int?, _ seconds: Double
    ) -> JSONValue {
        [
            "loss": .number(result.loss.mean),
            "standard_error": JSONValue(optional: result.loss.standardError),
            "perplexity": .number(result.value),
            "perplexity_standard_error": JSONValue(optional: result.standardError),
            "bits_per_byte": JSONValue(optional: result.bitsPerByte),
            "tokens": .integer(result.loss.count), "bytes": .integer(result.byteCount),
            "context": .integer(window), "stride": stride.map { .integer($0) } ?? .null,
            "windows": .integer(windows.count), "method": llamaCpp ? "llama.cpp" : "stride",
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

extension PerplexityWindows.Beginning: ExpressibleByArgument {}
