import HibariSupport

extension Table {
    /// The texts of a cell that mean that its value is missing.
    public static let missingTexts = ["", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None"]

    /// More text than this is not taken into memory, decompressed.
    static let byteLimit = 1 << 30

    /// Reads comma-, semicolon-, tab- or bar-separated text, also compressed with gzip.
    ///
    /// Unless `options` says so, the cells of the first record tell whether it is a header; without one the columns
    /// are called 1, 2, …. A column most of whose values are numbers is a number column, any other a column of
    /// categories. Scikit-learn's own files, whose first line has the numbers of rows and columns and the names of
    /// the classes, are read too, as columns x1, x2, … and target.
    ///
    /// - Throws: `DataError` if the file cannot be read; `DatasetError` with line, row and column for text that
    ///   is not UTF-8, a first record that may be a header or a row, records of different lengths, text in a number
    ///   column, decimal commas; for more than 1 GiB of text or `DelimitedText.cellLimit` cells.
    public init(contentsOf path: String, options: TableOptions = TableOptions()) throws {
        let bytes = try textBytes(path)
        let text = try DelimitedText(
            path: path, bytes: bytes, delimiter: options.delimiter ?? detectDelimiter(bytes))
        let classNames = options.hasHeader == nil ? scikitLearnClasses(text) : nil
        let hasHeader = try classNames == nil && (options.hasHeader ?? text.findsHeader())
        let first = hasHeader || classNames != nil ? 1 : 0
        guard text.recordCount > first else {
            throw DatasetError.contents(
                path: path, problem: hasHeader ? "a header and no rows" : "no rows in it")
        }
        let width = text.fieldCount(hasHeader ? 0 : first)
        try requireWidth(width, text, from: first, hasHeader: hasHeader)
        let names = try columnNames(text, width, hasHeader: hasHeader, isScikitLearn: classNames != nil)
        let options = try options.named(names, path: path)
        var columns: [TableColumn] = []
        for (index, name) in names.enumerated() where !options.ignored.contains(name) {
            let cells = ColumnCells(text: text, name: name, column: index, first: first)
            let column = TableColumn(name: name, values: try cells.values(options))
            columns.append(index == width - 1 ? named(column, classNames) : column)
        }
        self.init(path: path, columns: columns, lines: Array(text.lines.dropFirst(first)))
    }
}

extension TableOptions {
    /// The same with the names of the columns that were given by place.
    fileprivate func named(_ names: [String], path: String) throws(DatasetError) -> TableOptions {
        func named(_ columns: Set<String>) throws(DatasetError) -> Set<String> {
            var found: Set<String> = []
            for column in columns.sorted() {
                found.insert(names[try columnPlace(column, among: names, path: path)])
            }
            return found
        }
        var options = self
        options.categorical = try named(categorical)
        options.texts = try named(texts)
        options.numeric = try named(numeric)
        options.ignored = try named(ignored)
        return options
    }
}

/// The file without byte order mark, checked to be text in UTF-8.
private func textBytes(_ path: String) throws -> ArraySlice<UInt8> {
    let bytes = try DataFile(path: path).read(upTo: Table.byteLimit + 1)
    if bytes.count > Table.byteLimit {
        throw DatasetError.contents(path: path, problem: "more than 1 GiB of text; give a part of it")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        throw DatasetError.contents(path: path, problem: "the text is UTF-16; save it as UTF-8")
    }
    func line(_ offset: Int) -> Int { bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1 }
    if let offset = bytes.firstIndex(of: 0) {
        throw DatasetError.line(
            path: path, line: line(offset),
            problem: "a zero byte; this is not a text file of rows and columns")
    }
    if let offset = firstInvalidUTF8(in: bytes) {
        throw DatasetError.line(
            path: path, line: line(offset),
            problem: "byte \(offset) is not valid UTF-8; save the file as UTF-8")
    }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
}

/// The names of the classes if the first line is `ROWS,COLUMNS,NAME,…` and true; nil for any other file.
private func scikitLearnClasses(_ text: DelimitedText) -> [String]? {
    guard text.recordCount > 1, text.fieldCount(0) >= 2, let rows = Int(text.string(0, 0)),
        let columns = Int(text.string(0, 1)), rows == text.recordCount - 1, columns > 0,
        columns == text.fieldCount(1) - 1
    else { return nil }
    return (2..<text.fieldCount(0)).map { text.string(0, $0) }
}

private func requireWidth(
    _ width: Int, _ text: DelimitedText, from first: Int, hasHeader: Bool
) throws(DatasetError) {
    for record in first..<text.recordCount where text.fieldCount(record) != width {
        let fields = text.fieldCount(record)
        throw .line(
            path: text.path, line: text.lines[record],
            problem: """
                row \(record - first + 1) has \(fields) column\(fields == 1 ? "" : "s") where the \
                \(hasHeader ? "header" : "first row") has \(width); a column whose text has the delimiter in it \
                needs quotes
                """)
    }
}

private func columnNames(
    _ text: DelimitedText, _ width: Int, hasHeader: Bool, isScikitLearn: Bool
) throws(DatasetError) -> [String] {
    if isScikitLearn { return (1..<width).map { "x\($0)" } + ["target"] }
    if !hasHeader { return (1...width).map { "\($0)" } }
    // A column without a name, as pandas writes its index, is called by its place.
    let given = (0..<width).map { text.string(0, $0) }
    let taken = Set(given)
    let names = given.enumerated().map { index, name in
        if !name.isEmpty { return name }
        return taken.contains("\(index + 1)") ? "column \(index + 1)" : "\(index + 1)"
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
        throw .line(
            path: text.path, line: text.lines[0],
            problem: """
                two columns are called \(quoted(name)); rename one, or say with --no-header that this is the first row
                """)
    }
    return names
}

/// Class numbers with the names of the classes; unchanged if there are no names or they do not fit.
private func named(_ column: TableColumn, _ names: [String]?) -> TableColumn {
    guard case .numbers(let numbers) = column.values, let names, !names.isEmpty else { return column }
    var codes: [Int32] = []
    for number in numbers {
        guard let code = Int32(exactly: number), names.indices.contains(Int(code)) else { return column }
        codes.append(code)
    }
    return TableColumn(name: column.name, values: .categories(codes, names: names))
}
