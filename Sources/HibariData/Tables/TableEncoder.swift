import HibariSupport

/// Turns rows of a table into what a network takes: numbers standardized, categories one-hot, the target a
/// number or a class.
///
/// Means, deviations, categories and classes are those of the rows it was made from, so that training,
/// validation and later predictions are all encoded alike. It can be written as JSON beside a model.
public struct TableEncoder: Sendable, Equatable {
    /// A column that goes in.
    public enum Feature: Sendable, Equatable {
        /// One input: (x − mean) / deviation.
        case number(name: String, mean: Double, deviation: Double)
        /// An input for each category, 1 for that of the row and 0 for the others.
        case category(name: String, categories: [String])

        public var name: String {
            switch self {
            case .number(let name, _, _), .category(let name, _): name
            }
        }

        /// How many inputs it takes.
        public var width: Int {
            if case .category(_, let categories) = self { categories.count } else { 1 }
        }
    }

    /// What is predicted.
    public enum Target: Sendable, Equatable {
        case number(name: String)
        case classes(name: String, names: [String])

        public var name: String {
            switch self {
            case .number(let name), .classes(let name, _): name
            }
        }
    }

    /// How the target is to be taken.
    public enum TargetKind: Sendable {
        /// Categories are classes, numbers are numbers.
        case automatic
        case number
        /// Different numbers are classes too, in ascending order.
        case classes
    }

    /// What happens to rows in which a value is missing. A row without a target is never used for training.
    public enum MissingValues: String, Sendable, CaseIterable {
        /// An error names the cell.
        case refuse
        /// Such rows are left out, by `usableRows`.
        case drop
        /// A number becomes the mean, a category none of those there are.
        case mean
    }

    public let features: [Feature]
    public let target: Target
    public let missing: MissingValues

    /// A column of categories with more is taken for names or identifiers.
    public static let categoryLimit = 1000

    /// - Precondition: deviations above 0, and at least two classes if the target is one.
    package init(features: [Feature], target: Target, missing: MissingValues) {
        self.features = features
        self.target = target
        self.missing = missing
    }

    /// How many numbers a row becomes.
    public var inputCount: Int { features.reduce(0) { $0 + $1.width } }

    /// A name for each of them: the column's, or `COLUMN=CATEGORY`.
    public var inputNames: [String] {
        features.flatMap { feature in
            switch feature {
            case .number(let name, _, _): [name]
            case .category(let name, let categories): categories.map { "\(name)=\($0)" }
            }
        }
    }

    /// How a file with more rows is to be read, so that its columns have the same types.
    public var tableOptions: TableOptions {
        var options = TableOptions()
        for feature in features {
            switch feature {
            case .number(let name, _, _): options.numeric.insert(name)
            case .category(let name, _): options.categorical.insert(name)
            }
        }
        return options
    }

    /// The rows that can be encoded: all, or with `.drop` those in which no feature, and no target if that is
    /// asked for, is missing.
    public func usableRows(of table: Table, withTarget: Bool = true) throws(DatasetError) -> [Int] {
        if missing != .drop { return Array(0..<table.rowCount) }
        var columns = try features.map { (feature) throws(DatasetError) in try table.column(feature.name) }
        if withTarget { columns.append(try table.column(target.name)) }
        return (0..<table.rowCount).filter { row in columns.allSatisfy { !$0.isMissing(row) } }
    }

