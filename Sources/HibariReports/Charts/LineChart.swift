/// Lines over one horizontal axis: losses, learning rates, accuracies.
///
/// Values that are not finite, or not positive on a logarithmic axis, leave a gap. Long series are thinned out to their
/// lowest and highest points, which looks the same.
public struct LineChart: Chart {
    public var title, caption, xLabel, yLabel: String
    public var series: [Series]
    public var xScale, yScale: AxisScale
    /// Dashed level lines: a target, a value of comparison.
    public var references: [(name: String, y: Double)]
    /// In pixels.
    public var height: Int

    public init(
        title: String, series: [Series], xLabel: String = "", yLabel: String = "",
        xScale: AxisScale = .linear,
        yScale: AxisScale = .linear, references: [(name: String, y: Double)] = [], caption: String = "",
        height: Int = 240
    ) {
        self.title = title
        self.series = series
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.xScale = xScale
        self.yScale = yScale
        self.references = references
        self.caption = caption
        self.height = height
    }

    private static let buckets = 500
    /// Up to so many points, each is marked.
    private static let markedPoints = 24

    var axes: (x: Axis, y: Axis) {
        let shown = series.map { $0.smoothing > 1 ? $0.smoothed() : $0 }
        // Of a smoothed series the rare outliers of the raw points may leave the frame, not the average.
        let y = shown.flatMap(\.y) + series.flatMap { centralValues($0) } + references.map(\.y)
        return (
            Axis(showing: series.lazy.flatMap(\.x), xScale), Axis(showing: y, yScale, padding: 0.04)
        )
    }

    public func writePicture(to markup: inout Markup) {
        let (x, y) = axes
        writeLegend(to: &markup)
        let frame = PlotFrame(
            x: x, y: y, xLabel: xLabel, yLabel: yLabel, summary: summary, height: height)
        frame.write(to: &markup) { markup in
            PlotFrame.stretched(&markup) { markup in
                for reference in references {
                    guard let place = y.clampedPosition(reference.y) else { continue }
                    let level = coordinate((1 - place) * PlotFrame.unit)
                    markup.leaf("path", ["class": "reference", "d": "M0 \(level)H100"])
                }
                for (index, series) in series.enumerated() where series.smoothing > 1 {
                    writeLine(series, "line raw s\(index % 8)", frame, to: &markup)
                }
                for (index, series) in series.enumerated() {
                    let dash = index == 0 ? "" : " dash\(index % 3)"
                    let shown = series.smoothing > 1 ? series.smoothed() : series
                    writeLine(shown, "line s\(index % 8)\(dash)", frame, to: &markup)
                }
            }
            for (index, series) in series.enumerated() where series.y.count <= Self.markedPoints {
                for (xValue, yValue) in zip(series.x, series.y) {
                    guard let place = frame.place(xValue, yValue) else { continue }
                    PointMarker.write(
                        to: &markup, index, x: place.x, y: place.y,
                        title: "\(series.name): \(readable(yValue)) at \(readable(xValue))")
                }
            }
        }
    }

    private func writeLine(_ series: Series, _ kind: String, _ frame: PlotFrame, to markup: inout Markup) {
        let thin = series.decimated(buckets: Self.buckets)
        let points = zip(thin.x, thin.y).map { frame.place($0, $1) }
        markup.leaf("path", ["class": kind, "d": PlotFrame.path(points)])
    }

    private func writeLegend(to markup: inout Markup) {
        guard series.count + references.count > 1 || series.contains(where: { $0.smoothing > 1 }) else {
            return
        }
        markup.element("ul", ["class": "legend"]) { markup in
            for (index, series) in series.enumerated() {
                let kind = index == 0 ? "line s0" : "line s\(index % 8) dash\(index % 3)"
                let average = series.smoothing > 1 ? " (average over \(series.smoothing))" : ""
                writeKey(
                    series.name + average, kind,
                    (series.smoothing > 1 ? series.smoothed() : series).lastValue, to: &markup)
            }
            for reference in references { writeKey(reference.name, "reference", reference.y, to: &markup) }
        }
    }

    private func writeKey(_ name: String, _ kind: String, _ value: Double?, to markup: inout Markup) {
        markup.element("li") { markup in
            markup.element(
                "svg",
                ["xmlns": "http://www.w3.org/2000/svg", "width": "22", "height": "8", "aria-hidden": "true"]
            ) { $0.leaf("path", ["class": kind, "d": "M0 4H22"]) }
            markup.text(name)
            if let value { markup.element("b", text: readable(value)) }
        }
    }

    private var summary: String {
        let parts = series.map { series -> String in
            let finite = series.y.filter(\.isFinite)
            guard let first = finite.first, let last = finite.last else { return "\(series.name): no values" }
            let range = "between \(readable(finite.min() ?? first)) and \(readable(finite.max() ?? last))"
            return "\(series.name): from \(readable(first)) to \(readable(last)), \(range)"
        }
        return "Line chart. \(title). " + parts.joined(separator: "; ")
    }

    public var table: DataTable {
        // One row per x that a series has, thinned out; series with other x have their own rows.
        var rows: [(x: Double, cells: [String])] = []
        for (column, series) in series.enumerated() {
            for index in spreadIndices(25, below: series.y.count) {
                let position = rows.firstIndex { $0.x == series.x[index] } ?? rows.count
                if position == rows.count {
                    rows.append((series.x[index], Array(repeating: "", count: self.series.count)))
                }
                rows[position].cells[column] = readable(series.y[index])
            }
        }
        rows.sort { $0.x < $1.x }
        return DataTable(
            columns: [xLabel.isEmpty ? "x" : xLabel] + series.map(\.name),
            rows: rows.map { [readable($0.x, digits: 6)] + $0.cells })
    }
}

/// The values that decide the range of an axis: of a smoothed series all but the outermost hundredth at each end.
private func centralValues(_ series: Series) -> [Double] {
    guard series.smoothing > 1, series.y.count >= 100 else { return series.y }
    let sorted = series.y.filter(\.isFinite).sorted()
    let cut = sorted.count / 100
    return sorted.isEmpty ? [] : [sorted[cut], sorted[sorted.count - 1 - cut]]
}
