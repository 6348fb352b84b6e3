/// A matrix as colors: strong where the value is far from zero, one color above and another below it.
public struct Heatmap: Chart {
    public var title, caption: String
    /// The name of the vertical and of the horizontal direction.
    public var rowTitle, columnTitle: String
    public var rowNames, columnNames: [String]
    /// Row by row.
    public var values: [Double]
    /// What decides the strength of a color, from -1 to 1; nil for the values, divided by the largest.
    public var strengths: [Double]?
    /// How numbers in cells are written; nil for none.
    public var format: (@Sendable (Double) -> String)?

    /// - Precondition: as many values (and strengths) as rows times columns.
    public init(
        title: String, rowNames: [String], columnNames: [String], values: [Double],
        strengths: [Double]? = nil,
        rowTitle: String = "", columnTitle: String = "", caption: String = "",
        format: (@Sendable (Double) -> String)? = { readable($0, digits: 3) }
    ) {
        precondition(
            values.count == rowNames.count * columnNames.count
                && strengths?.count ?? values.count == values.count,
            "heatmap \(title): \(values.count) values for \(rowNames.count) rows and \(columnNames.count) columns"
        )
        self.title = title
        self.rowNames = rowNames
        self.columnNames = columnNames
        self.values = values
        self.strengths = strengths
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.caption = caption
        self.format = format
    }

    /// Larger matrices are drawn as a picture of one pixel a cell.
    private static let cellLimit = 1600
    /// Numbers and names fit up to this many columns.
    private static let namedLimit = 30

    public var isWide: Bool { columnNames.count > 20 && columnNames.count <= Self.namedLimit }

    private var relativeStrengths: [Double] {
        if let strengths { return strengths }
        let largest = values.filter(\.isFinite).map(abs).max() ?? 0
        return values.map { largest > 0 ? $0 / largest : 0 }
    }

    public func writePicture(to markup: inout Markup) {
        let (rows, columns) = (rowNames.count, columnNames.count)
        guard rows > 0, columns > 0 else {
            return markup.element("p", ["class": "caption"], text: "No values.")
        }
        let isNamed = columns <= Self.namedLimit && rows <= Self.namedLimit
        let longestRow = isNamed ? rowNames.map { displayWidth(clipped($0, 16)) }.max() ?? 0 : 0
        let longestColumn = isNamed ? columnNames.map { displayWidth(clipped($0, 16)) }.max() ?? 0 : 0
        let isTilted = longestColumn > 3
        let left = 14 + 7 * longestRow
        let top = 8 + (isTilted ? 12 + 5 * longestColumn : isNamed ? 16 : 0) + (columnTitle.isEmpty ? 0 : 20)
        let right = isTilted ? 8 + 4 * longestColumn : 8
        let limit = left + right + max(260, columns * (format == nil ? 34 : 52))
        let style = "--left:\(left)px;padding:\(top)px \(right)px 8px \(left)px;max-width:\(limit)px"
        if !rowTitle.isEmpty {
            markup.element(
                "p", ["class": "caption"], text: "Rows: \(rowTitle); columns: \(columnTitle)")
        }
        markup.element("div", ["class": "plot", "style": style]) { markup in
            markup.element(
                "svg",
                [
                    "xmlns": "http://www.w3.org/2000/svg", "class": "frame", "role": "img",
                    "aria-label": summary,
                    "style": "aspect-ratio:\(columns)/\(rows);font-size:\(columns > 12 ? 10 : 12)px",
                ]
            ) { markup in
                if values.count > Self.cellLimit { writeImage(to: &markup) } else { writeCells(to: &markup) }
                if isNamed { writeNames(isTilted, to: &markup) }
            }
        }
    }

    private func writeCells(to markup: inout Markup) {
        let (rows, columns) = (Double(rowNames.count), Double(columnNames.count))
        let strengths = relativeStrengths
        let showsNumbers = format != nil && columnNames.count <= 14
        for (index, value) in values.enumerated() {
            let (row, column) = (index / columnNames.count, index % columnNames.count)
            let strength = value.isFinite ? strengths[index] : 0
            markup.element(
                "rect",
                [
                    "class": strength < 0 ? "cold" : "heat",
                    "fill-opacity": coordinate(0.05 + 0.95 * min(1, abs(strength))),
                    "x": percentage((Double(column) + 0.02) / columns),
                    "y": percentage((Double(row) + 0.02) / rows),
                    "width": percentage(0.96 / columns), "height": percentage(0.96 / rows),
                ]
            ) { $0.element("title", text: "\(rowNames[row]), \(columnNames[column]): \(readable(value))") }
            guard showsNumbers, let text = format?(value), !text.isEmpty else { continue }
            markup.element(
                "text",
                [
                    "class": abs(strength) > 0.5 ? "middle strong" : "middle value",
                    "x": percentage((Double(column) + 0.5) / columns),
                    "y": percentage((Double(row) + 0.5) / rows),
                    "dy": ".34em",
                ], text: text)
        }
    }

    private func writeImage(to markup: inout Markup) {
        let (warm, cold) = (Palette.inPictures(0), Palette.inPictures(1))
        var pixels: [UInt8] = []
        for (value, strength) in zip(values, relativeStrengths) {
            let color = strength < 0 ? cold : warm
            let alpha = value.isFinite ? UInt8(255 * min(1, abs(strength))) : 0
            pixels += [color.red, color.green, color.blue, alpha]
        }
        let picture = Picture(width: columnNames.count, height: rowNames.count, .rgba, pixels)
        markup.leaf(
            "image",
            [
                "href": picture.dataAddress, "width": "100%", "height": "100%", "preserveAspectRatio": "none",
                "style": "image-rendering:pixelated",
            ])
    }

    private func writeNames(_ isTilted: Bool, to markup: inout Markup) {
        for (row, name) in rowNames.enumerated() {
            markup.element(
                "text",
                [
                    "class": "end", "x": "-7", "y": percentage((Double(row) + 0.5) / Double(rowNames.count)),
                    "dy": ".33em",
                ], text: clipped(name, 16))
        }
        for (column, name) in columnNames.enumerated() {
            let place = percentage((Double(column) + 0.5) / Double(columnNames.count))
            if isTilted {
                // A frame of its own: a rotation about a place in percent cannot be written otherwise.
                markup.element("svg", ["x": place, "y": "0", "overflow": "visible"]) { markup in
                    markup.element(
                        "text", ["transform": "translate(0 -6) rotate(-40)"], text: clipped(name, 16))
                }
            } else {
                markup.element("text", ["class": "middle", "x": place, "dy": "-7"], text: name)
            }
        }
    }

    private var summary: String {
        let finite = values.filter(\.isFinite)
        return "Heatmap. \(title). \(rowNames.count) rows, \(columnNames.count) columns, values from "
            + "\(readable(finite.min() ?? .nan)) to \(readable(finite.max() ?? .nan))"
    }

    public var table: DataTable {
        guard values.count <= Self.cellLimit, !values.isEmpty else { return DataTable(columns: [], rows: []) }
        return DataTable(
            columns: [rowTitle] + columnNames,
            rows: rowNames.enumerated().map { row, name in
                [name] + columnNames.indices.map { readable(values[row * columnNames.count + $0]) }
            })
    }
}
