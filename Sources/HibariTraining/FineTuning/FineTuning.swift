import HibariData
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTokenizers

/// A fine-tuning run, ready to start: base opened, data read and encoded, what is trained chosen, memory planned.
public final class FineTuning {
    public let configuration: FineTuneConfiguration
    /// The base, in the form in which it is trained.
    public let base: LoadedModel
    public let data: any FineTuningData
    public let table: ParameterTable
    public let memory: MemoryPlan
    /// Tokens of a sequence.
    public let context: Int
    /// The number of steps the horizon comes to.
    public let totalSteps: Int

    private let settings: JSONValue
    private let baseHash: String
    private let baseText: BaseText?
    private let length: RunLength
    private let run: RunDirectory?
    private let resumed: ResumedRun?

    /// Prepares a new run.
    ///
    /// - Parameter run: where it will be written; its folder is not touched before `start`. nil for a run that leaves
    ///   nothing.
    public convenience init(
        _ configuration: FineTuneConfiguration, _ source: some FineTuningSource, run: RunDirectory?
    ) throws {
        try run?.checkFree()
        try self.init(configuration, source, run: run, resumed: nil)
    }

    /// Prepares the continuation of a run from its newest checkpoint, or from its start if it has none yet.
    ///
    /// - Throws: `RunError.changedData` if the base, the data or the tokenizer are not those of the start.
    public convenience init(
        resuming run: RunDirectory, _ configuration: FineTuneConfiguration, _ source: some FineTuningSource
    ) throws {
        try self.init(configuration, source, run: run, resumed: try ResumedRun(run))
    }

    private init(
        _ configuration: FineTuneConfiguration, _ source: some FineTuningSource, run: RunDirectory?,
        resumed: ResumedRun?
    ) throws {
        try configuration.validate()
        try source.validate()
        self.configuration = configuration
        self.run = run
        self.resumed = resumed
        settings = configuration.json(source)
        let recipe = configuration.recipe
        if AdapterFolder.isAdapter(configuration.model) {
            throw FineTuneError.baseIsAdapter(path: configuration.model)
        }
        let baseHash = try fingerprint(ofModel: configuration.model)
        self.baseHash = baseHash
        // Another base may not even fit the checkpoint.
        if let run, let description = resumed?.description {
            try run.checkUnchanged("base model", description["base"]?["sha256"], baseHash)
        }
        // Opened in place, which takes no memory: what the run takes is known before it is taken.
        let stored = try LoadedModel(
            path: configuration.model, weights: .stored, lowRank: configuration.plan(resumed?.checkpoint))
        let context = try configuration.context(limit: stored.model.configuration.contextLength, source)
        self.context = context
        data = try source.read(for: stored, recipe, context: context)
        baseText = try configuration.baseCorpus.map { try BaseText($0, stored, context: context) }
        let trained = try configuration.trainedNames(stored.model)
        let isFloat = configuration.lowRank == nil || configuration.baseWeights == .float32
        memory = MemoryPlan(
            stored.model, trained: trained, isFloat: isFloat, recipe, tokens: data.tokensAtOnce)
        try memory.check()
        base = try configuration.loaded(stored, checkpoint: resumed?.checkpoint)
        if configuration.lowRank == nil {
            for parameter in base.model.parameters {
                parameter.isTrainable = trained.contains(parameter.name)
            }
        }
        table = ParameterTable(base.model)
        let result = FineTunedModel(base, like: stored, configuration)
        length = RunLength(
            task: try data.task(
                base, parameters: base.model.trainedParameters, save: { try result.write(to: $0) }),
            recipe: recipe, tokensPerStep: data.tokensPerStep, stepsPerEpoch: data.stepsPerEpoch,
            scoredUnits: 2 * (data.heldOutUnits + (baseText?.windows.targetCount ?? 0)))
        if let run, let description = resumed?.description {
            try run.checkUnchanged(
                "base corpus", description["base"]?["corpus_sha256"], baseText?.text.summary.sha256)
            try run.checkUnchanged(
                "tokenizer", description["tokenizer"]?["sha256"], stored.tokenizer.tokenizerHash)
            try data.checkUnchanged(since: description, run)
        }
        totalSteps = try resumed?.totalSteps ?? length.steps()
    }

    public var model: any LanguageModel { base.model }

    /// The learning rates of the run.
    public var schedule: LearningRateSchedule { configuration.recipe.makeSchedule(totalSteps: totalSteps) }

