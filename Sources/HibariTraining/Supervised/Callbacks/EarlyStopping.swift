import HibariSupport
import HibariTensor

/// Ends a run when a metric has not become better for `patience` epochs, and takes back the best weights.
public final class EarlyStopping: Callback {
    private var watch: Watch
    private let patience: Int
    private let restoresBest: Bool
    private var wait = 0
    /// Of the best epoch so far, in the order of the parameters.
    private var best: [(name: String, tensor: Tensor)] = []

    /// - Parameters:
    ///   - monitor: "val_loss", "val_accuracy", or a name without "val_" for the training data.
    ///   - patience: epochs without an improvement, after which the run ends.
    ///   - minimumChange: what counts as one must be better by more than this.
    ///   - restoresBest: give the model the weights of the best epoch when the run ends, early or not.
    public init(
        monitor: String = "val_loss", patience: Int, minimumChange: Double = 0, restoresBest: Bool = true
    ) {
        watch = Watch(monitor, minimumChange: minimumChange)
        self.patience = patience
        self.restoresBest = restoresBest
    }

    public func trainingBegan(_ control: TrainingControl) {
        if control.isResumed { return }
        watch.reset()
        (wait, best) = (0, [])
    }

    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {
        if try watch.improves(report, control) {
            wait = 0
            if restoresBest { best = control.parameters.map { ($0.name, $0.value.copied()) } }
            return
        }
        wait += 1
        if wait >= patience {
            control.stop("\(watch.monitor) has not improved for \(wait) epochs")
        }
    }

    public func trainingEnded(_ control: TrainingControl) {
        let values = Dictionary(uniqueKeysWithValues: best.map { ($0.name, $0.tensor) })
        for parameter in control.parameters {
            if let value = values[parameter.name] { parameter.assign(value) }
        }
    }

    public var state: JSONValue {
        [
            "watch": watch.state, "wait": .integer(wait), "names": .array(best.map { .string($0.name) }),
            "shapes": .array(best.map { .array($0.tensor.shape.array.map { .integer($0) }) }),
        ]
    }

    public var tensors: [(name: String, tensor: Tensor)] { best }

    public func restore(
        _ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor
    ) throws {
        watch.restore(state["watch"] ?? .null)
        wait = state["wait"]?.int ?? 0
        let names = (state["names"]?.array ?? []).compactMap(\.string)
        let shapes = try (state["shapes"]?.array ?? []).map { try $0.decode(Shape.self) }
        best = try zip(names, shapes).map { ($0, try tensor($0, $1)) }
    }
}

/// The best value of a metric so far.
struct Watch {
    let monitor: String
    let minimumChange: Double
    private var best: Double?

    init(_ monitor: String, minimumChange: Double) {
        self.monitor = monitor
        self.minimumChange = abs(minimumChange)
    }

    /// Whether the metric is better than ever, by more than `minimumChange`. The first number always is.
    mutating func improves(_ report: EpochReport, _ control: TrainingControl) throws -> Bool {
        guard let value = report[monitor] else {
            throw RunError.notMeasured(name: monitor, measured: report.values.map(\.name))
        }
        let gain = best.map { control.isHigherBetter(monitor) ? value - $0 : $0 - value } ?? .infinity
        guard !value.isNaN, gain > minimumChange else { return false }
        best = value
        return true
    }

    var state: JSONValue { best.map { .number($0) } ?? .null }
    mutating func restore(_ state: JSONValue) { best = state.double }
    mutating func reset() { best = nil }
}
