import HibariSupport

extension TableEncoder {
    /// Makes an encoder from the training rows of a table: every column but the target is a feature.
    ///
    /// Standard deviations are those of the rows themselves (divided by N); a column without variation gets
    /// the deviation 1. Classes are in order of their bytes, or of their values if they are numbers.
    ///
    /// - Parameter known: rows whose categories and classes are known too: those that are held out, so that a rare
    ///   one among them is no stranger.
    /// - Throws: `DatasetError` if there is no such column, fewer than two classes or values of the target, a
    ///   column of more than `categoryLimit` texts, or a value missing that must not be.
    public init(
        fitting table: Table, rows: [Int]? = nil, known: [Int] = [], target: String,
        kind: TargetKind = .automatic, missing: MissingValues = .refuse
    ) throws(DatasetError) {
        let targetColumn = try table.column(target)
        let rows = rows ?? Array(0..<table.rowCount)
        var features: [Feature] = []
        for column in table.columns where column.name != targetColumn.name {
            features.append(try Self.feature(column, table, rows, known, missing))
        }
        guard !features.isEmpty else {
            throw .contents(
                path: table.path, problem: "the only column is the target; there is nothing to predict from")
        }
        self.init(
            features: features, target: try Self.target(targetColumn, table, rows, known, kind, missing),
            missing: missing)
    }

    private static func feature(
        _ column: TableColumn, _ table: Table, _ rows: [Int], _ known: [Int], _ missing: MissingValues
    ) throws(DatasetError) -> Feature {
        let present = rows.filter { !column.isMissing($0) }
        if missing == .refuse, let row = rows.first(where: column.isMissing) {
            throw table.cellError(
                row, column,
                "the value is missing; fill it in, leave out the row, or let missing values be dropped or averaged"
            )
        }
        guard !present.isEmpty else {
            throw .contents(path: table.path, problem: "column \(column.name) has no values; leave it out")
        }
        switch column.values {
        case .numbers(let numbers):
            let mean = present.reduce(0) { $0 + numbers[$1] } / Double(present.count)
            let variance =
                present.reduce(0) { $0 + (numbers[$1] - mean) * (numbers[$1] - mean) } / Double(present.count)
            // Below the rounding errors of the sums there is no variation.
            let hasVariation = variance.squareRoot() > abs(mean) * 1e-12
            guard mean.isFinite, variance.isFinite else {
                throw .contents(
                    path: table.path,
                    problem: "the numbers of column \(column.name) are too large to standardize")
            }
            return .number(name: column.name, mean: mean, deviation: hasVariation ? variance.squareRoot() : 1)
        case .categories(let codes, let names):
            let used = Set((present + known).map { Int(codes[$0]) }).subtracting([-1]).sorted()
            guard used.count <= categoryLimit else {
                throw .contents(
                    path: table.path,
                    problem: """
                        column \(column.name) has \(used.count) different texts, too many for categories; leave it out
                        """)
            }
            return .category(name: column.name, categories: used.map { names[$0] })
        }
    }

    private static func target(
        _ column: TableColumn, _ table: Table, _ rows: [Int], _ known: [Int], _ kind: TargetKind,
        _ missing: MissingValues
    ) throws(DatasetError) -> Target {
        if missing != .drop, let row = rows.first(where: column.isMissing) {
            throw table.cellError(
                row, column, "the target is missing; fill it in, or let such rows be dropped")
        }
        let present = rows.filter { !column.isMissing($0) }
        if kind == .number || kind == .automatic && column.isNumeric {
            guard column.isNumeric else {
                throw table.cellError(
                    rows.first ?? 0, column,
                    "the target holds text, not numbers; choose a task that predicts classes")
            }
            return .number(name: column.name)
        }
        let (codes, names) = column.categories
        let trained = Set(present.map { Int(codes[$0]) })
        let used = trained.union(known.map { Int(codes[$0]) }).subtracting([-1]).sorted()
        guard trained.count >= 2 else {
            let only = trained.first.map { "only \(quoted(names[$0]))" } ?? "no value"
            throw .contents(
                path: table.path,
                problem: "column \(column.name) has \(only); a classifier needs at least two classes")
        }
        guard used.count <= categoryLimit else {
            throw .contents(
                path: table.path,
                problem: """
                    column \(column.name) has \(used.count) different values, too many for classes; choose a task that \
                    predicts a number
                    """)
        }
        return .classes(name: column.name, names: used.map { names[$0] })
    }
}