    /// Measures the base, trains to the end or until a signal, and measures the result.
    ///
    /// - Parameters:
    ///   - command: the command line, for run.json.
    ///   - measured: called with what the base scores, before the first step.
    public func start(
        command: [String], version: String, measured: (FineTuneScores) -> Void = { _ in },
        observe: @escaping (TrainingEvent) throws -> Void
    ) throws -> FineTuneResult {
        let recipe = configuration.recipe
        let trained = base.model.trainedParameters
        let loop = TrainingLoop(
            length.task, optimizer: recipe.makeOptimizer(trained), average: recipe.makeAverage(trained),
            schedule: schedule, options: LoopOptions(recipe, totalSteps: totalSteps), run: run,
            observe: observe)
        let before =
            try resumed.map { FineTuneScores(json: $0.description["before"]) }
            ?? FineTuneScores(
                heldOut: try length.task.evaluate(isFinal: true), base: try baseText?.score(model))
        measured(before)
        let description = resumed?.description ?? description(command, version, before)
        func train() throws -> FineTuneResult {
            let training = try loop.train()
            var after: FineTuneScores?
            if let saved = description["after"] {
                // The run was complete before it was resumed.
                after = FineTuneScores(json: saved)
            } else if training.stoppedBy == nil {
                after = try loop.averaged {
                    FineTuneScores(
                        // None if the run was killed behind its last step.
                        heldOut: try training.evaluation ?? length.task.evaluate(isFinal: true),
                        base: try baseText?.score(model))
                }
            }
            if let run, let after, description["after"] == nil {
                var object = description.object ?? JSONObject()
                object["after"] = after.json
                try writeFileAtomically(run.runFile, JSONValue.object(object).bytes(pretty: true))
            }
            return FineTuneResult(
                training: training, before: before, after: after, publishedStep: run?.bestStep)
        }
        guard let run else { return try train() }
        return try run.hold(resumed, loop, description: { description }, train)
    }

    private func description(
        _ command: [String], _ version: String, _ before: FineTuneScores
    ) -> JSONValue {
        runDescription(
            command: command, version: version, configuration: settings, totalSteps: totalSteps,
            parameters: table.trained + table.frozen,
            data: [
                ("trained_parameters", .integer(table.trained)), ("table", table.json),
                ("memory", memory.json),
                (
                    "base",
                    [
                        "path": .string(configuration.model), "sha256": .string(baseHash),
                        "corpus_sha256": optional(baseText?.text.summary.sha256),
                    ]
                ), data.record, ("before", before.json),
            ], tokenizer: base.tokenizer)
    }
}

extension FineTuneConfiguration {
    /// The adapters: new ones, or those of a checkpoint.
    fileprivate func plan(_ checkpoint: String?) throws -> LowRankPlan? {
        guard let lowRank else { return nil }
        guard let checkpoint else { return LowRankPlan(lowRank, .initialize(seed: recipe.seed)) }
        return LowRankPlan(lowRank, try AdapterFolder(path: checkpoint, base: model).plan.source)
    }

    /// Which weights of the base are trained; none beside adapters.
    fileprivate func trainedNames(_ base: any LanguageModel) throws -> Set<String> {
        guard lowRank == nil else { return [] }
        return try TrainedPart(freeze: freeze, last: trainLast).names(
            among: base.parameters.map(\.name), base.configuration)
    }

    /// The model to train: the base or, where its weights are trained, those of a checkpoint.
    fileprivate func loaded(_ stored: LoadedModel, checkpoint: String?) throws -> LoadedModel {
        if lowRank != nil, baseWeights == .stored { return stored }
        guard lowRank == nil, let checkpoint else {
            return try LoadedModel(path: model, weights: .float32, lowRank: try plan(checkpoint))
        }
        let restored = try LoadedModel(path: checkpoint, weights: .float32)
        guard restored.model.configuration == stored.model.configuration else {
            throw RunError.badState(path: checkpoint, problem: "config.json differs from that of \(model)")
        }
        return restored
    }
}

/// What is saved of a run.
private struct FineTunedModel {
    let base: LoadedModel
    /// The base as it was, for what is not trained.
    let tokenizer: any Tokenizer
    let text: TextConventions
    let path: String

    init(_ base: LoadedModel, like original: LoadedModel, _ configuration: FineTuneConfiguration) {
        self.base = base
        (tokenizer, text) = (original.tokenizer, original.text)
        // An adapter is used from anywhere.
        path =
            configuration.model.hasPrefix("/")
            ? configuration.model : joinPath(currentDirectory(), configuration.model)
    }

    func write(to folder: String) throws {
        guard base.model.adapters.isEmpty else {
            try AdapterFolder.write(base.model, basePath: path, to: folder)
            return try tokenizer.save(
                toDirectory: folder, contextLength: base.model.configuration.contextLength)
        }
        try ModelFolder.write(base.model, tokenizer, text, to: folder)
    }
}

/// A text that a model should not forget.
private struct BaseText {
    let text: TokenizedCorpus
    let windows: EvaluationWindows

    init(_ path: String, _ base: LoadedModel, context: Int) throws {
        text = try TokenizedCorpus(try CorpusInput(paths: [path]), tokenizer: base.tokenizer)
        windows = try EvaluationWindows(
            tokens: text.all, batchSize: max(1, 4096 / context), contextLength: context)
    }

    func score(_ model: any LanguageModel) throws -> Evaluation {
        try evaluate(model, windows, bytes: text.byteCount(of:))
    }
}
