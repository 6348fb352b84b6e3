import HibariSupport

/// The cells of one column of a text, to be turned into numbers or categories.
struct ColumnCells {
    let text: DelimitedText
    let name: String
    let column: Int
    /// The first record that is a row.
    let first: Int

    private var rows: Range<Int> { first..<text.recordCount }

    func values(_ options: TableOptions) throws(DatasetError) -> TableColumn.Values {
        if options.texts.contains(name) { return categories { $0.isEmpty } }
        if options.categorical.contains(name) { return categories() }
        var numbers: [Double] = []
        numbers.reserveCapacity(rows.count)
        var (firstText, firstComma): (Int?, Int?)
        var (numberCount, textCount, commaCount) = (0, 0, 0)
        for record in rows {
            let cell = text.field(record, column)
            if let number = parseNumber(cell) {
                numbers.append(number)
                numberCount += 1
            } else {
                numbers.append(.nan)
                if isMissing(cell) { continue }
                textCount += 1
                firstText = firstText ?? record
                if isDecimalComma(cell) {
                    commaCount += 1
                    firstComma = firstComma ?? record
                }
            }
        }
        guard let firstText else { return .numbers(numbers) }
        if let firstComma, 2 * commaCount > textCount {
            throw cellError(
                firstComma,
                "has a comma in a number; write decimals with a point (3.14), and thousands without a mark")
        }
        if numberCount > textCount || options.numeric.contains(name) {
            throw cellError(
                firstText,
                """
                is not a number, as the rest of the column is; correct it, or leave the cell empty if the value is not \
                known
                """)
        }
        return categories()
    }

    private func cellError(_ record: Int, _ problem: String) -> DatasetError {
        .cell(
            path: text.path, row: record - first + 1, line: text.lines[record], column: name,
            problem: "\(quoted(text.string(record, column))) \(problem)")
    }

    private func categories(
        isMissing: (ArraySlice<UInt8>) -> Bool = isMissing
    ) -> TableColumn.Values {
        var numberOf: [[UInt8]: Int32] = [:]
        var texts: [[UInt8]] = []
        var codes: [Int32] = []
        codes.reserveCapacity(rows.count)
        for record in rows {
            let cell = text.field(record, column)
            if isMissing(cell) {
                codes.append(-1)
                continue
            }
            let key = Array(cell)
            if let code = numberOf[key] {
                codes.append(code)
            } else {
                let code = Int32(texts.count)
                numberOf[key] = code
                texts.append(key)
                codes.append(code)
            }
        }
        let order = texts.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
        var place = [Int32](repeating: 0, count: texts.count)
        for (new, old) in order.enumerated() { place[old] = Int32(new) }
        return .categories(
            codes.map { $0 < 0 ? $0 : place[Int($0)] },
            names: order.map { String(decoding: texts[$0], as: UTF8.self) })
    }
}

/// Whether a cell says that its value is not known.
func isMissing(_ cell: ArraySlice<UInt8>) -> Bool {
    cell.count <= 4 && Table.missingTexts.contains { cell.elementsEqual($0.utf8) }
}

/// Whether a cell is digits, a comma and digits: a number as much of Europe writes it, or one with a thousands mark.
func isDecimalComma(_ cell: ArraySlice<UInt8>) -> Bool {
    let digits = cell.first == UInt8(ascii: "-") || cell.first == UInt8(ascii: "+") ? cell.dropFirst() : cell
    let parts = digits.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    return parts.count == 2
        && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
}

/// A decimal number such as 3, −0.5, 1e-3, .5; nil for anything else, also for infinity and what is beyond
/// the range of `Double`.
func parseNumber(_ cell: ArraySlice<UInt8>) -> Double? {
    var index = cell.startIndex
    var isNegative = false
    if index < cell.endIndex, cell[index] == UInt8(ascii: "-") || cell[index] == UInt8(ascii: "+") {
        isNegative = cell[index] == UInt8(ascii: "-")
        index += 1
    }
    var digits: UInt64 = 0
    var digitCount = 0
    var scale = 0
    var hasPoint = false
    while index < cell.endIndex {
        let byte = cell[index]
        if byte == UInt8(ascii: "."), !hasPoint {
            hasPoint = true
        } else if (0x30...0x39).contains(byte) {
            digits = digits &* 10 &+ UInt64(byte - 0x30)
            digitCount += 1
            if hasPoint { scale += 1 }
        } else {
            break
        }
        index += 1
    }
    if digitCount == 0 { return nil }
    // Up to 15 digits and a power of ten up to 10²² are exact in float64, so that one division rounds rightly.
    if index == cell.endIndex, digitCount <= 15, scale <= 22 {
        let value = Double(digits) / powersOfTen[scale]
        return isNegative ? -value : value
    }
    if index < cell.endIndex {
        guard cell[index] == UInt8(ascii: "e") || cell[index] == UInt8(ascii: "E") else { return nil }
        var exponent = cell[(index + 1)...]
        if let sign = exponent.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            exponent = exponent.dropFirst()
        }
        guard !exponent.isEmpty, exponent.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    }
    guard let value = Double(String(decoding: cell, as: UTF8.self)), value.isFinite else { return nil }
    return value
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
]
