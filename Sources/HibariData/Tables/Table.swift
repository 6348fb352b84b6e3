import HibariSupport

/// A column of a table.
public struct TableColumn: Sendable {
    /// What the cells hold.
    public enum Values: Sendable {
        /// NaN where the value is missing.
        case numbers([Double])
        /// The number of each cell's text in `names`, which are in order of their bytes; −1 where it is missing.
        case categories([Int32], names: [String])
    }

    public let name: String
    public let values: Values

    /// Whether the cell of `row` is empty or says that nothing is known.
    public func isMissing(_ row: Int) -> Bool {
        switch values {
        case .numbers(let numbers): numbers[row].isNaN
        case .categories(let codes, _): codes[row] < 0
        }
    }

    public var isNumeric: Bool {
        if case .numbers = values { true } else { false }
    }
}

/// What is known beforehand about a table file; what is not is found out from the file. Columns are named, or given by
/// place from 1.
public struct TableOptions: Sendable {
    /// One ASCII character.
    public var delimiter: UInt8?
    public var hasHeader: Bool?
    /// Columns that hold names of categories even where they look like numbers.
    public var categorical: Set<String> = []
    /// Columns that hold texts, as categories: "NA" and "?" are texts too, and only an empty cell is missing.
    public var texts: Set<String> = []
    /// Columns that must hold numbers.
    public var numeric: Set<String> = []
    /// Columns that are not read.
    public var ignored: Set<String> = []

    /// Nothing known.
    public init() {}
}

/// A table in memory: columns of numbers or of categories.
public struct Table: Sendable {
    public let path: String
    public let columns: [TableColumn]
    public let rowCount: Int
    /// The line of the file in which each row begins.
    public let lines: [Int]

    init(path: String, columns: [TableColumn], lines: [Int]) {
        self.path = path
        self.columns = columns
        self.lines = lines
        rowCount = lines.count
    }

    /// The column called `name`, or the one at that place, from 1, if none is called so.
    public func column(_ name: String) throws(DatasetError) -> TableColumn {
        columns[try columnPlace(name, among: columns.map(\.name), path: path)]
    }

    /// The rows, from 0, in which no value is missing.
    public var completeRows: [Int] {
        (0..<rowCount).filter { row in !columns.contains { $0.isMissing(row) } }
    }

    /// An error about the cell of `row`, from 0, in `column`.
    func cellError(_ row: Int, _ column: TableColumn, _ problem: String) -> DatasetError {
        .cell(path: path, row: row + 1, line: lines[row], column: column.name, problem: problem)
    }
}

/// The place from 0 of the column called `name`, or of the one at that place from 1 if none is called so.
func columnPlace(_ name: String, among names: [String], path: String) throws(DatasetError) -> Int {
    if let place = names.firstIndex(of: name) { return place }
    if let place = Int(name), (1...names.count).contains(place) { return place - 1 }
    throw .noColumn(path: path, name: name, known: names)
}
