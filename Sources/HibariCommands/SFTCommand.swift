import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariSupport
import HibariTraining

struct SFTCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sft", abstract: "Teach a model to answer, by a file of conversations or instructions.",
        discussion: """
            Reads JSON lines of one shape, which it finds out: messages, prompt and completion, instruction, input and \
            output, or text. What the assistant says is learned, with the token that ends its turn. Everything else is as \
            in hibari finetune; --preview without --out only shows what would be learned.

            Example: hibari sft smollm2.gguf --data answers.jsonl --lora r=8,alpha=16 --minutes 15 --out adapters/answers
            """)

    /// What of a conversation is learned.
    enum LearnedPart: String, EnumerableFlag {
        case assistantOnly, allTokens

        static func help(for value: LearnedPart) -> ArgumentHelp? {
            value == .allTokens ? "Learn all tokens." : "Learn what the assistant says (the default)."
        }
    }

    struct DataOptions: ParsableArguments {
        @Option(help: ArgumentHelp("Examples: JSON lines, or a JSON array.", valueName: "file"))
        var data: String?
        @Option(
            help: ArgumentHelp(
                "chatml, llama2, llama3, gemma, alpaca, plain, model for its own, or a Jinja file (default: its own, or "
                    + "what its tokens tell).",
                valueName: "name"))
        var template: String?
        @Option(help: ArgumentHelp("Show this many examples, with what is learned of them.", valueName: "n"))
        var preview = 0
        @Option(
            help: ArgumentHelp("Share of the examples held out at the end, from 0 to 1.", valueName: "share"))
        var valFraction = 0.1
        @Option(
            help: ArgumentHelp("Examples of their own to hold out, instead of a share.", valueName: "file"))
        var val: String?
        @Option(help: "Tokens of an example, which is cut there (default: 512, or all the model can).")
        var maxLength: Int?
        @Flag(
            inversion: .prefixedNo, exclusivity: .chooseLast,
            help:
                "Fill each micro-batch with examples up to batch × max-length tokens, instead of counting them."
        )
        var packing = false
        @Flag(exclusivity: .chooseLast) var learned = LearnedPart.assistantOnly
    }

    @Argument(help: modelArgumentHelp) var model: String?
    @OptionGroup(title: "Examples") var examples: DataOptions
    @OptionGroup var options: FineTuneOptions
    @OptionGroup var output: FineTuneOutput

    func run() throws {
        try output.threads.apply()
        if let folder = output.resume {
            if model != nil { throw UsageError.notWith(name: "model", other: "resume") }
            return try resume(folder)
        }
        let (configuration, source) = try settings()
        if output.printConfig { return printResult(yaml(configuration.json(source)), terminator: "") }
        if examples.preview > 0, output.out == nil { return try preview(configuration, source) }
        let folder = try output.folder()
        let tuning = try FineTuning(configuration, source, run: RunDirectory(path: folder))
        if examples.preview > 0, let data = tuning.data as? InstructionRunData {
            printToStandardError(previewText(data, tuning.base, isColored: progressIsLive()))
        }
        try FineTuneSession(tuning, folder: folder, template: source.template).train(json: output.json)
    }

    private func settings() throws -> (FineTuneConfiguration, InstructionSource) {
        guard let path = examples.data else {
            throw UsageError.missingOption(name: "data", purpose: "name the file of examples")
        }
        guard examples.preview >= 0 else {
            throw UsageError.invalidOption(
                name: "preview", value: "\(examples.preview)", expected: "0 or more examples")
        }
        var source = InstructionSource(path)
        source.template = examples.template
        source.validationFraction = examples.valFraction
        source.validationPath = examples.val
        source.packs = examples.packing
        source.learnsAll = examples.learned == .allTokens
        return (try options.configuration(model, context: examples.maxLength, horizon: .epochs(3)), source)
    }

    private func resume(_ folder: String) throws {
        let saved = try SavedRun(folder, command: "sft", key: "data")
        var (configuration, source) = try Self.parse(saved.arguments).settings()
        configuration = saved.located(configuration)
        source.path = saved.found(source.path)
        source.validationPath = source.validationPath.map(saved.found)
        if let template = source.template, template.contains("/") { source.template = saved.found(template) }
        let tuning = try FineTuning(resuming: saved.directory, configuration, source)
        try FineTuneSession(tuning, folder: folder, template: source.template).train(json: output.json)
    }

    /// Shows examples and trains nothing.
    private func preview(_ configuration: FineTuneConfiguration, _ source: InstructionSource) throws {
        let base = try LoadedModel(path: configuration.model, weights: .stored)
        let context = try configuration.context(limit: base.model.configuration.contextLength, source)
        let data = try source.read(for: base, configuration.recipe, context: context)
        guard let data = data as? InstructionRunData else { return }
        printToStandardError(data.summary)
        for note in data.notes { printToStandardError("note       \(note)") }
        printResult(previewText(data, base, isColored: resultIsTerminal()), terminator: "")
    }

    private func previewText(_ data: InstructionRunData, _ base: LoadedModel, isColored: Bool) -> String {
        data.instructions.training.preview(examples.preview, base.tokenizer, isColored: isColored)
    }
}
