import HibariCommandLine
import HibariSupport
import HibariTensor

/// Where the time of a training step goes, for `bench train --profile`.
struct ProfileTable {
    private let rows: [OpProfile.Row]
    private let steps: Int
    private let seconds: Double

    init(_ rows: [OpProfile.Row], steps: Int) {
        self.rows = rows.sorted { $0.seconds > $1.seconds }
        self.steps = steps
        seconds = rows.reduce(0) { $0 + $1.seconds }
    }

    var text: String {
        var lines = [line("pass", "op", "product", "calls", "ms/step", "%", "GFLOP/s")]
        lines += rows.map { row in
            line(
                row.work.pass, row.work.name, row.work.sizes, fixed(perStep(Double(row.calls)), 0),
                fixed(perStep(row.seconds * 1e3), 3), fixed(100 * row.seconds / seconds, 1),
                row.gigaflops.map { fixed($0, 0) } ?? "")
        }
        lines.append("")
        for pass in ["forward", "backward", "step"] {
            let part = rows.filter { $0.work.pass == pass }.reduce(0) { $0 + $1.seconds }
            lines.append(
                line(pass, "all", "", "", fixed(perStep(part * 1e3), 3), fixed(100 * part / seconds, 1), ""))
        }
        lines.append(line("", "all", "", "", fixed(perStep(seconds * 1e3), 3), "100.0", ""))
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        .array(
            rows.map { row in
                [
                    "pass": .string(row.work.pass), "op": .string(row.work.name),
                    "product": .string(row.work.sizes), "calls_per_step": .number(perStep(Double(row.calls))),
                    "milliseconds_per_step": .number(perStep(row.seconds * 1e3)),
                    "share": .number(row.seconds / seconds),
                    "gigaflops": row.gigaflops.map { .number($0) } ?? .null,
                ]
            })
    }

    private func perStep(_ total: Double) -> Double { total / Double(steps) }

    private func line(
        _ pass: String, _ op: String, _ product: String, _ calls: String, _ time: String, _ share: String,
        _ speed: String
    ) -> String {
        padded(pass, 10) + padded(op, 20) + padded(product, 18) + aligned(calls, 7) + aligned(time, 12)
            + aligned(share, 8) + aligned(speed, 9)
    }
}

extension OpProfile.Row {
    /// The arithmetic of products alone; a backward pass has two of the forward one's size.
    fileprivate var gigaflops: Double? {
        switch work {
        // All three on the way forward.
        case .forward(.linearCrossEntropy, let sizes?): 3 * sizes.flops * Double(calls) / seconds / 1e9
        case .backward(.linearCrossEntropy, _): nil
        case .forward(_, let sizes?): sizes.flops * Double(calls) / seconds / 1e9
        case .backward(_, let sizes?): 2 * sizes.flops * Double(calls) / seconds / 1e9
        default: nil
        }
    }
}

extension OpProfile.Work {
    fileprivate var pass: String {
        switch self {
        case .forward: "forward"
        case .backward: "backward"
        case .batch, .gradientNorm, .optimizer, .rest: "step"
        }
    }

    fileprivate var name: String {
        switch self {
        case .forward(let op, _), .backward(let op, _): op.rawValue
        case .batch: "batch"
        case .gradientNorm: "gradient norm"
        case .optimizer: "optimizer"
        case .rest: "everything else"
        }
    }

    /// Rows × columns × depth of the forward product.
    fileprivate var sizes: String {
        switch self {
        case .forward(_, let sizes?), .backward(_, let sizes?):
            "\(sizes.rows)×\(sizes.columns)×\(sizes.depth)"
        default: ""
        }
    }
}
