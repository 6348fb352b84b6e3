import HibariCheckpoint
import HibariCommandLine
import HibariSupport

/// What `hibari inspect` says of a GGUF file: totals, metadata with long arrays cut short, tensors.
struct GGUFDescription {
    private let file: GGUFTensors
    /// Elements of an array that are shown.
    private static let shownElements = 4

    init(_ file: GGUFTensors) { self.file = file }

    var text: String {
        get throws {
            let known = file.file["general.architecture"]?.string.map { [("architecture", $0)] } ?? []
            let types = typeCounts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
            let totals =
                [("format", "GGUF \(file.file.version)")] + known + [
                    ("parameters", "\(elementCount)"),
                    ("tensors", types.isEmpty ? "none" : types),
                    (
                        "size",
                        abbreviatedBytes(Double(byteCount))
                            + (bitsPerWeight.map { ", \(fixed($0, 2)) bits per weight" } ?? "")
                    ),
                ]
            let metadata = try file.file.keys.map { ($0, try describe(file.file[$0])) }
            return [table(totals), table(metadata), tensorTable].filter { !$0.isEmpty }.joined(
                separator: "\n\n")
        }
    }

    var json: JSONValue {
        get throws {
            var metadata = JSONObject([])
            for key in file.file.keys { metadata[key] = try value(file.file[key]) }
            return [
                "format": "gguf", "version": .integer(file.file.version), "metadata": .object(metadata),
                "parameters": .integer(elementCount), "bytes": .integer(byteCount),
                "bits_per_weight": bitsPerWeight.map { .number($0) } ?? .null,
                "tensors": .array(
                    file.entries.map { entry in
                        [
                            "name": .string(entry.name), "type": .string(typeName(entry)),
                            "shape": .array(entry.shape.map { .integer($0) }),
                            "bytes": entry.range.map { .integer($0.count) } ?? .null,
                        ]
                    }),
            ]
        }
    }

    // MARK: Totals

    private var elementCount: Int { saturatingSum(file.entries.map(\.count)) }
    private var byteCount: Int { saturatingSum(file.entries.map { $0.range?.count ?? 0 }) }

    /// Of the tensors whose type is known.
    private var bitsPerWeight: Double? {
        let count = file.entries.filter { $0.range != nil }.reduce(0.0) { $0 + Double($1.count) }
        return count == 0 ? nil : 8 * Double(byteCount) / count
    }

    /// The types of the tensors, the most frequent first.
    private var typeCounts: [(name: String, count: Int)] {
        Dictionary(grouping: file.entries, by: typeName).map { (name: $0.key, count: $0.value.count) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// A damaged file may claim any number of elements for types whose size nobody knows.
    private func saturatingSum(_ values: [Int]) -> Int {
        values.reduce(0) { total, value in
            let (sum, overflows) = total.addingReportingOverflow(value)
            return overflows ? .max : sum
        }
    }

    // MARK: Tensors

    private func typeName(_ entry: GGUFEntry) -> String {
        entry.type?.name ?? "type \(GGUFType.label(ofNumber: entry.typeNumber))"
    }

    private var tensorTable: String {
        let names = file.entries.map { unquoted($0.name) }
        let nameWidth = names.map(\.count).max() ?? 0
        let typeWidth = file.entries.map { typeName($0).count }.max() ?? 0
        let lines = zip(names, file.entries).map { name, entry in
            padded(name, nameWidth + 2) + padded(typeName(entry), typeWidth + 2)
                + padded("\(entry.shape)", 16)
                + (entry.range.map { abbreviatedBytes(Double($0.count)) } ?? "?")
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Metadata

    private func describe(_ value: GGUFValue?) throws -> String {
        switch value {
        case .string(let text): return quoted(text)
        case .bool(let value): return "\(value)"
        case .float32(let value): return "\(value)"
        case .float64(let value): return "\(value)"
        case .uint64(let value): return "\(value)"
        case .array(let array):
            let shown = try array.prefix(Self.shownElements).map { try describe($0) }
            let rest = array.count > shown.count ? ["… \(array.count) in all"] : []
            return "[\((shown + rest).joined(separator: ", "))]"
        default: return value?.int.map { "\($0)" } ?? ""
        }
    }

    private func value(_ value: GGUFValue?) throws -> JSONValue {
        switch value {
        case .string(let text): return .string(text)
        case .bool(let value): return .bool(value)
        case .array(let array):
            return [
                "type": .string("\(array.elementType)"), "count": .integer(array.count),
                "first": .array(try array.prefix(Self.shownElements).map { try self.value($0) }),
            ]
        default: return value?.int.map { .integer($0) } ?? value?.double.map { .number($0) } ?? .null
        }
    }

    private func table(_ rows: [(String, String)]) -> String {
        let names = rows.map { unquoted($0.0) }
        let width = max(12, names.map(\.count).max() ?? 0)
        return zip(names, rows).map { padded($0, width + 2) + $1.1 }.joined(separator: "\n")
    }

    /// A name as it is; in quotes, on one line, if it has characters that a terminal would obey.
    private func unquoted(_ name: String) -> String {
        name.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
            ? quoted(name) : name
    }
}
