import HibariData
import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor
import HibariTokenizers

/// Times training steps on uniformly random tokens, with the task and the loop of every run.
///
/// Nothing is read or written and nothing evaluated: a step is batch, forward, backward, gradient norm and
/// optimizer.
public struct TrainingBenchmark: Sendable {
    public var configuration: PretrainConfiguration
    public var vocabularySize: Int
    /// Steps before the timed ones, at least 1: the first ones get their buffers from the system.
    public var warmup: Int
    public var steps: Int

    public init(
        _ configuration: PretrainConfiguration, vocabularySize: Int, warmup: Int = 3, steps: Int = 20
    ) {
        self.configuration = configuration
        self.vocabularySize = vocabularySize
        self.warmup = warmup
        self.steps = steps
    }

    /// - Parameter profile: gets the rows of the timed steps, which sum to their time.
    public func run(profile: OpProfile? = nil) throws -> TrainingMeasurement {
        try configuration.validate()
        let decoder = try configuration.decoder(vocabularySize: vocabularySize)
        try configuration.checkMemory(decoder)
        let model = try decoder.makeModel(
            ParameterScope(
                .initialize(seed: configuration.seed, zeroesOutputs: configuration.zeroesOutputs)))
        var times: [Double] = []
        var allocations = 0
        func observe(_ event: TrainingEvent) {
            guard case .step(let report, _) = event, report.step >= warmup else { return }
            times.append(monotonicSeconds())
            if report.step > warmup {
                profile?.mark(.rest)
            } else {
                allocations = BufferPool.shared.statistics.systemAllocations
                profile?.restart()
            }
        }
        let loop = TrainingLoop(
            try task(model), optimizer: configuration.recipe.makeOptimizer(model.parameters),
            schedule: LearningRateSchedule(
                shape: .constant, peak: configuration.learningRate, minimum: configuration.learningRate,
                warmupSteps: 0, totalSteps: warmup + steps),
            options: LoopOptions(
                totalSteps: warmup + steps,
                accumulation: configuration.recipe.accumulation,
                clip: configuration.clip, logEvery: 1, evaluateEvery: 0),
            observe: observe)
        let result = try OpProfile.$current.withValue(profile) { try loop.train() }
        let pool = BufferPool.shared.statistics
        return TrainingMeasurement(
            decoder: decoder, tokensPerStep: configuration.batch * configuration.context,
            stepSeconds: zip(times.dropFirst(), times).map { $0 - $1 }, lastLoss: result.lastLoss,
            poolBytes: pool.reservedBytes,
            allocationsPerStep: Double(pool.systemAllocations - allocations) / Double(steps))
    }

    private func task(_ model: any LanguageModel) throws -> LanguageModelTask {
        var random = RandomStream(seed: configuration.seed, purpose: .testing)
        let count = max(1 << 20, 2 * configuration.context + 1)
        let tokens = TokenArray(
            (0..<count).lazy.map { _ in Int32(random.index(below: vocabularySize)) },
            vocabularySize: vocabularySize)
        let batches = try TrainingBatches(
            tokens: TokenSlice(tokens, range: 0..<count), batchSize: configuration.recipe.effectiveMicroBatch,
            contextLength: configuration.context, seed: configuration.seed)
        // A task has a tokenizer to save beside its model; nothing is saved here.
        return LanguageModelTask(
            model: model, tokenizer: ByteTokenizer(), batches: batches, validation: nil,
            validationBytes: { _ in 0 }, evaluationBatches: nil, seed: configuration.seed,
            labelSmoothing: configuration.labelSmoothing, recompute: configuration.recompute)
    }
}

/// What a training benchmark found.
public struct TrainingMeasurement: Sendable {
    public var decoder: DecoderConfiguration
    public var tokensPerStep: Int
    /// Of each timed step.
    public var stepSeconds: [Double]
    public var lastLoss: Double
    /// What the buffer pool holds at the end: weights, gradients, moments, activations, work space.
    public var poolBytes: Int
    /// Buffers that the pool asked the system for in the timed steps, per step.
    public var allocationsPerStep: Double

    public var medianSeconds: Double { median(stepSeconds) }
    public var tokensPerSecond: Double { Double(tokensPerStep) / medianSeconds }
    /// Model arithmetic, see `DecoderConfiguration.trainingFLOPsPerToken`.
    public var flopsPerSecond: Double { decoder.trainingFLOPsPerToken * tokensPerSecond }
    /// The same for the fastest step.
    public var bestFLOPsPerSecond: Double { flopsPerSecond * medianSeconds / stepSeconds.min()! }
}
