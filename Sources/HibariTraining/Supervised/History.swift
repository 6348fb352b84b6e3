/// How a model was trained: a report for each epoch.
public struct History: Sendable {
    public let epochs: [EpochReport]
    /// Why a callback ended the run before its last epoch; nil if none did.
    public let stopReason: String?
    /// The signal that interrupted the run; nil if none did.
    public let stoppedBy: Int32?
    /// Steps done.
    public let steps: Int
    /// Of training, all sessions of the run together.
    public let seconds: Double
    /// Median of the logged intervals of this session.
    public let examplesPerSecond: Double

    package init(_ result: TrainingResult) {
        epochs = result.epochs
        stopReason = result.stopReason
        stoppedBy = result.stoppedBy
        steps = result.steps
        seconds = result.seconds
        examplesPerSecond = result.unitsPerSecond
    }

    /// The value of each epoch: "loss", "accuracy", "val_loss"; NaN where it was not measured.
    public subscript(_ name: String) -> [Double] { epochs.map { $0[name] ?? .nan } }

    /// The epoch whose weights were the best on the validation data; nil without any.
    public var best: EpochReport? { epochs.last(where: \.isBest) }
}