    /// The inputs of `rows`, `[rows.count, inputCount]`.
    ///
    /// - Throws: `DatasetError` if a column is missing or of another type, a value is missing and must not be or is
    ///   beyond the range of float32, or a category was not there when the encoder was made.
    public func inputs(_ table: Table, rows: [Int]) throws(DatasetError) -> [Float] {
        let width = inputCount
        var inputs = [Float](repeating: 0, count: rows.count * width)
        var offset = 0
        for feature in features {
            let column = try table.column(feature.name)
            switch (feature, column.values) {
            case (.number(_, let mean, let deviation), .numbers(let numbers)):
                for (place, row) in rows.enumerated() {
                    if numbers[row].isNaN { try requireAllowed(table, row, column) }
                    let value = numbers[row].isNaN ? mean : numbers[row]
                    let input = Float((value - mean) / deviation)
                    guard input.isFinite else {
                        throw table.cellError(
                            row, column,
                            "\(value) is too far from the mean \(mean) of the training data to be standardized"
                        )
                    }
                    inputs[place * width + offset] = input
                }
            case (.category(_, let categories), .categories(let codes, let names)):
                let places = Self.places(of: names, in: categories)
                for (place, row) in rows.enumerated() {
                    if codes[row] < 0 {
                        try requireAllowed(table, row, column)
                        continue
                    }
                    let name = names[Int(codes[row])]
                    guard let index = places[Int(codes[row])] else {
                        throw table.cellError(
                            row, column, "\(quoted(name)) is none of the categories of the training data")
                    }
                    inputs[place * width + offset + index] = 1
                }
            default:
                throw .contents(
                    path: table.path,
                    problem: """
                        column \(feature.name) holds \(column.isNumeric ? "numbers" : "categories"), but \
                        \(column.isNumeric ? "categories" : "numbers") in the training data
                        """)
            }
            offset += feature.width
        }
        return inputs
    }

    /// The target of `rows` as numbers.
    ///
    /// - Precondition: the target is a number.
    public func numbers(_ table: Table, rows: [Int]) throws(DatasetError) -> [Float] {
        guard case .number(let name) = target else {
            preconditionFailure("TableEncoder.numbers: the target is a class")
        }
        let column = try table.column(name)
        guard case .numbers(let numbers) = column.values else {
            throw .contents(
                path: table.path, problem: "column \(name) holds text; the target must be a number")
        }
        var values: [Float] = []
        for row in rows {
            if numbers[row].isNaN { throw table.cellError(row, column, "the target is missing") }
            let value = Float(numbers[row])
            guard value.isFinite else {
                throw table.cellError(
                    row, column, "\(numbers[row]) is too large for a target; at most 3.4e38, either sign")
            }
            values.append(value)
        }
        return values
    }

    /// The target of `rows` as numbers of classes.
    ///
    /// - Precondition: the target is a class.
    public func labels(_ table: Table, rows: [Int]) throws(DatasetError) -> [Int32] {
        guard case .classes(let name, let classNames) = target else {
            preconditionFailure("TableEncoder.labels: the target is a number")
        }
        let column = try table.column(name)
        let (codes, names) = column.categories
        let places = Self.places(of: names, in: classNames)
        var labels: [Int32] = []
        for row in rows {
            if codes[row] < 0 { throw table.cellError(row, column, "the target is missing") }
            guard let label = places[Int(codes[row])] else {
                throw table.cellError(
                    row, column,
                    "\(quoted(names[Int(codes[row])])) is none of the classes of the training data")
            }
            labels.append(Int32(label))
        }
        return labels
    }

    private func requireAllowed(_ table: Table, _ row: Int, _ column: TableColumn) throws(DatasetError) {
        if missing == .mean { return }
        throw table.cellError(
            row, column,
            "the value is missing; fill it in, leave out the row, or let missing values be dropped or averaged"
        )
    }

    /// For each name its place in `known`.
    private static func places(of names: [String], in known: [String]) -> [Int?] {
        let places = Dictionary(zip(known, 0...)) { first, _ in first }
        return names.map { places[$0] }
    }
}

extension TableColumn {
    /// The cells as categories; different numbers are categories in ascending order.
    var categories: (codes: [Int32], names: [String]) {
        switch values {
        case .categories(let codes, let names): return (codes, names)
        case .numbers(let numbers):
            let distinct = Set(numbers.filter { !$0.isNaN }).sorted()
            let code = Dictionary(zip(distinct, Int32(0)...)) { first, _ in first }
            return (numbers.map { code[$0] ?? -1 }, distinct.map { number($0) })
        }
    }
}
