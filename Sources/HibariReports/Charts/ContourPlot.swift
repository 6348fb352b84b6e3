import Glibc

/// A surface over a plane, as colors and contour lines, with paths over it: optimizers on their way down, or the loss
/// around a minimum.
public struct ContourPlot: Chart {
    public var title, caption, xLabel, yLabel: String
    public let xRange, yRange: ClosedRange<Double>
    /// The value at grid points that reach from end to end of both ranges.
    public let surface: ScalarGrid
    /// Paths of (x, y), from a ring to a filled point.
    public var paths: [Path]
    /// Whether levels are spaced by factors above the lowest value; for surfaces with a deep valley.
    public var scale: AxisScale
    public var levelCount: Int

    /// A line over the surface, point by point.
    public struct Path: Sendable {
        public var name: String
        public var x, y: [Double]

        /// - Precondition: as many x as y.
        public init(_ name: String, x: [Double], y: [Double]) {
            precondition(x.count == y.count, "path \(name): \(x.count) x for \(y.count) y")
            self.name = name
            self.x = x
            self.y = y
        }
    }

    public init(
        title: String, surface: ScalarGrid, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
        paths: [Path] = [], scale: AxisScale = .linear, levelCount: Int = 10, xLabel: String = "",
        yLabel: String = "", caption: String = ""
    ) {
        self.title = title
        self.surface = surface
        self.xRange = xRange
        self.yRange = yRange
        self.paths = paths
        self.scale = scale
        self.levelCount = levelCount
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.caption = caption
    }

    /// The lowest and the highest value; nil if no value is finite.
    private var extent: (low: Double, high: Double)? {
        let finite = surface.values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return nil }
        return (low, high)
    }

    /// How high a value is between the lowest (0) and the highest (1), in the spacing of the levels.
    func relativeHeight(_ value: Double, _ extent: (low: Double, high: Double)) -> Double {
        let span = extent.high - extent.low
        guard span > 0, span.isFinite else { return 0 }
        let share = (value - extent.low) / span
        return scale == .linear ? share : log1p(Self.steepness * share) / log1p(Self.steepness)
    }

    /// Log levels reach from 1/steepness of the height upwards.
    private static let steepness = 2000.0

    /// The values of the contour lines.
    var levels: [Double] {
        guard let extent, extent.high > extent.low, (extent.high - extent.low).isFinite else { return [] }
        return (1...max(1, levelCount)).map { step in
            let share = Double(step) / Double(levelCount + 1)
            let height = scale == .linear ? share : expm1(share * log1p(Self.steepness)) / Self.steepness
            return extent.low + height * (extent.high - extent.low)
        }
    }

    private var picture: Picture {
        let (color, extent) = (Palette.inPictures(0), extent ?? (0, 1))
        var pixels: [UInt8] = []
        for row in (0..<surface.rows).reversed() {
            for column in 0..<surface.columns {
                let value = surface[column, row]
                let depth = value.isFinite ? 1 - relativeHeight(value, extent) : 0
                pixels += [color.red, color.green, color.blue, UInt8(150 * min(1, max(0, depth)))]
            }
        }
        return Picture(width: surface.columns, height: surface.rows, .rgba, pixels)
    }

    public func writePicture(to markup: inout Markup) {
        writeLegend(to: &markup)
        let frame = PlotFrame(
            x: Axis(xRange), y: Axis(yRange), xLabel: xLabel, yLabel: yLabel, summary: summary, height: nil,
            hasGrid: false)
        frame.write(to: &markup) { markup in
            if surface.columns > 1, surface.rows > 1 { writeSurface(to: &markup) }
            markup.leaf("rect", ["class": "outline", "width": "100%", "height": "100%"])
            PlotFrame.stretched(&markup) { markup in
                for (index, path) in paths.enumerated() {
                    let points = pathPoints(path, frame)
                    markup.leaf(
                        "path",
                        ["class": "line s\((index + 1) % 8) dash\(index % 3)", "d": PlotFrame.path(points)])
                }
            }
            for (index, path) in paths.enumerated() {
                let points = pathPoints(path, frame).compactMap { $0 }
                guard let last = points.last else { continue }
                PointMarker.write(to: &markup, index + 1, x: last.x, y: last.y, title: "\(path.name): end")
            }
        }
        if let extent {
            markup.element(
                "p", ["class": "caption"],
                text: "Stronger color is lower: from \(readable(extent.low)) to \(readable(extent.high))"
                    + (scale == .logarithmic ? ", levels spaced by factors." : "."))
        }
    }

    private func writeSurface(to markup: inout Markup) {
        let (columns, rows) = (Double(surface.columns - 1), Double(surface.rows - 1))
        markup.leaf(
            "image",
            ["href": picture.dataAddress, "width": "100%", "height": "100%", "preserveAspectRatio": "none"])
        PlotFrame.stretched(&markup) { markup in
            for level in levels {
                let path = surface.contour(at: level) {
                    ($0 / columns * PlotFrame.unit, (1 - $1 / rows) * PlotFrame.unit)
                }
                guard !path.isEmpty else { continue }
                markup.element("path", ["class": "contour", "d": path]) {
                    $0.element("title", text: readable(level))
                }
            }
        }
    }

    /// A path ends where it leaves the plane by more than a little.
    private func pathPoints(_ path: Path, _ frame: PlotFrame) -> [(x: Double, y: Double)?] {
        zip(path.x, path.y).map { x, y in
            guard let across = frame.x.position(x), let up = frame.y.position(y),
                (-0.01...1.01).contains(across), (-0.01...1.01).contains(up)
            else { return nil }
            return (across, up)
        }
    }

    private func writeLegend(to markup: inout Markup) {
        guard !paths.isEmpty else { return }
        markup.element("ul", ["class": "legend"]) { markup in
            for (index, path) in paths.enumerated() {
                markup.element("li") { markup in
                    PointMarker.writeKey(to: &markup, index + 1)
                    markup.text(path.name)
                }
            }
        }
    }

    private var summary: String {
        "Contour plot. \(title). "
            + paths.map { path in
                guard let x = path.x.last, let y = path.y.last else { return "\(path.name): empty" }
                return "\(path.name): \(path.x.count) points, ends at (\(readable(x)), \(readable(y)))"
            }.joined(separator: "; ")
    }

    public var table: DataTable {
        DataTable(
            columns: ["path", "points", "last x", "last y"],
            rows: paths.map {
                [$0.name, grouped($0.x.count), readable($0.x.last ?? .nan), readable($0.y.last ?? .nan)]
            })
    }
}
