import HibariCheckpoint
import HibariData
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTokenizers

/// A pretraining run, ready to start: text read and encoded, model built or restored.
public final class Pretraining {
    public let configuration: PretrainConfiguration
    public let model: any LanguageModel
    public let tokenizer: any Tokenizer
    public let corpus: CorpusSummary
    public let trainingTokens: Int
    public let validationTokens: Int
    /// The number of steps the horizon comes to.
    public private(set) var totalSteps = 0
    /// What one pass over the training text takes.
    public let stepsPerEpoch: Double

    private let task: LanguageModelTask
    /// Of the text of its own that is held out, if there is one.
    private let validationHash: String?
    private let run: RunDirectory?
    private let resumed: Resumed?

    /// Prepares a new run.
    ///
    /// - Parameter run: where it will be written; its folder is not touched before `start`. nil for a run
    ///   that leaves nothing, as a plan.
    public convenience init(_ configuration: PretrainConfiguration, run: RunDirectory?) throws {
        try run?.checkFree()
        try self.init(configuration, run: run, resumed: nil)
    }

    /// Prepares the continuation of a run from its newest checkpoint, or from its start if it has none yet.
    public convenience init(resuming run: RunDirectory, _ configuration: PretrainConfiguration) throws {
        guard fileExists(run.runFile), directoryExists(run.checkpointsFolder) else {
            throw RunError.nothingToResume(path: run.path)
        }
        _ = try removeAbandonedTemporaries(in: run.checkpointsFolder)
        _ = try removeAbandonedTemporaries(in: run.path)
        let description = try JSONValue(contentsOf: run.runFile)
        guard let totalSteps = description["total_steps"]?.int else {
            throw RunError.badState(path: run.runFile, problem: "the key total_steps is missing")
        }
        let resumed = Resumed(checkpoint: try run.steps().last.map(run.checkpoint), totalSteps: totalSteps)
        try self.init(configuration, run: run, resumed: resumed)
        try checkUnchanged(run, description)
    }

    /// Where a run is taken up.
    private struct Resumed {
        /// nil: before its first checkpoint.
        let checkpoint: String?
        let totalSteps: Int
    }

    private init(_ configuration: PretrainConfiguration, run: RunDirectory?, resumed: Resumed?) throws {
        try configuration.validate()
        self.configuration = configuration
        self.run = run
        self.resumed = resumed
        let input = try CorpusInput(paths: configuration.corpus, textKey: configuration.textKey)
        let restored = try resumed?.checkpoint.map { try ModelFolder(path: $0) }
        tokenizer = try restored?.tokenizer ?? Self.makeTokenizer(configuration.tokenizer, for: input)
        let text = try TokenizedCorpus(input, tokenizer: tokenizer)
        corpus = text.summary
        let heldOut: (text: TokenizedCorpus, tokens: TokenSlice)
        let training: TokenSlice
        var ownHash: String?
        if let path = configuration.validationPath {
            let other = try TokenizedCorpus(
                try CorpusInput(paths: [path], textKey: configuration.textKey), tokenizer: tokenizer)
            ownHash = other.summary.sha256
            (training, heldOut) = (text.all, (other, other.all))
        } else {
            let parts = try text.split(validationFraction: configuration.validationFraction)
            (training, heldOut) = (parts.training, (text, parts.validation))
        }
        validationHash = ownHash
        trainingTokens = training.count
        validationTokens = heldOut.tokens.count
        let batches = try TrainingBatches(
            tokens: training, batchSize: configuration.effectiveMicroBatch,
            contextLength: configuration.context,
            seed: configuration.seed)
        stepsPerEpoch = Double(batches.windowsPerEpoch) / Double(configuration.batch)
        let hasValidation = configuration.validationPath != nil || configuration.validationFraction > 0
        let windows =
            hasValidation
            ? try EvaluationWindows(
                tokens: heldOut.tokens, batchSize: max(1, 4096 / configuration.context),
                contextLength: configuration.context) : nil
        let decoder = try configuration.decoder(vocabularySize: tokenizer.vocabularySize)
        if let restored {
            guard restored.model.configuration == decoder else {
                throw RunError.badState(
                    path: resumed?.checkpoint ?? "",
                    problem: "config.json differs from the run's configuration")
            }
        }
        try configuration.checkMemory(decoder)
        model =
            try restored?.model
            ?? decoder.makeModel(
                ParameterScope(
                    .initialize(seed: configuration.seed, zeroesOutputs: configuration.zeroesOutputs)))
        task = LanguageModelTask(
            model: model, tokenizer: tokenizer, batches: batches, validation: windows,
            validationBytes: heldOut.text.byteCount(of:),
            evaluationBatches: configuration.evaluationBatches == 0 ? nil : configuration.evaluationBatches,
            seed: configuration.seed, labelSmoothing: configuration.labelSmoothing,
            recompute: configuration.recompute)
        totalSteps = try resumed?.totalSteps ?? steps()
    }

    /// The tokenizer that the option `--tokenizer` names: `bytes`; `chars` and `bpe:N`, learned from the corpus;
    /// otherwise the path of one.
    package static func makeTokenizer(_ name: String, for input: CorpusInput) throws -> any Tokenizer {
        switch name {
        case "bytes": return ByteTokenizer()
        case "chars": return try CharacterTokenizer.train(reading: try input.reader())
        case _ where name.hasPrefix("bpe:"):
            guard let size = Int(name.dropFirst(4)) else {
                throw ConfigurationError.invalidValue(
                    name: "tokenizer", value: quoted(name),
                    expected: "bpe: and the vocabulary's size, e.g. bpe:1024")
            }
            return try BPETokenizer.train(reading: try input.reader(), vocabularySize: size).tokenizer
        default:
            return try loadTokenizer(path: name)
        }
    }

