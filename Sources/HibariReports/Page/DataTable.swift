/// A table with a row of headings. Columns that hold only numbers are aligned right.
public struct DataTable: ReportBlock, Equatable {
    public var title: String
    public var columns: [String]
    public var rows: [[String]]
    public var isWide: Bool

    /// - Precondition: each row has as many cells as there are columns.
    public init(title: String = "", columns: [String], rows: [[String]], isWide: Bool = false) {
        precondition(
            rows.allSatisfy { $0.count == columns.count },
            "table \(title): each row needs \(columns.count) cells")
        self.title = title
        self.columns = columns
        self.rows = rows
        self.isWide = isWide
    }

    public func write(to markup: inout Markup) {
        markup.element("figure") { markup in
            if !title.isEmpty { markup.element("figcaption", text: title) }
            writeRows(to: &markup)
        }
    }

    func writeRows(to markup: inout Markup) {
        let classes = columns.indices.map { isNumeric($0) ? "number" : "words" }
        markup.element("div", ["class": "scroll", "tabindex": "0"]) { markup in
            markup.element("table") { markup in
                markup.element("thead") { markup in
                    markup.element("tr") { markup in
                        for (name, kind) in zip(columns, classes) {
                            markup.element("th", ["scope": "col", "class": kind], text: name)
                        }
                    }
                }
                markup.element("tbody") { markup in
                    for row in rows {
                        markup.element("tr") { markup in
                            for (cell, kind) in zip(row, classes) {
                                markup.element("td", ["class": kind], text: cell)
                            }
                        }
                    }
                }
            }
        }
    }

    public func lines(_ style: TerminalStyle) -> [String] {
        let widths = columns.indices.map { column in
            ([columns[column]] + rows.map { $0[column] }).map(displayWidth).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let aligned = cells.enumerated().map { column, cell in
                filled(cell, widths[column], fromRight: isNumeric(column))
            }.joined(separator: "  ")
            return clipped(aligned, style.width)
        }
        return (title.isEmpty ? [] : [title]) + ([columns] + rows).map(line)
    }

    private func isNumeric(_ column: Int) -> Bool {
        !rows.isEmpty
            && rows.allSatisfy { row in
                guard let first = row[column].unicodeScalars.first(where: { $0 != "-" && $0 != "±" }) else {
                    return true
                }
                return ("0"..."9").contains(first) || first == "∞" || row[column] == "NaN"
            }
    }
}

/// Names and what they stand for.
public struct KeyValueTable: ReportBlock, Equatable {
    public var title: String
    public var rows: [Row]

    /// A name and its value.
    public struct Row: Sendable, Equatable {
        public var name, value: String
        /// Whether the value is text of a program (a hash, a path), to be set in a fixed width.
        public var isCode: Bool

        public init(_ name: String, _ value: String, isCode: Bool = false) {
            self.name = name
            self.value = value
            self.isCode = isCode
        }
    }

    public init(title: String = "", _ rows: [Row]) {
        self.title = title
        self.rows = rows
    }

    public func write(to markup: inout Markup) {
        markup.element("figure") { markup in
            if !title.isEmpty { markup.element("figcaption", text: title) }
            markup.element("table", ["class": "pairs"]) { markup in
                markup.element("tbody") { markup in
                    for row in rows {
                        markup.element("tr") { markup in
                            markup.element("th", ["scope": "row"], text: row.name)
                            markup.element("td") { markup in
                                if row.isCode {
                                    markup.element("code", text: row.value)
                                } else {
                                    markup.text(row.value)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    public func lines(_ style: TerminalStyle) -> [String] {
        let width = rows.map { displayWidth($0.name) }.max() ?? 0
        return (title.isEmpty ? [] : [title]) + rows.map { filled($0.name, width + 2) + $0.value }
    }
}
