import HibariData
import HibariSupport

/// Texts with their classes, from the columns of a table.
public struct LabeledTexts: Sendable, Equatable {
    public var texts: [String]
    /// By text, its place in `names`.
    public var labels: [Int32]
    /// The classes, in the order of their bytes.
    public var names: [String]

    public init(texts: [String], labels: [Int32], names: [String]) {
        (self.texts, self.labels, self.names) = (texts, labels, names)
    }

    /// Reads two columns, by name or by place from 1.
    ///
    /// - Parameter names: the classes, if they are known; nil for those of the file.
    /// - Throws: `DatasetError` with row and line for an empty text, an empty label, and a label that is none of the
    ///   classes; for fewer than two classes, and for one column that is to be both.
    public init(
        path: String, text: String, label: String, hasHeader: Bool? = nil, names: [String]? = nil
    ) throws {
        let table = try Table.ofTexts(path, columns: [text, label], hasHeader: hasHeader)
        if try table.column(text).name == table.column(label).name {
            throw DatasetError.contents(
                path: path, problem: "the column \(text) cannot be the text and its class; name two columns")
        }
        texts = try table.texts(of: text)
        let found = try table.texts(of: label)
        let classes =
            names ?? Set(found).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        if classes.count < 2 {
            throw DatasetError.contents(
                path: path,
                problem:
                    "the column \(label) has only the class \(quoted(classes.first ?? "")); give examples of two or more"
            )
        }
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
        labels = try found.enumerated().map { row, name in
            guard let place = places[name] else {
                throw DatasetError.cell(
                    path: path, row: row + 1, line: table.lines[row], column: label,
                    problem: "\(quoted(name)) is none of the classes \(classes.joined(separator: ", "))")
            }
            return place
        }
        self.names = classes
    }

    public var count: Int { texts.count }

    /// How many texts each class has.
    public var counts: [Int] {
        var counts = [Int](repeating: 0, count: names.count)
        for label in labels { counts[Int(label)] += 1 }
        return counts
    }

    public func subset(_ rows: [Int]) -> LabeledTexts {
        LabeledTexts(texts: rows.map { texts[$0] }, labels: rows.map { labels[$0] }, names: names)
    }

    /// As many texts of each class as the rarest has, chosen at random; in their order.
    public func balanced(seed: UInt64) -> LabeledTexts {
        let size = counts.min() ?? 0
        let chosen = names.indices.flatMap { name -> ArraySlice<Int> in
            var members = labels.indices.filter { labels[$0] == Int32(name) }
            var random = RandomStream(seed: seed, purpose: .splitting, stream: 1 << 16 | UInt64(name))
            members.shuffle(using: &random)
            return members.prefix(size)
        }
        return subset(chosen.sorted())
    }

    /// Which texts are held out.
    public enum Split: String, Sendable, CaseIterable {
        /// The last ones.
        case last
        /// Some of each class, at random.
        case random
    }

    /// Parts the texts.
    ///
    /// - Parameter fraction: of the part that is held out, which has one text at least.
    public func parted(_ fraction: Double, _ split: Split, seed: UInt64) -> (
        LabeledTexts, heldOut: LabeledTexts
    ) {
        switch split {
        case .last:
            let kept = min(count - 1, max(1, count - Int((fraction * Double(count)).rounded())))
            return (subset(Array(0..<kept)), subset(Array(kept..<count)))
        case .random:
            let parts = ExampleSplit.stratified(labels: labels, fractions: [fraction], seed: seed)
            return (subset(parts[0]), subset(parts[1]))
        }
    }
}

extension Table {
    /// A table whose columns of these names, or places from 1, hold texts, whatever they look like: NA is one too.
    public static func ofTexts(_ path: String, columns: [String], hasHeader: Bool?) throws -> Table {
        var options = TableOptions()
        options.hasHeader = hasHeader
        options.texts = Set(columns)
        return try Table(contentsOf: path, options: options)
    }

    /// The cells of a column of texts.
    ///
    /// - Throws: `DatasetError.cell` for one that is empty.
    public func texts(of name: String) throws -> [String] {
        let column = try column(name)
        guard case .categories(let codes, let names) = column.values else {
            throw DatasetError.contents(
                path: path, problem: "the column \(name) holds numbers; expected texts")
        }
        return try codes.enumerated().map { row, code in
            guard code >= 0 else {
                throw DatasetError.cell(
                    path: path, row: row + 1, line: lines[row], column: column.name,
                    problem: "is empty; fill it in, or remove the row")
            }
            return names[Int(code)]
        }
    }
}
