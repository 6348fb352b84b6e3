import HibariSupport

extension DelimitedText {
    /// Whether the first record is a header, as far as its cells tell. Empty ones say nothing.
    ///
    /// - A cell that can be no name (5.1, −3, inf, "NA"), or a text that occurs again in its column, tells a row.
    /// - A name that has only numbers below it tells a header.
    /// - Without either, texts alone are a header, and whole numbers alone are a row. Whole numbers that count the
    ///   columns from 0 are the names that pandas gives, and so a header, if a name stands beside them or one of
    ///   them stands above texts.
    ///
    /// - Throws: `DatasetError.line` where these contradict each other, or none applies.
    func findsHeader() throws(DatasetError) -> Bool {
        guard recordCount > 0 else { return false }
        let cells = (0..<fieldCount(0)).map { FirstCell(field(0, $0)) }
        let hasNames = cells.contains(.name)
        // A header without rows would be of no use: only a record of nothing but names is one.
        if recordCount == 1 { return hasNames && cells.allSatisfy { $0 == .name || $0 == .empty } }
        var tellsRow = cells.contains(.value)
        var tellsHeader = false
        var isAboveTexts = false
        for (column, cell) in cells.enumerated() where cell == .name || cell == .wholeNumber {
            let below = cellsBelow(column)
            if cell == .wholeNumber {
                isAboveTexts = isAboveTexts || below == .texts
            } else {
                tellsRow = tellsRow || below == .sameText
                tellsHeader = tellsHeader || below == .numbers
            }
        }
        let isCount = countsColumns(cells)
        if tellsRow || tellsHeader {
            if tellsRow != tellsHeader { return tellsHeader }
        } else if !cells.contains(.wholeNumber) {
            return hasNames
        } else if hasNames || isAboveTexts {
            if isCount { return true }
        } else if !isCount {
            return false
        }
        throw .line(
            path: path, line: lines[0],
            problem: "this may be a header or the first row; say which with --header or --no-header")
    }

    /// What is below the first record in a column, cells without a value aside.
    private func cellsBelow(_ column: Int) -> Below {
        let first = field(0, column)
        var found = Below.nothing
        for record in 1..<recordCount where column < fieldCount(record) {
            let cell = field(record, column)
            if parseNumber(cell) != nil {
                found = found == .nothing || found == .numbers ? .numbers : .both
            } else if cell == first {
                return .sameText
            } else if found == .nothing || found == .numbers, !isMissing(cell) {
                found = found == .nothing ? .texts : .both
            }
        }
        return found
    }

    /// Whether two or more cells are whole numbers, and those the places of their columns from 0, perhaps behind an
    /// empty cell above the numbers of the rows.
    private func countsColumns(_ cells: [FirstCell]) -> Bool {
        let places = cells.indices.filter { cells[$0] == .wholeNumber }
        let start = cells.first == .empty ? 1 : 0
        return places.count >= 2 && places.allSatisfy { field(0, $0).elementsEqual("\($0 - start)".utf8) }
    }
}

private enum Below {
    case nothing, numbers, texts, both
    /// Texts, that of the first record among them.
    case sameText
}

/// What a cell of the first record can be.
private enum FirstCell {
    case empty
    /// Digits alone: a number or a name, as 2024 is.
    case wholeNumber
    /// A number otherwise, or the text of a missing value.
    case value
    /// Any other text.
    case name

    init(_ cell: ArraySlice<UInt8>) {
        if cell.isEmpty {
            self = .empty
        } else if cell.allSatisfy({ (0x30...0x39).contains($0) }) {
            self = .wholeNumber
        } else if isMissing(cell) || isDecimalComma(cell)
            || Double(String(decoding: cell, as: UTF8.self)) != nil
        {
            self = .value
        } else {
            self = .name
        }
    }
}
