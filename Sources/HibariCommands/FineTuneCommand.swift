import ArgumentParser
import HibariCommandLine
import HibariTraining

struct FineTuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finetune", abstract: "Train a model further on a text: all of it, a part, or adapters.",
        discussion: """
            Prints what is trained and what it takes of the memory, measures the held-out text before and after, and \
            writes a run directory: the model in Hugging Face form, or with --lora an adapter in PEFT form. Ctrl-C \
            finishes the step, saves and exits; --resume continues to the same bytes as a run that was never stopped.

            Example: hibari finetune smollm2.gguf --corpus book.txt --lora r=8,alpha=16 --minutes 10 --out adapters/book
            """)

    @Argument(help: modelArgumentHelp) var model: String?
    @OptionGroup(title: "Text") var text: TextOptions
    @OptionGroup var options: FineTuneOptions
    @OptionGroup var output: FineTuneOutput

    struct TextOptions: ParsableArguments {
        @OptionGroup var corpus: CorpusOptions
        @Option(help: "Tokens the model sees at once (default: 512, or all it can).") var context: Int?
    }

    func run() throws {
        try output.threads.apply()
        if let folder = output.resume {
            if model != nil { throw UsageError.notWith(name: "model", other: "resume") }
            return try resume(folder)
        }
        let (configuration, source) = try settings()
        if output.printConfig { return printResult(yaml(configuration.json(source)), terminator: "") }
        let folder = try output.folder()
        let tuning = try FineTuning(configuration, source, run: RunDirectory(path: folder))
        try FineTuneSession(tuning, folder: folder).train(json: output.json)
    }

    private func settings() throws -> (FineTuneConfiguration, CorpusSource) {
        let corpus = text.corpus
        if corpus.corpus.isEmpty {
            throw UsageError.missingOption(name: "corpus", purpose: "name the text to train on")
        }
        var source = CorpusSource(corpus.corpus)
        source.textKey = corpus.textKey
        source.validationFraction = corpus.valFraction
        source.validationPath = corpus.val
        return (try options.configuration(model, context: text.context, horizon: .epochs(1)), source)
    }

    private func resume(_ folder: String) throws {
        let saved = try SavedRun(folder, command: "finetune", key: "corpus")
        var (configuration, source) = try Self.parse(saved.arguments).settings()
        configuration = saved.located(configuration)
        source.corpus = source.corpus.map(saved.found)
        source.validationPath = source.validationPath.map(saved.found)
        let tuning = try FineTuning(resuming: saved.directory, configuration, source)
        try FineTuneSession(tuning, folder: folder).train(json: output.json)
    }
}
