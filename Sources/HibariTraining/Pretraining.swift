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
    public let text: TrainingText
    /// The number of steps the horizon comes to.
    public let totalSteps: Int

    private let length: RunLength
    private let run: RunDirectory?
    private let resumed: ResumedRun?

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
        let resumed = try ResumedRun(run)
        try self.init(configuration, run: run, resumed: resumed)
        // A run goes on only with the text and the tokenizer it was started with.
        try text.checkUnchanged(since: resumed.description["corpus"], run)
        try run.checkUnchanged(
            "tokenizer", resumed.description["tokenizer"]?["sha256"], tokenizer.tokenizerHash)
    }

    private init(_ configuration: PretrainConfiguration, run: RunDirectory?, resumed: ResumedRun?) throws {
        try configuration.validate()
        self.configuration = configuration
        self.run = run
        self.resumed = resumed
        let input = try CorpusInput(paths: configuration.corpus, textKey: configuration.textKey)
        let restored = try resumed?.checkpoint.map { try ModelFolder(path: $0) }
        tokenizer = try restored?.tokenizer ?? Self.makeTokenizer(configuration.tokenizer, for: input)
        text = try TrainingText(
            input, tokenizer: tokenizer, textKey: configuration.textKey,
            validationPath: configuration.validationPath,
            validationFraction: configuration.validationFraction, recipe: configuration.recipe,
            context: configuration.context)
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
        length = RunLength(
            task: text.task(model, tokenizer), recipe: configuration.recipe,
            tokensPerStep: Double(configuration.batch * configuration.context),
            stepsPerEpoch: text.stepsPerEpoch, scoredUnits: text.validationTokens)
        totalSteps = try resumed?.totalSteps ?? length.steps()
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

    public var corpus: CorpusSummary { text.summary }
    public var trainingTokens: Int { text.trainingTokens }
    public var validationTokens: Int { text.validationTokens }
    /// What one pass over the training text takes.
    public var stepsPerEpoch: Double { text.stepsPerEpoch }

    /// The median time of a training step, measured for about `budget` seconds without changing the model.
    public func secondsPerStep(budget: Double) throws -> Double {
        try length.secondsPerStep(budget: budget)
    }

    /// The learning rates of the run.
    public var schedule: LearningRateSchedule { configuration.recipe.makeSchedule(totalSteps: totalSteps) }

    /// Trains to the end, or until a signal.
    ///
    /// - Parameter command: the command line, for run.json.
    public func start(
        command: [String], version: String, observe: @escaping (TrainingEvent) throws -> Void
    ) throws -> TrainingResult {
        let recipe = configuration.recipe
        let loop = TrainingLoop(
            length.task, optimizer: recipe.makeOptimizer(model.parameters),
            average: recipe.makeAverage(model.parameters), schedule: schedule,
            options: LoopOptions(recipe, totalSteps: totalSteps), run: run, observe: observe)
        guard let run else { return try loop.train() }
        return try run.hold(resumed, loop) {
            runDescription(
                command: command, version: version, configuration: configuration.json,
                totalSteps: totalSteps, parameters: model.parameterCount,
                data: [("corpus", text.json)], tokenizer: tokenizer)
        } _: {
            try loop.train()
        }
    }
}
