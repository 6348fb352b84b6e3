import HibariModels
import HibariReports
import HibariSupport
import HibariTensor

/// The trained and the frozen parameters of a model, by what they belong to.
public struct ParameterTable: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public var group: ParameterGroup
        public var trained = 0
        public var frozen = 0
        /// Of memory, as the weights are held.
        public var bytes = 0
    }

    /// The groups that the model has.
    public let rows: [Row]

    public init(_ model: any LanguageModel) {
        var rows = Dictionary(
            uniqueKeysWithValues: ParameterGroup.allCases.map { ($0, Row(group: $0)) })
        func add(_ parameters: [Parameter], _ group: (Parameter) -> ParameterGroup) {
            for parameter in parameters {
                let group = group(parameter)
                let count = parameter.shape.count
                rows[group]?.trained += parameter.isTrainable ? count : 0
                rows[group]?.frozen += parameter.isTrainable ? 0 : count
                rows[group]?.bytes += parameter.value.storedByteCount
            }
        }
        add(model.parameters) { ParameterGroup(of: $0.name) }
        add(model.adapters.flatMap(\.parameters)) { _ in .adapters }
        self.rows = ParameterGroup.allCases.compactMap { rows[$0] }.filter { $0.trained + $0.frozen > 0 }
    }

    public var trained: Int { rows.reduce(0) { $0 + $1.trained } }
    public var frozen: Int { rows.reduce(0) { $0 + $1.frozen } }
    public var bytes: Int { rows.reduce(0) { $0 + $1.bytes } }

    /// For a terminal.
    public var text: String {
        func cells(_ name: String, _ trained: Int, _ frozen: Int, _ bytes: Int) -> [String] {
            let share = 100 * Double(trained) / Double(max(1, trained + frozen))
            return [
                name, grouped(trained), grouped(frozen),
                fixed(share, trained == 0 || share >= 10 ? 1 : 3) + " %",
                fixed(Double(bytes) / 1e6, 1) + " MB",
            ]
        }
        let lines =
            [["parameters", "trained", "frozen", "trained", "memory"]]
            + rows.map { cells($0.group.rawValue, $0.trained, $0.frozen, $0.bytes) }
            + [cells("total", trained, frozen, bytes)]
        let widths = (0..<5).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            line.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "   ")
        }.joined(separator: "\n")
    }

    public var json: JSONValue {
        .array(
            rows.map {
                [
                    "group": .string($0.group.rawValue), "trained": .integer($0.trained),
                    "frozen": .integer($0.frozen), "bytes": .integer($0.bytes),
                ]
            })
    }
}
