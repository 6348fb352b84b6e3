/// Horizontal bars with their names and values, longest name first or not: the order is the caller's.
public struct BarChart: Chart {
    public var title, caption: String
    public var bars: [Bar]
    /// How values are written.
    public var format: @Sendable (Double) -> String

    /// A bar and its label.
    public struct Bar: Sendable, Equatable {
        public var name: String
        public var value: Double
        /// Which color: bars of one series share one.
        public var series: Int

        public init(_ name: String, _ value: Double, series: Int = 0) {
            self.name = name
            self.value = value
            self.series = series
        }
    }

    public init(
        title: String, bars: [Bar], caption: String = "",
        format: @escaping @Sendable (Double) -> String = { readable($0) }
    ) {
        self.title = title
        self.bars = bars
        self.caption = caption
        self.format = format
    }

    /// More bars than this are left to the table.
    static let limit = 60
    private static let rowHeight = 27

    /// The range of bars: always from or to zero.
    var axis: Axis { Axis(showing: bars.map(\.value), includesZero: true) }

    public func writePicture(to markup: inout Markup) {
        let shown = bars.prefix(Self.limit)
        let axis = axis
        // Values stand right of bars above zero and left of those below, outside the frame at the ends.
        let longest = shown.map { displayWidth(format($0.value)) }.max() ?? 0
        let names = min(150, 16 + 7 * (shown.map { displayWidth($0.name) }.max() ?? 0))
        let room = 14 + 7 * longest
        let leftRoom = shown.contains { $0.value < 0 } ? room : 0
        let zero = axis.clampedPosition(0) ?? 0
        let style = "--left:\(names + leftRoom)px;padding:4px \(room)px 4px \(names + leftRoom)px"
        markup.element("div", ["class": "plot", "style": style]) { markup in
            markup.element(
                "svg",
                [
                    "xmlns": "http://www.w3.org/2000/svg", "class": "frame",
                    "style": "height:\(max(1, shown.count) * Self.rowHeight)px", "role": "img",
                    "aria-label": summary,
                ]
            ) { markup in
                for (row, bar) in shown.enumerated() {
                    writeBar(bar, row, axis, names: names + leftRoom, to: &markup)
                }
                markup.leaf(
                    "line", ["class": "axis", "x1": percentage(zero), "x2": percentage(zero), "y2": "100%"])
            }
        }
        if bars.count > Self.limit {
            markup.element(
                "p", ["class": "caption"], text: "\(Self.limit) of \(grouped(bars.count)) bars are drawn.")
        }
    }

    private func writeBar(_ bar: Bar, _ row: Int, _ axis: Axis, names: Int, to markup: inout Markup) {
        let top = row * Self.rowHeight
        let middle = "\(top + Self.rowHeight / 2)"
        let zero = axis.clampedPosition(0) ?? 0
        markup.element(
            "text", ["class": "value", "x": "\(8 - names)", "y": middle, "dy": ".33em"],
            text: clipped(bar.name, 19))
        let end = axis.clampedPosition(bar.value)
        if let end {
            markup.element(
                "rect",
                [
                    "class": "bar s\(bar.series % 8)", "x": percentage(min(zero, end)), "y": "\(top + 5)",
                    "width": percentage(abs(end - zero)), "height": "\(Self.rowHeight - 10)", "rx": "2",
                ]
            ) { $0.element("title", text: "\(bar.name): \(format(bar.value))") }
        }
        let isBelow = bar.value < 0
        markup.element(
            "text",
            [
                "class": isBelow ? "end" : "begin", "x": percentage(end ?? zero), "y": middle,
                "dx": isBelow ? "-6" : "6", "dy": ".33em",
            ], text: format(bar.value))
    }

    private var summary: String {
        "Bar chart. \(title). "
            + bars.prefix(12).map { "\($0.name): \(format($0.value))" }.joined(separator: "; ")
    }

    public var table: DataTable {
        DataTable(columns: ["name", "value"], rows: bars.prefix(500).map { [$0.name, format($0.value)] })
    }
}
