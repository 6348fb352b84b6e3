import ArgumentParser
import HibariCommandLine
import HibariData
import HibariReports
import HibariSupport
import HibariTraining

/// Options of the tasks that can learn from a table.
struct TableDataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A .csv or .tsv file to learn from, instead of made-up data.", valueName: "file"))
    var data: String?
    @Option(
        help: ArgumentHelp(
            "The column to predict, by name or by place from 1; all others are inputs.", valueName: "column"))
    var target: String?
    @Option(help: "Share of the rows that is held out to test on.") var holdOut = 0.2
    @Option(
        help: ArgumentHelp(
            "What to do where a value is missing: \(TableEncoder.MissingValues.allCases.map(\.rawValue).joined(separator: ", ")) (default: refuse).",
            valueName: "how"))
    var missing: TableEncoder.MissingValues?
    @OptionGroup var header: HeaderOption

    /// The table that was named, parted into training and test rows; nil if none was.
    func load(_ kind: TableEncoder.TargetKind, seed: UInt64) throws -> TableData? {
        try require(holdOut, in: 0.01...0.9, option: "hold-out")
        guard let data else {
            if target != nil {
                throw UsageError.missingOption(name: "data", purpose: "--target names its column")
            }
            if header.header != nil {
                throw UsageError.missingOption(name: "data", purpose: "--header is about its first line")
            }
            if missing != nil {
                throw UsageError.missingOption(name: "data", purpose: "--missing is about its cells")
            }
            return nil
        }
        guard let target else {
            throw UsageError.missingOption(name: "target", purpose: "name the column of \(data) to predict")
        }
        return try TableData(
            path: data, hasHeader: header.header, target: target, kind: kind, missing ?? .refuse,
            holdOut: holdOut, seed: seed)
    }
}

/// Whether the first line of a table has the names of its columns.
struct HeaderOption: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "The first line of the table names its columns, or is a row (default: as its cells tell).")
    var header: Bool?
}

extension TableEncoder.MissingValues: ExpressibleByArgument {}

/// A table parted into training and test rows. What inputs are scaled by comes from the training rows alone.
struct TableData {
    let encoder: TableEncoder
    let train, test: Examples
    let rows: [KeyValueTable.Row]

    /// - Parameter hasHeader: nil if the cells of the first line are to tell.
    init(
        path: String, hasHeader: Bool?, target: String, kind: TableEncoder.TargetKind,
        _ missing: TableEncoder.MissingValues,
        holdOut: Double, seed: UInt64
    ) throws {
        var options = TableOptions()
        options.hasHeader = hasHeader
        let table = try Table(contentsOf: path, options: options)
        var order =
            missing == .drop ? table.completeRows : Array(0..<table.rowCount)
        guard order.count >= 2 else {
            throw DatasetError.contents(
                path: path, problem: "\(order.count) row\(order.count == 1 ? "" : "s"); at least 2 are needed"
            )
        }
        var random = RandomStream(seed: seed, purpose: .shuffling, stream: UInt64(UInt32.max))
        order.shuffle(using: &random)
        let held = min(max(1, Int((holdOut * Double(order.count)).rounded())), order.count - 1)
        let training = order.dropLast(held).sorted()
        encoder = try TableEncoder(
            fitting: table, rows: training, known: Array(order.suffix(held)), target: target, kind: kind,
            missing: missing)
        try Self.requireFewClasses(encoder, table, of: order.count)
        train = try Examples(table, rows: training, encoder)
        test = try Examples(table, rows: order.suffix(held).sorted(), encoder)
        rows = [
            .init("file", path, isCode: true),
            .init("rows", "\(training.count) to train on, \(held) to test on"),
            .init("inputs", "\(encoder.inputCount)"), .init("target", encoder.target.name),
            .init("SHA-256", try fileHash(path), isCode: true),
        ]
    }

    /// Throws where numbers that nearly all differ would become classes.
    private static func requireFewClasses(_ encoder: TableEncoder, _ table: Table, of rows: Int) throws {
        guard case .classes(let name, let classes) = encoder.target, classes.count > max(20, rows / 2),
            case .numbers = try table.column(name).values
        else { return }
        throw DatasetError.contents(
            path: table.path,
            problem: """
                column \(name) has \(classes.count) different numbers in \(rows) rows, too many for classes; to predict \
                numbers take hibari run linreg
                """)
    }
}

/// The SHA-256 of a file.
func fileHash(_ path: String) throws -> String {
    var hasher = SHA256()
    hasher.update(try readFile(path))
    return hasher.digest().hex
}
