import HibariTensor

/// What a model is made of and what it costs: a table with a row for each layer.
public struct ModelSummary: Sendable, Equatable, CustomStringConvertible {
    /// One layer.
    public struct Row: Sendable, Equatable {
        /// Where the layer stands; how deep it is inside others.
        public var path: String
        public var depth: Int
        public var kind: String
        /// Of one example; nil where it is not known.
        public var output: Shape?
        public var parameters: Int
        public var frozen: Int
        /// Of the forward pass of one example; a multiply-add counts as two.
        public var flops: Double
        /// Kept of one example for the backward pass, in bytes.
        public var activationBytes: Int
    }

    public var input: Shape
    public var rows: [Row]
    public var trainableParameters: Int
    public var frozenParameters: Int
    public var bytesPerNumber: Int

    /// Of the forward pass of one example. A training step takes three times as much: each product has two in the
    /// backward pass.
    public var flops: Double { rows.reduce(0) { $0 + $1.flops } }
    public var activationBytes: Int { rows.reduce(0) { $0 + $1.activationBytes } }
    public var parameterCount: Int { trainableParameters + frozenParameters }

    public var description: String {
        let header = ["layer", "output", "parameters", "FLOPs", "activations"]
        let cells =
            [header]
            + rows.map { row in
                [
                    String(repeating: "  ", count: row.depth) + "\(row.path) \(row.kind)",
                    row.output?.description ?? "", row.parameters == 0 ? "" : grouped(row.parameters),
                    row.flops == 0 ? "" : abbreviated(row.flops, 1000, ["", " k", " M", " G", " T"]),
                    row.activationBytes == 0 ? "" : bytes(row.activationBytes),
                ]
            }
        let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines = cells.map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column < 2 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
        let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))
        lines.insert(rule, at: 1)
        lines += [
            rule, "input        \(input)",
            "parameters   \(grouped(parameterCount)) (\(bytes(parameterCount * bytesPerNumber))): "
                + "\(grouped(trainableParameters)) trainable, \(grouped(frozenParameters)) frozen",
        ]
        if flops > 0 {
            lines.append(
                "FLOPs        \(abbreviated(flops, 1000, ["", " k", " M", " G", " T"])) per example, "
                    + "\(abbreviated(3 * flops, 1000, ["", " k", " M", " G", " T"])) in training")
        }
        if activationBytes > 0 {
            lines.append("activations  \(bytes(activationBytes)) per example in training")
        }
        return lines.joined(separator: "\n")
    }
}

extension Model {
    /// The table of the layers. Of a struct of layers only parameters are known.
    public var summary: ModelSummary {
        let size = parameters.first?.value.dtype.byteCount ?? 4
        var rows: [ModelSummary.Row] = []
        func count(_ parameters: [Parameter], frozen: Bool) -> Int {
            parameters.filter { !frozen || !$0.isTrainable }.reduce(0) { $0 + $1.shape.count }
        }
        func add(_ layer: BuiltLayer, _ depth: Int) {
            // Those of the parts stand in their rows.
            let own = layer.parts.isEmpty ? layer.parameters : []
            rows.append(
                ModelSummary.Row(
                    path: layer.path, depth: depth, kind: layer.kind, output: layer.output,
                    parameters: count(own, frozen: false), frozen: count(own, frozen: true),
                    flops: layer.flops, activationBytes: layer.activations * size))
            for part in layer.parts { add(part, depth + 1) }
        }
        for part in parts { add(part, 0) }
        if parts.isEmpty {
            rows = parameters.map {
                ModelSummary.Row(
                    path: $0.name, depth: 0, kind: "\($0.shape)", output: nil, parameters: $0.shape.count,
                    frozen: $0.isTrainable ? 0 : $0.shape.count, flops: 0, activationBytes: 0)
            }
        }
        let frozen = count(parameters, frozen: true)
        return ModelSummary(
            input: input, rows: rows, trainableParameters: parameterCount - frozen, frozenParameters: frozen,
            bytesPerNumber: size)
    }
}

/// 1234567 → "1,234,567".
private func grouped(_ number: Int) -> String {
    var digits = Array("\(number)")
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
}

private func bytes(_ count: Int) -> String {
    abbreviated(Double(count), 1024, [" B", " KiB", " MiB", " GiB", " TiB"])
}

/// The number in the largest unit that is not above it, with one digit after the point where it has one.
private func abbreviated(_ value: Double, _ base: Double, _ units: [String]) -> String {
    var (value, unit) = (value, 0)
    while value >= base, unit + 1 < units.count { (value, unit) = (value / base, unit + 1) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10)" + (unit > 0 && tenths % 10 != 0 ? ".\(tenths % 10)" : "") + units[unit]
}
