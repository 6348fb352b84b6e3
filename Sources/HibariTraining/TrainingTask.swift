import HibariNN
import HibariSupport
import HibariTensor

/// What a training run is about: the loop owns everything else.
public protocol TrainingTask {
    /// What is trained.
    var parameters: [Parameter] { get }
    /// What counts as one unit of data in metrics: tokens or examples.
    var unit: String { get }

    /// Units in the first `microBatches` micro-batches of the run.
    func units(microBatches: Int) -> Int
    /// The loss of one micro-batch, counted from the start of the run, for recording on the tape.
    func loss(microBatch: Int) throws -> Tensor
    /// The weight of a micro-batch's loss in that of its step; the weights of a step sum to 1.
    func share(microBatch: Int, accumulation: Int) -> Double
    /// The loss on held-out data; nil if there is none.
    ///
    /// - Parameter isFinal: the last evaluation of the run, always over all of the data.
    func evaluate(isFinal: Bool) throws -> Evaluation?
    /// Writes everything needed to use the model to an existing folder.
    func saveModel(to folder: String) throws

    /// What was measured on the training data since the last call; asked at the end of each epoch.
    func takeTrainingMetrics() -> [MetricValue]
    /// Whether more of this metric is better, as of an accuracy, and unlike a loss.
    func isHigherBetter(_ metric: String) -> Bool
    /// What the next steps depend on beside the parameters and the number of the step.
    var state: JSONValue { get }
    /// Takes back what `state` gave.
    func restore(_ state: JSONValue) throws
}

extension TrainingTask {
    public var unit: String { "tokens" }
    /// The same for all.
    public func share(microBatch: Int, accumulation: Int) -> Double { 1 / Double(accumulation) }
    public func takeTrainingMetrics() -> [MetricValue] { [] }
    public func isHigherBetter(_ metric: String) -> Bool { false }
    public var state: JSONValue { .null }
    public func restore(_ state: JSONValue) throws {}
}

/// A number with the name of what it measures: "loss", "accuracy"; "val_loss" on held-out data.
public struct MetricValue: Sendable, Equatable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// The result of an evaluation.
public struct Evaluation: Sendable, Equatable {
    /// Mean loss; of language models in nats per token.
    public var loss: Double
    /// The same in bits per byte of the original text; nil where there are no bytes.
    public var bitsPerByte: Double?
    /// Standard error of `loss`; nil where only means are known.
    public var standardError: Double?
    /// Tokens or examples scored.
    public var units: Int
    /// Whether these are all the held-out data.
    public var isComplete: Bool
    /// What was measured beside the loss.
    public var metrics: [MetricValue]

    public init(
        loss: Double, bitsPerByte: Double? = nil, standardError: Double? = nil, units: Int,
        isComplete: Bool = true, metrics: [MetricValue] = []
    ) {
        self.loss = loss
        self.bitsPerByte = bitsPerByte
        self.standardError = standardError
        self.units = units
        self.isComplete = isComplete
        self.metrics = metrics
    }

    /// e^loss.
    public var perplexity: Double { exponential(loss) }

    /// The loss, or the metric of this name; nil if it was not measured.
    public subscript(_ name: String) -> Double? {
        name == "loss" ? loss : metrics.first { $0.name == name }?.value
    }
}
