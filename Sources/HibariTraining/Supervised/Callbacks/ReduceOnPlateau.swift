import HibariSupport
import HibariTensor

/// Multiplies the learning rate by `factor` when a metric has not become better for `patience` epochs.
public final class ReduceOnPlateau: Callback {
    private var watch: Watch
    private let factor, minimumRate: Double
    private let patience, cooldown: Int
    private var wait = 0
    /// Epochs until waiting begins again.
    private var rest = 0

    /// - Parameters:
    ///   - monitor: "val_loss", "val_accuracy", or a name without "val_" for the training data.
    ///   - factor: between 0 and 1.
    ///   - patience: epochs without an improvement.
    ///   - minimumChange: what counts as an improvement must be better by more than this.
    ///   - cooldown: epochs after a reduction that do not count.
    ///   - minimumRate: the rate is never made lower.
    public init(
        monitor: String = "val_loss", factor: Double = 0.1, patience: Int = 10, minimumChange: Double = 1e-4,
        cooldown: Int = 0, minimumRate: Double = 0
    ) {
        precondition((0..<1).contains(factor), "ReduceOnPlateau: factor must be in [0, 1), got \(factor)")
        watch = Watch(monitor, minimumChange: minimumChange)
        self.factor = factor
        self.patience = patience
        self.cooldown = cooldown
        self.minimumRate = minimumRate
    }

    public func trainingBegan(_ control: TrainingControl) {
        if control.isResumed { return }
        watch.reset()
        (wait, rest) = (0, 0)
    }

    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {
        if rest > 0 {
            rest -= 1
            wait = 0
        }
        if try watch.improves(report, control) {
            wait = 0
            return
        }
        if rest > 0 { return }
        wait += 1
        let rate = report.learningRate
        guard wait >= patience, rate > minimumRate else { return }
        control.learningRateScale *= max(rate * factor, minimumRate) / rate
        (wait, rest) = (0, cooldown)
    }

    public var state: JSONValue {
        ["watch": watch.state, "wait": .integer(wait), "rest": .integer(rest)]
    }

    public func restore(
        _ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor
    ) throws {
        watch.restore(state["watch"] ?? .null)
        wait = state["wait"]?.int ?? 0
        rest = state["rest"]?.int ?? 0
    }
}
