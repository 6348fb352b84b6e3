/// The settings of the loop that serves every task.
public struct LoopOptions: Sendable {
    public var totalSteps: Int
    /// Micro-batches per step.
    public var accumulation: Int
    /// Limit of the global gradient norm; 0 for none.
    public var clip: Double
    public var logEvery: Int
    /// 0 for only at the end, and at the ends of epochs.
    public var evaluateEvery: Int
    /// 0 for never.
    public var sampleEvery: Int
    /// 0 for only at the end.
    public var saveEvery: Int
    /// How many of the newest checkpoints stay, besides the best.
    public var keep: Int
    /// Steps in one pass over the data, after which the loop evaluates and reports; nil if passes do not count.
    public var stepsPerEpoch: Int?
    /// What of an evaluation says which weights are best.
    public var monitor: String

    public init(
        totalSteps: Int, accumulation: Int = 1, clip: Double = 1, logEvery: Int = 10,
        evaluateEvery: Int = 250,
        sampleEvery: Int = 0, saveEvery: Int = 0, keep: Int = 2, stepsPerEpoch: Int? = nil,
        monitor: String = "loss"
    ) {
        self.totalSteps = totalSteps
        self.accumulation = accumulation
        self.clip = clip
        self.logEvery = logEvery
        self.evaluateEvery = evaluateEvery
        self.sampleEvery = sampleEvery
        self.saveEvery = saveEvery
        self.keep = keep
        self.stepsPerEpoch = stepsPerEpoch
        self.monitor = monitor
    }
}

/// What happened in a run, for progress lines and logs.
public enum TrainingEvent {
    case step(StepReport, totalSteps: Int)
    case evaluation(step: Int, Evaluation, isBest: Bool, isFinal: Bool)
    case epoch(EpochReport)
    /// `record` notes the text in metrics.jsonl.
    case sample(step: Int, record: (_ text: String) throws -> Void)
    case checkpoint(step: Int, path: String)
}

/// One step of training.
public struct StepReport: Sendable, Equatable {
    /// Steps done, this one included.
    public var step: Int
    /// Tokens or examples seen so far.
    public var units: Int
    public var loss: Double
    public var learningRate: Double
    /// Before clipping.
    public var gradientNorm: Double
    public var unitsPerSecond: Double
    /// Training time of the whole run so far.
    public var seconds: Double
}

/// How a run ended.
public struct TrainingResult: Sendable {
    public var steps: Int
    public var totalSteps: Int
    public var lastLoss: Double
    /// The final evaluation, over all held-out data.
    public var evaluation: Evaluation?
    public var seconds: Double
    /// Median over the logged intervals of this session, in tokens or examples.
    public var unitsPerSecond: Double
    /// The signal that stopped the run early; nil if it ran to its end.
    public var stoppedBy: Int32?
    /// The callback's reason for stopping the run early; nil if none did.
    public var stopReason: String?
    /// All epochs of the run, also those before it was resumed.
    public var epochs: [EpochReport]
}
