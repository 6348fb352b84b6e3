import HibariOptimizers
import HibariSupport

/// The settings of supervised training.
public struct FitOptions: Sendable {
    /// Passes over the training data.
    public var epochs: Int
    /// Examples in a step; the last step of an epoch takes what is left, and one more if that were a single one.
    public var batch: Int
    /// Examples at a time when evaluating.
    public var evaluationBatch: Int
    public var optimizer: OptimizerChoice
    public var loss: Loss
    public var metrics: [Metric]
    /// How the learning rate goes from the optimizer's to `minimumRate`.
    public var schedule: LearningRateSchedule.Shape
    public var minimumRate: Double
    /// Epochs in which the learning rate rises to its full size; parts count.
    public var warmup: Double
    /// Limit of the global gradient norm; 0 for none.
    public var clip: Double
    /// Whether each epoch goes through the examples in another random order.
    public var shuffles: Bool
    /// Of the order of the examples, augmentation and dropout; the initial weights have their own.
    public var seed: UInt64
    /// What of the evaluations says which weights are best: "val_loss", "val_accuracy".
    public var monitor: String
    /// Epochs between checkpoints; 0 for only at the end, and whenever the weights are the best.
    public var saveEvery: Int
    /// Rows of single steps in metrics.jsonl for each epoch.
    public var logsPerEpoch: Int

    public init(
        epochs: Int = 1, batch: Int = 32, evaluationBatch: Int = 256, optimizer: OptimizerChoice = .adam(),
        loss: Loss, metrics: [Metric] = [], schedule: LearningRateSchedule.Shape = .constant,
        minimumRate: Double = 0, warmup: Double = 0, clip: Double = 0, shuffles: Bool = true,
        seed: UInt64 = 0, monitor: String = "val_loss", saveEvery: Int = 0, logsPerEpoch: Int = 10
    ) {
        self.epochs = epochs
        self.batch = batch
        self.evaluationBatch = evaluationBatch
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.schedule = schedule
        self.minimumRate = minimumRate
        self.warmup = warmup
        self.clip = clip
        self.shuffles = shuffles
        self.seed = seed
        self.monitor = monitor
        self.saveEvery = saveEvery
        self.logsPerEpoch = logsPerEpoch
    }

    func validate() throws {
        func check(_ isRight: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String)
            throws
        {
            if !isRight {
                throw SupervisedError.wrongOption(name: name, value: value.description, expected: expected)
            }
        }
        // Far beyond any use, and small enough that no product of counts overflows.
        try check((1...1 << 30).contains(epochs), "epochs", epochs, "from 1 to 2^30")
        try check((1...1 << 30).contains(batch), "batch", batch, "from 1 to 2^30")
        try check(
            (1...1 << 30).contains(evaluationBatch), "evaluationBatch", evaluationBatch, "from 1 to 2^30")
        let rate = optimizer.learningRate
        try check(rate > 0 && rate.isFinite, "learningRate", rate, "a positive number")
        try check(minimumRate >= 0 && minimumRate <= rate, "minimumRate", minimumRate, "from 0 to \(rate)")
        try check(warmup >= 0 && warmup <= Double(epochs), "warmup", warmup, "from 0 to \(epochs) epochs")
        try check(clip >= 0 && clip.isFinite, "clip", clip, "0 or a positive number")
        try check(saveEvery >= 0, "saveEvery", saveEvery, "0 or a number of epochs")
        let names = ["loss"] + metrics.map(\.name)
        try check(
            Set(names).count == names.count, "metrics", names.joined(separator: ", "), "different names")
        guard names.contains(monitor.withoutValidation) else {
            throw RunError.notMeasured(name: monitor, measured: names)
        }
    }

    func schedule(stepsPerEpoch: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            shape: schedule, peak: optimizer.learningRate, minimum: minimumRate,
            warmupSteps: Int((warmup * Double(stepsPerEpoch)).rounded()),
            totalSteps: epochs * stepsPerEpoch)
    }

    func loopOptions(stepsPerEpoch: Int) -> LoopOptions {
        LoopOptions(
            totalSteps: epochs * stepsPerEpoch, clip: clip,
            logEvery: logsPerEpoch > 0 ? max(1, stepsPerEpoch / logsPerEpoch) : 0, evaluateEvery: 0,
            saveEvery: saveEvery * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch, monitor: monitor)
    }

    /// What run.json says of it, and what must not change before a run is resumed.
    var json: JSONObject {
        [
            "epochs": .integer(epochs), "batch": .integer(batch), "optimizer": .string(optimizer.name),
            "learning_rate": .number(optimizer.learningRate),
            "optimizer_settings": .object(optimizer.settings),
            "loss": .string(loss.name), "loss_settings": .object(loss.settings),
            "metrics": .array(metrics.map { .string($0.name) }),
            "schedule": .string(schedule.rawValue), "minimum_rate": .number(minimumRate),
            "warmup": .number(warmup), "clip": .number(clip), "shuffles": .bool(shuffles),
            "seed": .unsigned(seed), "monitor": .string(monitor), "save_every": .integer(saveEvery),
            "logs_per_epoch": .integer(logsPerEpoch),
        ]
    }
}
