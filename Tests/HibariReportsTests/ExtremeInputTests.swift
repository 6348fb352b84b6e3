import HibariReports
import Testing

/// Charts of nothing, of one point, of what is no number, of a million points: every one a whole page.
@Suite struct ExtremeInputTests {
    private static let inputs: [[Double]] = [
        [], [3], [.nan], [.infinity, -.infinity], [0, 0, 0], [1e308, -1e308],
        [.leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude],
        [1, .nan, 2, .infinity, 3],
        [1e-300, 1e300], [-1, -2],
    ]

    @Test(arguments: inputs)
    func everyChart(_ values: [Double]) throws {
        let backwards = Array(values.reversed())
        let names = values.indices.map { "n\($0)" }
        let size = values.count
        var blocks: [any ReportBlock] = []
        for scale in [AxisScale.linear, .logarithmic] {
            blocks += [
                LineChart(title: "line", series: [Series("a", y: values, smoothing: 3)], yScale: scale),
                LineChart(
                    title: "line", series: [Series("a", x: values, y: backwards), Series("none", y: [])],
                    xScale: scale),
                ScatterPlot(
                    title: "scatter", groups: [PointGroup("a", x: values, y: backwards)], xScale: scale,
                    yScale: scale),
            ]
        }
        blocks += [
            BarChart(title: "bars", bars: zip(names, values).map { .init($0, $1) }),
            Histogram(title: "histogram", values: values),
            Histogram(title: "histogram", values: values, bins: 3),
            Heatmap(title: "row", rowNames: ["r"], columnNames: names, values: values),
            Heatmap(title: "column", rowNames: names, columnNames: ["c"], values: values),
            ConfusionMatrix(classNames: names, counts: Array(repeating: 0, count: size * size)),
            ContourPlot(
                title: "surface", surface: ScalarGrid(columns: size, rows: 1, values: values), xRange: 0...1,
                yRange: 0...1,
                paths: [.init("p", x: values, y: backwards)]),
            ContourPlot(
                title: "surface", surface: ScalarGrid(columns: size, rows: 2, values: values + backwards),
                xRange: 0...1,
                yRange: 0...1, scale: .logarithmic),
            DecisionBoundary(
                title: "boundary", classNames: ["a", "b"], xRange: -1...1, yRange: -1...1, columns: size,
                rows: 1,
                probabilities: values + values, groups: [PointGroup("a", x: values, y: backwards)]),
            GraphPicture(title: "graph", Graph(nodes: names.map { .init(.operation, $0) }, edges: [])),
            ImageGrid(title: "images", tiles: []), DataTable(columns: [], rows: []), KeyValueTable([]),
            SmallMultiples([]),
        ]
        let report = Report(title: "extreme", sections: [ReportSection("s", blocks)])
        let page = report.html()
        try expectWellFormed(page)
        let document = try parse(page)
        let places = ["x", "y", "x1", "x2", "y1", "y2", "width", "height", "d", "fill-opacity"]
        for element in document.everything {
            for place in places {
                let value = element.attributes[place] ?? ""
                #expect(!value.contains("nan") && !value.contains("inf"), "\(element.name) \(place)=\(value)")
            }
        }
        for style in [TerminalStyle(width: 10, height: 1), TerminalStyle(width: 60, usesUnicode: false)] {
            #expect(report.text(style).contains("extreme"))
        }
    }

    @Test func aMillionPointsAreThinnedOut() throws {
        let noise = Samples.noise(1_000_000)
        var values = noise
        // Two outliers that must still be seen.
        (values[123_456], values[700_001]) = (9, -7)
        let chart = LineChart(title: "many", series: [Series("s", y: values)])
        let page = Report(title: "", sections: [ReportSection("", [chart])]).html()
        #expect(page.utf8.count < 60_000, "\(page.utf8.count)")
        let path = try parse(page).all("path").first { $0.attributes["class"]?.hasPrefix("line") == true }
        let heights = (path?.attributes["d"] ?? "").split { "ML ".contains($0) }.compactMap { Double($0) }
        // The extremes are at the padding of 4 % from the edges of the frame.
        #expect(heights.contains(3.7) && heights.contains(96.3), "\(heights.count)")

        let half = values.count / 2
        let cloud = ScatterPlot(
            title: "cloud",
            groups: [
                PointGroup("a", x: Array(noise[..<half]), y: Array(noise[half...])),
                PointGroup("b", x: [1], y: [2]),
            ])
        let document = try parse(Report(title: "", sections: [ReportSection("", [cloud])]).html())
        let points = document.all("use").count
        #expect((1900...2100).contains(points), "\(points)")
        #expect(document.all("p").contains { $0.text.contains("of 500,001 points are drawn") })
    }

    /// Gaps in a line are gaps in its path.
    @Test func gaps() throws {
        let chart = LineChart(title: "g", series: [Series("s", y: [1, 2, .nan, 3, .infinity, 4, 5, 6])])
        let page = Report(title: "", sections: [ReportSection("", [chart])]).html()
        let path = try parse(page).all("path").first { $0.attributes["class"]?.hasPrefix("line") == true }
        #expect(path?.attributes["d"]?.filter { $0 == "M" }.count == 3)
        let logarithmic = LineChart(
            title: "g", series: [Series("s", y: [1, 0, 2, -3, 4])], yScale: .logarithmic)
        let other = try parse(Report(title: "", sections: [ReportSection("", [logarithmic])]).html())
        let pieces = other.all("path").first { $0.attributes["class"]?.hasPrefix("line") == true }
        #expect(pieces?.attributes["d"]?.filter { $0 == "M" }.count == 3)
    }
}
