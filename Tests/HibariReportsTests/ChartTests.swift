import HibariReports
import Testing

@Suite struct ChartTests {
    private func page(_ block: any ReportBlock) throws -> XMLTree {
        try parse(Report(title: "", sections: [ReportSection("", [block])]).html())
    }

    @Test func histogramCountsEveryValueOnce() {
        let histogram = Histogram(title: "h", values: [0, 1, 1.5, 2, 3.999, 4, .nan, .infinity], bins: 4)
        #expect(
            histogram.counts == [1, 2, 1, 2] && histogram.edges == [0, 1, 2, 3, 4] && histogram.skipped == 2)
        for count in [1, 2, 7, 100, 5000] {
            let values = Samples.noise(count)
            #expect(Histogram(title: "h", values: values).counts.reduce(0, +) == count)
        }
    }

    @Test func confusionMatrix() throws {
        let matrix = ConfusionMatrix(classNames: ["a", "b", "c"], counts: [8, 1, 1, 0, 5, 5, 0, 0, 0])
        #expect(matrix.accuracy == 13.0 / 20)
        // By hand: recall 8/10, precision 8/8, F1 16/18; nothing of class c exists.
        #expect(matrix.table.rows[0] == ["a", "10", "80.0 %", "100.0 %", "88.9 %"])
        #expect(matrix.table.rows[2] == ["c", "0", "NaN", "0.0 %", "0.0 %"])
        let texts = try page(matrix).all("text").map(\.text)
        #expect(texts.filter { $0 == "5" }.count == 2 && !texts.contains("0"))
        #expect(
            try page(matrix).all("p").contains {
                $0.text == "Most often: b taken for c (5), a taken for b (1), a taken for c (1)."
            })
        #expect(ConfusionMatrix(classNames: [], counts: []).accuracy.isNaN)
    }

    /// The level line of x² + y² = 1 is the unit circle.
    @Test func contoursLieOnTheirLevel() throws {
        let size = 101
        let values = (0..<size * size).map { index -> Double in
            let (x, y) = (Double(index % size) / 50 - 1, Double(index / size) / 50 - 1)
            return x * x + y * y
        }
        let plot = ContourPlot(
            title: "c", surface: ScalarGrid(columns: size, rows: size, values: values), xRange: -1...1,
            yRange: -1...1,
            levelCount: 1)
        let contour = try page(plot).all("path").first { $0.attributes["class"] == "contour" }
        // One level, in the middle between 0 and 2.
        #expect(contour?.all("title").first?.text == "1")
        let numbers = (contour?.attributes["d"] ?? "").split { "ML ".contains($0) }.compactMap { Double($0) }
        #expect(numbers.count > 400)
        var worst = 0.0
        for index in stride(from: 0, to: numbers.count - 1, by: 2) {
            let (x, y) = (numbers[index] / 50 - 1, numbers[index + 1] / 50 - 1)
            worst = max(worst, abs((x * x + y * y).squareRoot() - 1))
        }
        #expect(worst < 1e-3, "\(worst)")
    }

    @Test func pointsLieWhereTheirValuesSay() throws {
        let plot = DecisionBoundary(
            title: "b", classNames: ["a", "b"], xRange: 0...10, yRange: 0...4, columns: 2, rows: 1,
            probabilities: [0.9, 0.1, 0.2, 0.8],
            groups: [PointGroup("a", x: [2.5], y: [3]), PointGroup("b", x: [], y: [])])
        let points = try page(plot).all("use").filter {
            $0.attributes["x"]?.hasSuffix("%") == true && $0.attributes["x"] != "50%"
        }
        #expect(points.map { $0.attributes["x"] } == ["25%"] && points.map { $0.attributes["y"] } == ["25%"])
        #expect(
            try page(plot).all("svg").contains {
                $0.attributes["aria-label"]?.contains("a: 50.0 % of the plane") == true
            })
    }

    @Test func smoothingIsAMeanAndKeepsTheRawLine() throws {
        let values = (0..<100).map { Double($0 % 2) }
        let chart = LineChart(title: "s", series: [Series("x", y: values, smoothing: 10)])
        let document = try page(chart)
        #expect(
            document.all("path").filter { $0.attributes["class"]?.hasPrefix("line raw") == true }.count == 1)
        // Five values before the last one and itself: 0, 1, 0, 1, 0, 1.
        #expect(document.all("b").first?.text == "0.5")
        #expect(document.all("li").first?.text.contains("average over 10") == true)
    }

    @Test func pngFilesHoldTheirPixels() {
        let picture = Picture(width: 2, height: 2, .rgb, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])
        let file = picture.png()
        #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10])
        // Width, height, depth, color type after length and name of the first chunk.
        #expect(Array(file[16..<26]) == [0, 0, 0, 2, 0, 0, 0, 2, 8, 2])
        // The end chunk with its known checksum.
        #expect(Array(file.suffix(12)) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
        let shades = Picture(width: 3, height: 1, shades: [-1, 0, 1])
        #expect(shades.pixels == [0, 127, 255])
        let planes = Picture(width: 2, height: 1, planes: [1, 2, 3, 4, 5, 6])
        #expect(planes.pixels == [1, 3, 5, 2, 4, 6] && planes.format == .rgb)
        let signed = Picture(width: 3, height: 1, signed: [-2, 0, 1])
        #expect([signed.pixels[3], signed.pixels[7], signed.pixels[11]] == [255, 0, 127])
    }

    @Test func colorsOfSeriesDifferForColorBlindReaders() {
        // Lightness alone must tell neighbors apart in print: relative luminance, WCAG 2.2.
        func luminance(_ color: RGB) -> Double {
            func part(_ value: UInt8) -> Double {
                let share = Double(value) / 255
                return share <= 0.03928 ? share / 12.92 : powered((share + 0.055) / 1.055)
            }
            return 0.2126 * part(color.red) + 0.7152 * part(color.green) + 0.0722 * part(color.blue)
        }
        // x^2.4 as the fifth root of x^12.
        func powered(_ x: Double) -> Double {
            let target = (0..<12).reduce(1) { product, _ in product * x }
            var root = x
            for _ in 0..<200 {
                root -= (root * root * root * root * root - target) / (5 * root * root * root * root)
            }
            return root
        }
        for index in 0..<8 {
            let contrast = 1.05 / (luminance(Palette.inPictures(index)) + 0.05)
            #expect(contrast >= 3, "series \(index) on white: \(contrast)")
        }
    }
}
