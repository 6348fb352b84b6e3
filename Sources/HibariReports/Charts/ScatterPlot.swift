/// Points of one or several classes.
public struct ScatterPlot: Chart {
    public var title, caption, xLabel, yLabel: String
    public var groups: [PointGroup]
    /// Lines through the plot: a fitted curve, a bound.
    public var curves: [Series]
    public var xScale, yScale: AxisScale

    public init(
        title: String, groups: [PointGroup], curves: [Series] = [], xLabel: String = "", yLabel: String = "",
        xScale: AxisScale = .linear, yScale: AxisScale = .linear, caption: String = ""
    ) {
        self.title = title
        self.groups = groups
        self.curves = curves
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.xScale = xScale
        self.yScale = yScale
        self.caption = caption
    }

    /// More points than this are thinned out evenly.
    private static let pointLimit = 2000

    var axes: (x: Axis, y: Axis) {
        (
            Axis(showing: groups.flatMap(\.x) + curves.flatMap(\.x), xScale, padding: 0.04),
            // A curve may run out of the frame: the points are what the plot is of.
            Axis(
                showing: groups.contains { !$0.x.isEmpty } ? groups.flatMap(\.y) : curves.flatMap(\.y),
                yScale,
                padding: 0.08)
        )
    }

    public func writePicture(to markup: inout Markup) {
        let (x, y) = axes
        writePointLegend(groups, curves, to: &markup)
        let frame = PlotFrame(x: x, y: y, xLabel: xLabel, yLabel: yLabel, summary: summary, height: 300)
        frame.write(to: &markup) { markup in
            PlotFrame.stretched(&markup) { markup in
                for (index, curve) in curves.enumerated() {
                    let thin = curve.decimated(buckets: 500)
                    let points = zip(thin.x, thin.y).map { place($0, $1, frame) }
                    markup.leaf(
                        "path",
                        [
                            "class": "line s\((groups.count + index) % 8) dash\(index % 3)",
                            "d": PlotFrame.path(points),
                        ])
                }
            }
            writePoints(groups, frame, limit: Self.pointLimit, to: &markup)
        }
        writeThinning(groups, limit: Self.pointLimit, to: &markup)
    }

    /// Of a curve only what lies inside; one that leaves the frame is not drawn along its edge.
    private func place(_ x: Double, _ y: Double, _ frame: PlotFrame) -> (x: Double, y: Double)? {
        guard let place = frame.y.position(y), (-0.02...1.02).contains(place) else { return nil }
        return frame.place(x, y)
    }

    private var summary: String {
        "Scatter plot. \(title). "
            + groups.map { "\($0.name): \(grouped($0.x.count)) points" }.joined(separator: "; ")
    }

    public var table: DataTable { pointTable(groups, xLabel, yLabel) }
}

/// The points of one class.
public struct PointGroup: Sendable {
    public var name: String
    public var x, y: [Double]

    /// - Precondition: as many x as y.
    public init(_ name: String, x: [Double], y: [Double]) {
        precondition(x.count == y.count, "points \(name): \(x.count) x for \(y.count) y")
        self.name = name
        self.x = x
        self.y = y
    }
}

/// Adds the points of all groups, at most about `limit`, groups in turn so that none covers another.
func writePoints(_ groups: [PointGroup], _ frame: PlotFrame, limit: Int, to markup: inout Markup) {
    let shown = shownIndices(groups, limit: limit)
    let total = shown.reduce(0) { $0 + $1.count }
    for place in 0..<(shown.map(\.count).max() ?? 0) {
        for (group, indices) in shown.enumerated() where place < indices.count {
            let (x, y) = (groups[group].x[indices[place]], groups[group].y[indices[place]])
            guard let point = frame.place(x, y) else { continue }
            let title = total <= 300 ? "\(groups[group].name) (\(readable(x)), \(readable(y)))" : ""
            PointMarker.write(
                to: &markup, group, x: point.x, y: point.y, isSmall: total > 300, title: title)
        }
    }
}

/// Which points of each group are drawn: all, or their share of `limit`.
func shownIndices(_ groups: [PointGroup], limit: Int) -> [[Int]] {
    let total = groups.reduce(0) { $0 + $1.x.count }
    return groups.map { group in
        total <= limit
            ? Array(group.x.indices)
            : spreadIndices(max(2, group.x.count * limit / total), below: group.x.count)
    }
}

/// Says how many points were left out, if any.
func writeThinning(_ groups: [PointGroup], limit: Int, to markup: inout Markup) {
    let total = groups.reduce(0) { $0 + $1.x.count }
    guard total > limit else { return }
    let shown = shownIndices(groups, limit: limit).reduce(0) { $0 + $1.count }
    markup.element(
        "p", ["class": "caption"], text: "\(grouped(shown)) of \(grouped(total)) points are drawn.")
}

func writePointLegend(_ groups: [PointGroup], _ curves: [Series] = [], to markup: inout Markup) {
    guard groups.count + curves.count > 1 else { return }
    markup.element("ul", ["class": "legend"]) { markup in
        for (index, group) in groups.enumerated() {
            markup.element("li") { markup in
                PointMarker.writeKey(to: &markup, index)
                markup.text(group.name)
            }
        }
        for (index, curve) in curves.enumerated() {
            markup.element("li") { markup in
                markup.element(
                    "svg",
                    [
                        "xmlns": "http://www.w3.org/2000/svg", "width": "22", "height": "8",
                        "aria-hidden": "true",
                    ]
                ) {
                    $0.leaf(
                        "path",
                        ["class": "line s\((groups.count + index) % 8) dash\(index % 3)", "d": "M0 4H22"])
                }
                markup.text(curve.name)
            }
        }
    }
}

/// The first points of each group.
func pointTable(_ groups: [PointGroup], _ xLabel: String, _ yLabel: String) -> DataTable {
    DataTable(
        columns: ["class", xLabel.isEmpty ? "x" : xLabel, yLabel.isEmpty ? "y" : yLabel],
        rows: groups.flatMap { group in
            spreadIndices(max(2, 24 / max(1, groups.count)), below: group.x.count).map {
                [group.name, readable(group.x[$0]), readable(group.y[$0])]
            }
        })
}
