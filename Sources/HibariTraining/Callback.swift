import HibariSupport
import HibariTensor

/// Takes part in a training run: watches it, stops it, changes its learning rate.
///
/// Each method does nothing unless it is written. What a callback remembers from one call to the next belongs in
/// `state` and `tensors`: with them a run that is resumed goes on as if it had not stopped.
public protocol Callback: AnyObject {
    /// Before the first step, and when a run is resumed (`control.isResumed`): a new run forgets what an earlier one has
    /// left in the callback.
    func trainingBegan(_ control: TrainingControl) throws
    /// After a step.
    func stepEnded(_ report: StepReport, _ control: TrainingControl) throws
    /// After a pass over the data and the evaluation that follows, before the checkpoint.
    func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws
    /// A loss or a gradient is NaN or infinite.
    ///
    /// If that is found in a step, weights and running statistics are those before it. The evaluation behind the step
    /// `step`, and the checkpoint, which looks for weights that are not finite, come after it is done.
    /// - Parameter step: counted from 1.
    /// - Returns: whether the run is to end quietly; otherwise it ends with an error.
    func lossNotFinite(step: Int, _ control: TrainingControl) -> Bool
    /// After the last step, or an early stop; not when a signal interrupts the run.
    func trainingEnded(_ control: TrainingControl) throws

    var state: JSONValue { get }
    var tensors: [(name: String, tensor: Tensor)] { get }
    /// Takes back what `state` and `tensors` gave.
    func restore(_ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws
}

extension Callback {
    public func trainingBegan(_ control: TrainingControl) throws {}
    public func stepEnded(_ report: StepReport, _ control: TrainingControl) throws {}
    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {}
    public func lossNotFinite(step: Int, _ control: TrainingControl) -> Bool { false }
    public func trainingEnded(_ control: TrainingControl) throws {}
    public var state: JSONValue { .null }
    public var tensors: [(name: String, tensor: Tensor)] { [] }
    public func restore(
        _ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor
    ) throws {}
}

/// What callbacks may see and change of a run.
public final class TrainingControl {
    private let task: any TrainingTask
    private let scheduledRate: (Int) -> Double
    /// Whether the run goes on from a checkpoint.
    public internal(set) var isResumed = false
    /// Multiplies the learning rates of the schedule from the next step on.
    public var learningRateScale = 1.0
    /// Why the run is to end after this step; nil if it is to go on.
    public internal(set) var stopReason: String?

    init(_ task: any TrainingTask, rate: @escaping (Int) -> Double) {
        self.task = task
        scheduledRate = rate
    }

    public var parameters: [Parameter] { task.parameters }

    /// The learning rate of step `step`, counted from 0.
    public func learningRate(at step: Int) -> Double { learningRateScale * scheduledRate(step) }

    /// Ends the run after this step.
    public func stop(_ reason: String) { stopReason = stopReason ?? reason }

    /// Whether more of the metric is better; "val_accuracy" is as "accuracy".
    public func isHigherBetter(_ metric: String) -> Bool { task.isHigherBetter(metric.withoutValidation) }

    /// Writes what is needed to use the model, as it is now, to an existing folder.
    public func saveModel(to folder: String) throws { try task.saveModel(to: folder) }
}

extension String {
    /// The name of a metric without "val_".
    package var withoutValidation: String { hasPrefix("val_") ? String(dropFirst(4)) : self }
}
