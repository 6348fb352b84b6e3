import HibariSupport

/// The rows of a metrics.jsonl, sorted by what they say.
struct RunMetrics {
    struct Point {
        var step, value: Double
    }

    struct HeldOut {
        var step: Int
        var loss: Double
        var bitsPerByte: Double?
        var isBest: Bool
    }

    private(set) var loss: [Point] = []
    private(set) var rate: [Point] = []
    private(set) var norm: [Point] = []
    private(set) var speed: [Point] = []
    private(set) var evaluations: [HeldOut] = []
    private(set) var epochs: [EpochReport] = []
    private(set) var samples: [(step: Int, text: String)] = []
    /// Of the whole run so far.
    private(set) var seconds: Double?

    /// Reads a file; one that is not there yet has no rows. Half a row at the end, as a killed run leaves it, is
    /// passed over; rows of unknown types are too.
    init(path: String) throws {
        guard fileExists(path) else { return }
        let lines = try readFile(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do {
                try add(try JSONValue(parsing: Array(line)))
            } catch {
                // The last line has an end of line behind it only if it was written whole.
                if index == lines.count - 1 { break }
                throw RunReportError.badRow(path: path, line: index + 1, problem: "\(error)")
            }
        }
    }

    private enum RowError: Error, CustomStringConvertible {
        case noStep

        var description: String { "a row without a step" }
    }

    private mutating func add(_ row: JSONValue) throws {
        guard let step = row["step"]?.int else { throw RowError.noStep }
        // A number that is not finite was written as null.
        func point(_ key: String) -> Point { Point(step: Double(step), value: row[key]?.double ?? .nan) }
        switch row["type"]?.string {
        case "train":
            loss.append(point("loss"))
            rate.append(point("lr"))
            norm.append(point("grad_norm"))
            speed.append(point(row["tokens_per_second"] == nil ? "examples_per_second" : "tokens_per_second"))
        case "eval", "final":
            let heldOut = HeldOut(
                step: step, loss: row["val_loss"]?.double ?? .nan,
                bitsPerByte: row["val_bits_per_byte"]?.double,
                isBest: row["best"]?.bool ?? false)
            // The evaluation over all held-out data takes the place of the one over a part.
            if evaluations.last?.step == step { evaluations.removeLast() }
            evaluations.append(heldOut)
        case "epoch":
            if let epoch = EpochReport(json: row) { epochs.append(epoch) }
        case "sample":
            samples.append((step, row["text"]?.string ?? ""))
        default: break
        }
        seconds = row["seconds"]?.double ?? seconds
    }
}
