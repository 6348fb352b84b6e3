/// The shapes of points, one per class, so that classes differ by more than color.
enum PointMarker {
    /// Around the origin, in pixels: circle, triangle, square, diamond, cross, triangle on its tip.
    private static let shapes = [
        "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z", "M0-4.6L4.2 3.2H-4.2z", "M-3.3-3.3H3.3V3.3H-3.3z",
        "M0-4.7L4.7 0L0 4.7L-4.7 0z", "M-1.4-4.2H1.4V-1.4H4.2V1.4H1.4V4.2H-1.4V1.4H-4.2V-1.4H-1.4z",
        "M0 4.6L4.2-3.2H-4.2z",
    ]
    /// Where points are many.
    private static let smallScale = 0.6

    /// Adds the definitions that `write` refers to; once in a page.
    static func writeDefinitions(to markup: inout Markup) {
        markup.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "width": "0", "height": "0",
                "style": "position:absolute",
                "aria-hidden": "true",
            ]
        ) { markup in
            markup.element("defs") { markup in
                for (index, shape) in shapes.enumerated() {
                    markup.leaf("path", ["id": "m\(index)", "d": shape])
                    markup.leaf("path", ["id": "n\(index)", "d": shape, "transform": "scale(\(smallScale))"])
                }
            }
        }
        markup.newLine()
    }

    /// Adds a point of series or class `index` at a place from 0 to 1 in both directions.
    static func write(
        to markup: inout Markup, _ index: Int, x: Double, y: Double, isSmall: Bool = false, title: String = ""
    ) {
        let name = "#\(isSmall ? "n" : "m")\(index % shapes.count)"
        let (x, y) = (percentage(x), percentage(1 - y))
        let kind = "point s\(index % Palette.seriesOnLight.count)"
        if title.isEmpty { return markup.leaf("use", ["href": name, "class": kind, "x": x, "y": y]) }
        markup.element("use", ["href": name, "class": kind, "x": x, "y": y]) {
            $0.element("title", text: title)
        }
    }

    /// Adds the point alone, for a legend.
    static func writeKey(to markup: inout Markup, _ index: Int) {
        markup.element(
            "svg",
            ["xmlns": "http://www.w3.org/2000/svg", "width": "10", "height": "10", "aria-hidden": "true"]
        ) { markup in
            write(to: &markup, index, x: 0.5, y: 0.5)
        }
    }
}