    private var accumulation: Int { configuration.batch / configuration.effectiveMicroBatch }

    /// Turns the horizon into steps. For minutes a probe measures a step, and the evaluations are set aside.
    private func steps() throws -> Int {
        let tokensPerStep = Double(configuration.batch * configuration.context)
        func limited(_ name: String, _ steps: Double) throws -> Int {
            // Token counts must stay far from the largest integer.
            guard steps * tokensPerStep <= 1e18 else {
                throw ConfigurationError.invalidValue(
                    name: name, value: configuration.json[name]?.text() ?? "",
                    expected: "a run of at most 1e18 tokens")
            }
            return max(1, Int(steps))
        }
        switch configuration.horizon {
        case .steps(let count): return try limited("steps", Double(count))
        case .tokens(let count): return try limited("tokens", (Double(count) / tokensPerStep).rounded(.up))
        case .epochs(let count): return try limited("epochs", (count * stepsPerEpoch).rounded(.up))
        case .minutes(let minutes):
            let started = monotonicSeconds()
            let step = try secondsPerStep(budget: min(10, max(1, minutes * 60 * 0.03)))
            let evaluation = try secondsOfEvaluation()
            var left = minutes * 60 - (monotonicSeconds() - started) - evaluation.final
            let every = configuration.evaluateEvery
            left /= step + (every > 0 ? evaluation.periodic / Double(every) : 0)
            return try limited("minutes", left)
        }
    }

    /// The median time of a training step, measured for about `budget` seconds without changing the model.
    public func secondsPerStep(budget: Double) throws -> Double {
        var times: [Double] = []
        let started = monotonicSeconds()
        let optimizer = configuration.makeOptimizer(model.parameters)
        let (norm, average) = (
            GradientNorm(model.parameters), configuration.makeAverage(model.parameters)
        )
        while times.count < 3 || monotonicSeconds() - started < budget, times.count < 200 {
            let stepStart = monotonicSeconds()
            for parameter in model.parameters { parameter.clearGradient() }
            for index in 0..<accumulation {
                _ = valueWithGradient { task.loss(microBatch: times.count * accumulation + index) }
            }
            // A learning rate of 0 does the work of a step and leaves every weight as it is.
            optimizer.step(learningRate: 0, gradientScale: norm() > 0 ? 1 : 0)
            average?.update(step: times.count)
            times.append(monotonicSeconds() - stepStart)
        }
        for parameter in model.parameters { parameter.clearGradient() }
        return median(Array(times.dropFirst()))
    }

    private func secondsOfEvaluation() throws -> (periodic: Double, final: Double) {
        let started = monotonicSeconds()
        guard let evaluation = try task.evaluate(isFinal: false) else { return (0, 0) }
        let periodic = monotonicSeconds() - started
        return (periodic, periodic * Double(validationTokens) / Double(max(1, evaluation.units)))
    }

    /// The learning rates of the run.
    public var schedule: LearningRateSchedule { configuration.makeSchedule(totalSteps: totalSteps) }

    /// Trains to the end, or until a signal.
    ///
    /// - Parameter command: the command line, for run.json.
    public func start(
        command: [String], version: String, observe: @escaping (TrainingEvent) throws -> Void
    ) throws -> TrainingResult {
        let options = LoopOptions(
            totalSteps: totalSteps, accumulation: accumulation, clip: configuration.clip,
            logEvery: configuration.logEvery, evaluateEvery: configuration.evaluateEvery,
            sampleEvery: configuration.sampleEvery, saveEvery: configuration.saveEvery,
            keep: configuration.keep)
        let loop = TrainingLoop(
            task, optimizer: configuration.makeOptimizer(model.parameters),
            average: configuration.makeAverage(model.parameters), schedule: schedule, options: options,
            run: run, observe: observe)
        // Held until the run ends, however it ends.
        let lock: RunLock?
        if let run {
            if let resumed {
                lock = try RunLock(run)
                if let checkpoint = resumed.checkpoint { try loop.resume(from: checkpoint) }
            } else {
                try run.create()
                try writeFileAtomically(run.runFile, runDescription(command, version).bytes(pretty: true))
                lock = try RunLock(run)
            }
        } else {
            lock = nil
        }
        return try withExtendedLifetime(lock) { try loop.train() }
    }

    private func runDescription(_ command: [String], _ version: String) -> JSONValue {
        [
            "command": .array(command.map { .string($0) }), "version": .string(version),
            "directory": .string(currentDirectory()),
            "configuration": configuration.json, "total_steps": .integer(totalSteps),
            "parameters": .integer(model.parameterCount),
            "corpus": [
                "documents": .integer(corpus.documentCount), "bytes": .integer(corpus.byteCount),
                "sha256": .string(corpus.sha256), "training_tokens": .integer(trainingTokens),
                "validation_tokens": .integer(validationTokens),
                "validation_sha256": validationHash.map { .string($0) } ?? .null,
            ],
            "tokenizer": ["kind": .string(tokenizer.kind), "sha256": .string(tokenizer.tokenizerHash)],
        ]
    }

    /// A run goes on only with the text and the tokenizer it was started with.
    private func checkUnchanged(_ run: RunDirectory, _ saved: JSONValue) throws {
        for (what, expected, got) in [
            ("corpus", saved["corpus"]?["sha256"]?.string, corpus.sha256),
            ("validation text", saved["corpus"]?["validation_sha256"]?.string, validationHash),
            ("tokenizer", saved["tokenizer"]?["sha256"]?.string, tokenizer.tokenizerHash),
        ] as [(String, String?, String?)] where expected != got {
            throw RunError.changedData(
                path: run.path, what: what, expected: String((expected ?? "unknown").prefix(12)),
                got: String((got ?? "none").prefix(12)))
        }
    }
}
