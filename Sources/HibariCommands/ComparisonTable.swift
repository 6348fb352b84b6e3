import HibariCommandLine
import HibariSupport
import HibariTraining

/// What `hibari eval compare` prints.
struct ComparisonTable {
    struct Row {
        var name: String
        /// Of the JSON object.
        var key: String
        var lowerIsBetter: Bool
        var result: PairedDifference

        /// "B", "A", or nil where the models cannot be told apart.
        var better: String? {
            guard result.excludesZero else { return nil }
            return (result.low > 0) == lowerIsBetter ? "A" : "B"
        }

        /// Units won by A and by B.
        var wins: (a: Int, b: Int) {
            lowerIsBetter
                ? (result.secondGreater, result.firstGreater) : (result.firstGreater, result.secondGreater)
        }
    }

    /// What was drawn: "passage" or "question".
    var unit: String
    var heading: String
    var rows: [Row]
    /// Of A and of B, in tokens of their own.
    var perplexities: [Double]?

    func text(_ bootstrap: PairedBootstrap) -> String {
        let percent = "\(fixed(100 * bootstrap.confidence, 0)) %"
        var lines = [heading]
        lines.append(columns("", "A", "B", "B - A") + "  \(percent) interval")
        if let perplexities {
            lines.append(columns("perplexity", fixed(perplexities[0], 3), fixed(perplexities[1], 3), ""))
        }
        for row in rows {
            let result = row.result
            lines.append(
                columns(row.name, fixed(result.first, 4), fixed(result.second, 4), signed(result.difference))
                    + "  [\(signed(result.low)), \(signed(result.high))]")
        }
        for row in rows {
            let verdict =
                row.better.map { "\($0) is better, the interval excludes 0" } ?? "not distinguishable"
            lines.append(
                padded(row.name, 16)
                    + "\(verdict); A wins \(counted(row.wins.a, unit)), B \(row.wins.b)")
        }
        return lines.joined(separator: "\n")
    }

    func object(_ bootstrap: PairedBootstrap) -> JSONValue {
        var object = JSONObject()
        for row in rows {
            let result = row.result
            object[row.key] = [
                "a": .number(result.first), "b": .number(result.second),
                "difference": .number(result.difference), "low": .number(result.low),
                "high": .number(result.high), "excludes_zero": .bool(result.excludesZero),
                "better": row.better.map { .string($0) } ?? .null,
                "a_wins": .integer(row.wins.a), "b_wins": .integer(row.wins.b),
            ]
        }
        if let perplexities {
            object["perplexity"] = ["a": .number(perplexities[0]), "b": .number(perplexities[1])]
        }
        object[unit + "s"] = .integer(rows[0].result.units)
        object["resamples"] = .integer(bootstrap.resamples)
        object["confidence"] = .number(bootstrap.confidence)
        object["seed"] = .unsigned(bootstrap.seed)
        return .object(object)
    }

    private func columns(_ name: String, _ a: String, _ b: String, _ difference: String) -> String {
        padded(name, 16) + aligned(a, 10) + aligned(b, 10) + aligned(difference, 10)
    }

    private func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + fixed(value, 4) }
}
