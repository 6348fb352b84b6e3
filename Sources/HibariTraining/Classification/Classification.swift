import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport
import HibariTensor

/// How a classifier is learned from texts.
public struct ClassificationOptions: Sendable {
    public var mode = ClassifierFolder.Mode.frozen
    /// Of the adapters, with `.lora`.
    public var lowRank: LowRankConfiguration?
    /// Tokens of a text that are read at most; nil for 256, or all that the model has.
    public var maxLength: Int?
    public var epochs = 3
    public var batch = 8
    /// Peak; nil for 2e-4 with adapters, 5e-5 for all weights.
    public var learningRate: Double?
    public var seed: UInt64 = 1

    public init() {}

    var appliedLearningRate: Double { learningRate ?? (mode == .full ? 5e-5 : 2e-4) }

    public func validate() throws(ConfigurationError) {
        for (name, value) in [("epochs", epochs), ("batch", batch)] {
            try requirePositive(name, value)
            if value > 1 << 24 {
                throw .invalidValue(name: name, value: "\(value)", expected: "at most \(1 << 24)")
            }
        }
        if let rate = learningRate { try require("lr", rate, rate > 0, "a positive number") }
        if let length = maxLength { try requirePositive("max-length", length) }
    }
}

/// Learns to sort texts with a model.
public struct Classification {
    public let options: ClassificationOptions
    public let classifier: TextClassifier
    private let training: LabeledTexts
    private let validation: LabeledTexts?

    /// Opens the model: as it is stored if it stays frozen, in float32 if its weights are trained.
    ///
    /// - Parameter validation: evaluated after each epoch; nil for nothing.
    /// - Throws: `ClassificationError.missingClass` if there is a class without a text to learn from.
    public init(
        model: String, _ options: ClassificationOptions, training: LabeledTexts, validation: LabeledTexts?
    ) throws {
        try options.validate()
        if let missing = training.counts.firstIndex(of: 0) {
            throw ClassificationError.missingClass(name: training.names[missing])
        }
        if options.mode == .full, AdapterFolder.isAdapter(model) {
            throw FineTuneError.baseIsAdapter(path: model)
        }
        (self.options, self.training, self.validation) = (options, training, validation)
        let plan =
            try options.mode == .lora
            ? LowRankPlan(options.lowRank ?? LowRankConfiguration(), .initialize(seed: options.seed)) : nil
        let base = try LoadedModel(
            path: model, weights: options.mode == .full ? .float32 : .stored, lowRank: plan)
        let limit = base.model.configuration.contextLength
        let length = options.maxLength ?? min(256, limit)
        guard length <= limit else {
            throw ConfigurationError.invalidValue(
                name: "max-length", value: "\(length)", expected: "from 1 to the model's \(limit)")
        }
        classifier = TextClassifier(
            base, labels: training.names, maxLength: length, seed: options.seed)
    }

    /// Trains the classifier.
    ///
    /// - Parameters:
    ///   - progress: called with how many texts a frozen model has read.
    ///   - observe: called as the training of adapters or weights goes on.
    /// - Returns: the trained classifier.
    public func run(
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in },
        observe: @escaping (TrainingEvent) throws -> Void = { _ in }
    ) throws -> TextClassifier {
        if options.mode == .frozen {
            let sequences = try training.texts.map(classifier.tokens)
            let features = classifier.allFeatures(sequences) { progress($0, sequences.count) }
            let head = trainFrozenHead(features, training.labels, names: training.names)
            return TextClassifier(classifier.base, head, maxLength: classifier.maxLength)
        }
        let task = try ClassificationTask(
            classifier, training: training, heldOut: validation, batch: options.batch, seed: options.seed)
        let steps = task.stepsPerEpoch * options.epochs
        let loop = TrainingLoop(
            task, optimizer: AdamW(task.parameters, beta2: 0.999, weightDecay: 0.01),
            schedule: LearningRateSchedule(
                shape: .linear, peak: options.appliedLearningRate, minimum: 0, warmupSteps: steps / 10,
                totalSteps: steps),
            options: LoopOptions(
                totalSteps: steps, logEvery: max(1, steps / 20), evaluateEvery: 0,
                stepsPerEpoch: task.stepsPerEpoch),
            observe: observe)
        _ = try loop.train()
        return classifier
    }
}
