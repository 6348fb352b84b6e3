import ArgumentParser
import Glibc
import HibariCommandLine
import HibariGeneration
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
        let directory = RunDirectory(path: folder)
        guard fileExists(directory.runFile) else { throw RunError.nothingToResume(path: folder) }
        let saved = try JSONValue(contentsOf: directory.runFile)
        guard let members = saved["configuration"]?.object else {
            throw RunError.badState(path: directory.runFile, problem: "the key configuration is missing")
        }
        var configuration = try PretrainOptions.parse(arguments(for: members)).configuration()
        // Paths are as they were typed: where they lead nowhere from here, they are tried from where the run started.
        let start = saved["directory"]?.string ?? "."
        func found(_ path: String) -> String {
            path == "-" || fileExists(path) ? path : joinPath(start, path)
        }
        configuration.corpus = configuration.corpus.map(found)
        configuration.validationPath = configuration.validationPath.map(found)
        return try Pretraining(resuming: directory, configuration)
    }

    private func train(_ pretraining: Pretraining, in folder: String) throws {
        let generator = TextGenerator(model: pretraining.model, tokenizer: pretraining.tokenizer)
        if pretraining.configuration.sampleEvery > 0 {
            try generator.check(prompt: samplePrompt(pretraining), sampleOptions(pretraining))
        }
        printToStandardError(summary(pretraining))
        StopSignal.catchSignals()
        let progress = ProgressPrinter()
        let command = ["hibari"] + CommandLine.arguments.dropFirst()
        let result = try pretraining.start(command: command, version: hibariVersion) { event in
            if case .sample(let step, let record) = event {
                let text = try sample(generator, pretraining)
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

    private func sample(_ generator: TextGenerator, _ pretraining: Pretraining) throws -> String {
        let prompt = samplePrompt(pretraining)
        return String(decoding: prompt, as: UTF8.self)
            + (try generator.generate(prompt: prompt, sampleOptions(pretraining))).text
    }

    private func sampleOptions(_ pretraining: Pretraining) -> GenerationOptions {
        GenerationOptions(
            maxTokens: 200, sampling: SamplerConfiguration(seed: pretraining.configuration.seed))
    }

    /// What samples begin with: where the user says nothing, the beginning of a document, or the first entry of a
    /// vocabulary that has no end-of-text token.
    private func samplePrompt(_ pretraining: Pretraining) -> [UInt8] {
        let prompt = Array(pretraining.configuration.samplePrompt.utf8)
        if !prompt.isEmpty || pretraining.tokenizer.endOfText != nil { return prompt }
        return pretraining.tokenizer.bytes(of: 0)
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
