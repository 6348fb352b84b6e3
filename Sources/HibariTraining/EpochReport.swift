import HibariSupport

/// What one pass over the training data came to.
public struct EpochReport: Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps done.
    public var step: Int
    /// On the training data, as measured while training: "loss", "accuracy"; on held-out data: "val_loss", …
    public var values: [MetricValue]
    /// Of the last step.
    public var learningRate: Double
    /// Whether the held-out data say that these weights are the best so far.
    public var isBest: Bool
    /// Training time of the whole run so far.
    public var seconds: Double

    /// The value of this name; nil if it was not measured.
    public subscript(_ name: String) -> Double? { values.first { $0.name == name }?.value }

    private static let others: Set<String> = ["type", "epoch", "step", "lr", "best", "seconds"]

    /// The row of metrics.jsonl.
    var json: JSONValue {
        var row: JSONObject = ["type": "epoch", "epoch": .integer(epoch), "step": .integer(step)]
        for value in values { row[value.name] = .number(value.value) }
        row["lr"] = .number(learningRate)
        row["best"] = .bool(isBest)
        row["seconds"] = .number(seconds)
        return .object(row)
    }

    /// nil if the row is not about an epoch. A value that is not finite stands in a file as null.
    init?(json: JSONValue) {
        guard json["type"]?.string == "epoch", let row = json.object, let epoch = row["epoch"]?.int,
            let step = row["step"]?.int
        else { return nil }
        self.init(
            epoch: epoch, step: step,
            values: row.filter { !Self.others.contains($0.key) }.map {
                MetricValue($0.key, $0.value.double ?? .nan)
            },
            learningRate: row["lr"]?.double ?? .nan, isBest: row["best"]?.bool ?? false,
            seconds: row["seconds"]?.double ?? 0)
    }

    init(
        epoch: Int, step: Int, values: [MetricValue], learningRate: Double, isBest: Bool, seconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.values = values
        self.learningRate = learningRate
        self.isBest = isBest
        self.seconds = seconds
    }
}

/// The epochs in the first `byteCount` bytes of a metrics.jsonl.
func readEpochs(_ path: String, byteCount: Int) throws -> [EpochReport] {
    guard byteCount > 0 else { return [] }
    return try readFile(path).prefix(byteCount).split(separator: UInt8(ascii: "\n")).compactMap { line in
        // Rows of steps are by far the most.
        guard line.starts(with: #"{"type":"epoch""#.utf8) else { return nil }
        return EpochReport(json: try JSONValue(parsing: Array(line)))
    }
}
