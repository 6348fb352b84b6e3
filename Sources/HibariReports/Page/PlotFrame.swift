/// The space of a plot with its axes. Whatever the width of the page, text and points keep their size: places are
/// percentages, and only lines are stretched.
struct PlotFrame {
    let x, y: Axis
    var xLabel = ""
    var yLabel = ""
    /// What a reader who cannot see the picture is told.
    let summary: String
    /// In pixels; nil for as high as wide.
    var height: Int? = 240
    var hasGrid = true

    /// The size of the inner coordinates of paths.
    static let unit = 100.0

    /// Adds the frame with what `content` draws in it.
    func write(to markup: inout Markup, content: (inout Markup) -> Void) {
        let left = max(30, 14 + 7 * (y.ticks.map { $0.label.count }.max() ?? 0))
        let form =
            "plot" + (height == nil ? " square" : "") + (yLabel.isEmpty ? " plain" : "")
            + (xLabel.isEmpty ? " short" : "")
        markup.element("div", ["class": form, "style": "--left:\(left)px"]) { markup in
            let size = height.map { "height:\($0)px" } ?? "aspect-ratio:1"
            markup.element(
                "svg",
                [
                    "xmlns": "http://www.w3.org/2000/svg", "class": "frame", "style": size, "role": "img",
                    "aria-label": summary,
                ]
            ) { markup in
                if hasGrid { writeGrid(to: &markup) }
                content(&markup)
                writeLabels(to: &markup, left: left)
            }
        }
    }

    private func writeGrid(to markup: inout Markup) {
        markup.element("g", ["class": "grid"]) { markup in
            for place in y.ticks.compactMap({ y.position($0.value) }) {
                markup.leaf(
                    "line", ["x2": "100%", "y1": percentage(1 - place), "y2": percentage(1 - place)])
            }
            for place in x.ticks.compactMap({ x.position($0.value) }) {
                markup.leaf("line", ["x1": percentage(place), "x2": percentage(place), "y2": "100%"])
            }
        }
        markup.leaf("line", ["class": "axis", "x2": "100%", "y1": "100%", "y2": "100%"])
    }

    private func writeLabels(to markup: inout Markup, left: Int) {
        for tick in y.ticks {
            guard let place = y.position(tick.value) else { continue }
            markup.element(
                "text", ["class": "end", "x": "-8", "y": percentage(1 - place), "dy": ".33em"],
                text: tick.label)
        }
        for tick in x.ticks {
            guard let place = x.position(tick.value) else { continue }
            markup.element(
                "text", ["class": "middle", "x": percentage(place), "y": "100%", "dy": "18"], text: tick.label
            )
        }
        if !xLabel.isEmpty {
            markup.element("text", ["class": "middle", "x": "50%", "y": "100%", "dy": "36"], text: xLabel)
        }
        if !yLabel.isEmpty { markup.element("text", ["x": "\(8 - left)", "dy": "-12"], text: yLabel) }
    }

    /// Adds drawings in stretched coordinates, 0 to `unit` from left to right and from top to bottom.
    static func stretched(_ markup: inout Markup, content: (inout Markup) -> Void) {
        markup.element(
            "svg",
            [
                "viewBox": "0 0 100 100", "preserveAspectRatio": "none", "width": "100%", "height": "100%",
                "overflow": "visible",
            ], content: content)
    }

    /// The path through points; a nil begins a new piece. A piece of one point is a dot.
    static func path(_ points: [(x: Double, y: Double)?]) -> String {
        var path = ""
        var pieceLength = 0
        for point in points {
            guard let point else {
                if pieceLength == 1 { path += "h0" }
                pieceLength = 0
                continue
            }
            path += pieceLength == 0 ? "M" : pieceLength == 1 ? "L" : " "
            path += coordinate(point.x * unit) + " " + coordinate((1 - point.y) * unit)
            pieceLength += 1
        }
        return pieceLength == 1 ? path + "h0" : path
    }

    /// The place of a point in the frame, nil if it has none; outside it is moved to the edge.
    func place(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double)? {
        guard let x = x.clampedPosition(xValue), let y = y.clampedPosition(yValue) else { return nil }
        return (x, y)
    }
}
