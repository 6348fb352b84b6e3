import HibariSupport
import HibariTensor

/// Writes a row of a CSV file for each epoch: epoch, step, the metrics, learning rate and seconds.
public final class CSVLog: Callback {
    private let path: String
    private var file: LineLog?
    /// Written so far; a run that is resumed cuts the file there.
    private var byteCount = 0

    public init(_ path: String) { self.path = path }

    public func trainingBegan(_ control: TrainingControl) throws {
        if !control.isResumed { byteCount = 0 }
        file = try LineLog(path: path, byteCount: byteCount)
    }

    public func epochEnded(_ report: EpochReport, _ control: TrainingControl) throws {
        guard let file else { return }
        if byteCount == 0 {
            try file.append((["epoch", "step"] + report.values.map(\.name) + ["lr", "seconds"]))
        }
        let numbers = report.values.map(\.value) + [report.learningRate, report.seconds]
        try file.append(["\(report.epoch)", "\(report.step)"] + numbers.map { $0.isNaN ? "nan" : "\($0)" })
        byteCount = file.byteCount
        try file.synchronize()
    }

    public var state: JSONValue { .integer(byteCount) }

    public func restore(
        _ state: JSONValue, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor
    ) throws {
        byteCount = state.int ?? 0
    }
}

extension LineLog {
    fileprivate func append(_ cells: [String]) throws {
        try append(Array(cells.joined(separator: ",").utf8))
    }
}
