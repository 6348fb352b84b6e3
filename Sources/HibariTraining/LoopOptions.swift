/// The settings of the loop that serves every task.
public struct LoopOptions: Sendable {
    public var totalSteps: Int
    /// Micro-batches per step.
    public var accumulation: Int
    /// Limit of the global gradient norm; 0 for none.
    public var clip: Double
    public var logEvery: Int
    /// 0 for only at the end.
    public var evaluateEvery: Int
    /// 0 for never.
    public var sampleEvery: Int
    /// 0 for only at the end.
    public var saveEvery: Int
    /// How many of the newest checkpoints stay, besides the best.
    public var keep: Int

    public init(
        totalSteps: Int, accumulation: Int = 1, clip: Double = 1, logEvery: Int = 10,
        evaluateEvery: Int = 250,
        sampleEvery: Int = 0, saveEvery: Int = 0, keep: Int = 2
    ) {
        self.totalSteps = totalSteps
        self.accumulation = accumulation
        self.clip = clip
        self.logEvery = logEvery
        self.evaluateEvery = evaluateEvery
        self.sampleEvery = sampleEvery
        self.saveEvery = saveEvery
        self.keep = keep
    }
}

/// What happened in a run, for progress lines and logs.
public enum TrainingEvent {
    case step(StepReport, totalSteps: Int)
    case evaluation(step: Int, Evaluation, isBest: Bool, isFinal: Bool)
    /// `record` notes the text in metrics.jsonl.
    case sample(step: Int, record: (_ text: String) throws -> Void)
    case checkpoint(step: Int, path: String)
}

/// One step of training.
public struct StepReport: Sendable, Equatable {
    /// Steps done, this one included.
    public var step: Int
    public var tokens: Int
    public var loss: Double
    public var learningRate: Double
    /// Before clipping.
    public var gradientNorm: Double
    public var tokensPerSecond: Double
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
    /// Median over the logged intervals of this session.
    public var tokensPerSecond: Double
    /// The signal that stopped the run early; nil if it ran to its end.
    public var stoppedBy: Int32?
}
