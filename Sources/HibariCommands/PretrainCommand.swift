import ArgumentParser
import Glibc
import HibariCommandLine
import HibariKernels
import HibariReports
import HibariSupport
import HibariTraining

struct PretrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain", abstract: "Train a model on a text from scratch.",
        discussion: """
            Writes a run directory: the best model in Hugging Face form, metrics.jsonl, checkpoints. Ctrl-C finishes the \
            step, saves and exits; --resume continues to the same bytes as a run that was never stopped.

            Example: hibari pretrain --corpus book.txt --out checkpoints/book --minutes 10 --sample-every 200
            """)

    @OptionGroup var options: PretrainOptions
    @OptionGroup var threads: ThreadOptions

    @Option(help: ArgumentHelp("Folder of the run; must not hold one yet.", valueName: "folder"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Continue the run in this folder; takes no other options but threads.", valueName: "folder"))
    var resume: String?

    @Flag(help: "Print the resolved options as YAML and exit.") var printConfig = false
    @Flag(help: "Print one JSON object with the results.") var json = false

    func run() throws {
        try threads.apply()
        if let resume { return try train(try resumed(resume), in: resume) }
        let configuration = try options.configuration()
        if printConfig { return printResult(yaml(configuration.json), terminator: "") }
        guard let out else {
            throw UsageError.missingOption(name: "out", purpose: "name the folder of the run")
        }
        try train(try Pretraining(configuration, run: RunDirectory(path: out)), in: out)
    }

    /// The run in `folder`, with the options it was started with.
    private func resumed(_ folder: String) throws -> Pretraining {
        let saved = try SavedRun(folder, command: "pretrain", key: "arch")
        var configuration = try PretrainOptions.parse(saved.arguments).configuration()
        configuration.corpus = configuration.corpus.map(saved.found)
        configuration.validationPath = configuration.validationPath.map(saved.found)
        return try Pretraining(resuming: saved.directory, configuration)
    }

    private func train(_ pretraining: Pretraining, in folder: String) throws {
        let samples = try TrainingSamples(
            pretraining.model, pretraining.tokenizer, pretraining.configuration.recipe)
        printToStandardError(summary(pretraining))
        StopSignal.catchSignals()
        let progress = ProgressPrinter()
        let command = ["hibari"] + CommandLine.arguments.dropFirst()
        let result = try pretraining.start(command: command, version: hibariVersion) { event in
            if case .sample(let step, let record) = event {
                let text = try samples.text()
                try record(text)
                progress.sample(step: step, text)
            } else {
                progress.show(event)
            }
        }
        let run = RunDirectory(path: folder)
        try writeFileAtomically(run.reportFile, Report(run: run).html())
        progress.finish(result, folder: folder)
        if json { printResult(jsonResult(result, pretraining, folder).text()) }
        if let signal = result.stoppedBy { throw ExitCode(128 + signal) }
    }

    private func summary(_ pretraining: Pretraining) -> String {
        let c = pretraining.configuration
        let perStep = Double(c.batch * c.context)
        return """
            model      \(c.family.rawValue), \(c.layers) layers, width \(c.dim), context \(c.context): \
            \(abbreviated(Double(pretraining.model.parameterCount))) parameters
            text       \(abbreviatedBytes(Double(pretraining.corpus.byteCount))) in \(counted(pretraining.corpus.documentCount, "document")), vocabulary \
            \(pretraining.tokenizer.vocabularySize) (\(pretraining.tokenizer.kind)): \
            \(abbreviated(Double(pretraining.trainingTokens))) tokens to train on, \
            \(abbreviated(Double(pretraining.validationTokens))) held out
            run        \(pretraining.totalSteps) steps of \(abbreviated(perStep)) tokens, \
            \(fixed(Double(pretraining.totalSteps) / pretraining.stepsPerEpoch, 1)) passes over the text; \
            \(KernelTable.activeName), \(ThreadPool.shared.threadCount) threads
            """
    }

    private func jsonResult(_ result: TrainingResult, _ pretraining: Pretraining, _ folder: String)
        -> JSONValue
    {
        let evaluation = result.evaluation
        return [
            "out": .string(folder), "steps": .integer(result.steps),
            "total_steps": .integer(result.totalSteps),
            "parameters": .integer(pretraining.model.parameterCount), "loss": .number(result.lastLoss),
            "val_loss": evaluation.map { .number($0.loss) } ?? .null,
            "val_bits_per_byte": evaluation?.bitsPerByte.map { .number($0) } ?? .null,
            "seconds": .number(result.seconds), "tokens_per_second": .number(result.unitsPerSecond),
            "peak_memory_bytes": .integer(peakResidentBytes()),
        ]
    }
}

/// The settings as YAML that `--config` reads.
func yaml(_ settings: JSONValue) -> String {
    (settings.object ?? JSONObject()).filter { !$0.value.isNull }.map { "\($0.key): \($0.value.text())\n" }
        .joined()
}
