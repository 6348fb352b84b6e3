import HibariSupport
import HibariTensor

/// Writes the model to a folder after epochs: the newest, or the best so far.
///
/// A run with a folder of its own keeps checkpoints and the best model anyway.
public final class SaveModel: Callback {
    private let folder: String
    private let every: Int
    private var watch: Watch?

    /// - Parameters:
    ///   - folder: replaced as a whole each time; `{epoch}` in it stands for the number of the epoch.
    ///   - bestBy: write only when this metric is better than ever: "val_loss"; nil to write always.
    ///   - every: epochs from one writing to the next.
    public init(_ folder: String, bestBy monitor: String? = nil, every: Int = 1) {
        self.folder = folder
        self.every = max(1, every)
        watch = monitor.map { Watch($0, minimumChange: 0) }
    }

    public func trainingBegan(_ control: TrainingControl) {
        if !control.isResumed { watch?.reset() }
    }

    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {
        guard report.epoch % every == 0 else { return }
        if try watch?.improves(report, control) == false { return }
        let parts = folder.split(separator: "{epoch}", omittingEmptySubsequences: false)
        let path = parts.joined(separator: "\(report.epoch)")
        try makeDirectories(splitPath(path).directory)
        try writeDirectoryAtomically(path, replacing: true) { try control.saveModel(to: $0) }
    }

    public var state: JSONValue { watch?.state ?? .null }

    public func restore(
        _ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor
    ) throws {
        watch?.restore(state)
    }
}
