import HibariReports
import Testing

@Suite struct TerminalTests {
    private let ascii = TerminalStyle(width: 40, height: 5, usesUnicode: false)

    @Test func lineInASCII() {
        let chart = LineChart(title: "up", series: [Series("s", y: [0, 1, 2, 3, 4])], xLabel: "n")
        let lines = chart.lines(ascii)
        #expect(lines.first == "up" && lines.count == 1 + 5 + 2)
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } && $0.count <= 40 })
        // From the lower left to the upper right.
        #expect(lines[1].last == "o" && lines[5].contains("|oo"))
        #expect(lines[7].hasSuffix("n"))
    }

    @Test func brailleLine() {
        let style = TerminalStyle(width: 24, height: 3)
        let lines = LineChart(title: "", series: [Series("s", y: [1, 1, 1])]).lines(style)
        // One straight line in the middle row, from end to end.
        let middle = lines[1].filter { ("\u{2800}"..."\u{28FF}").contains($0) }
        #expect(Set(middle).count <= 2 && middle.count >= 15, "\(lines)")
    }

    @Test func bars() {
        let chart = BarChart(
            title: "b", bars: [.init("all", 4), .init("half", 2), .init("none", 0), .init("NaN", .nan)])
        let lines = chart.lines(ascii)
        let lengths = lines.dropFirst().map { $0.filter { $0 == "#" }.count }
        #expect(lengths == [2 * lengths[1], lengths[1], 0, 0] && lengths[0] > 20, "\(lines)")
        #expect(lines[1].hasSuffix(" 4") && lines[4].hasSuffix("NaN"))
    }

    @Test func boundaryShowsClassesAndPoints() {
        let plot = DecisionBoundary(
            title: "", classNames: ["a", "b"], xRange: 0...1, yRange: 0...1, columns: 2, rows: 1,
            probabilities: [1, 0, 0, 1],
            groups: [PointGroup("a", x: [0], y: [0]), PointGroup("b", x: [1], y: [1])])
        let lines = plot.lines(ascii)
        #expect(lines[0].last == "x" && lines[4].contains("|o"), "\(lines)")
        #expect(lines[2].contains(" ......"))
    }

    @Test func confusionMatrix() {
        let matrix = ConfusionMatrix(title: "m", classNames: ["cat", "dog"], counts: [12, 0, 3, 45])
        #expect(
            matrix.lines(ascii) == [
                "m", "true class down, predicted class across", "    cat dog", "cat  12   .", "dog   3  45",
            ])
    }

    @Test func widthOfEastAsianText() {
        #expect(displayWidth("ひばり") == 6 && displayWidth("lark") == 4 && displayWidth("e\u{301}") == 1)
    }

    @Test func linesFitTheWidth() {
        for (width, isUnicode) in [(30, true), (60, true), (100, true), (30, false), (60, false)] {
            let style = TerminalStyle(width: width, usesUnicode: isUnicode)
            let blocks: [any ReportBlock] = [
                Samples.loss, Samples.rate, Samples.scatter, Samples.histogram, Samples.bars,
                Samples.boundary,
                Samples.surface, Samples.confusion,
            ]
            for line in blocks.flatMap({ $0.lines(style) }) where !line.hasPrefix("  ") {
                #expect(displayWidth(line) <= max(width, 40), "\(width): \(line)")
            }
        }
    }

    @Test func colorsOnlyWhereAskedFor() {
        let plain = Samples.report.text(TerminalStyle(usesColor: false))
        let colored = Samples.report.text(TerminalStyle(usesColor: true))
        #expect(!plain.contains("\u{1B}") && colored.contains("\u{1B}[34m"))
    }

    /// A class called like a command to the terminal commands nothing.
    @Test func controlCharactersOfNames() {
        let table = DataTable(
            title: "\u{9B}2J", columns: ["\u{1B}[31mred", "\u{1B}]0;title\u{7}"], rows: [["a\rb", "ü\tx"]])
        let report = Report(
            title: "t", subtitle: "\u{1B}[2J", sections: [ReportSection("s", [table, Samples.loss])])
        let plain = report.text(TerminalStyle(usesColor: false))
        #expect(
            !plain.unicodeScalars.contains {
                ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || $0.value == 0x9B
            })
        #expect(plain.contains("\u{FFFD}[31mred") && plain.contains("ü\tx"))
        let colored = report.text(TerminalStyle(usesColor: true))
        #expect(colored.contains("\u{1B}[34m"))
        #expect(!colored.contains("\u{1B}[2J") && !colored.contains("\u{1B}]"))
        // A color of a name does not run into the next line.
        #expect(
            colored.split(separator: "\n").contains {
                $0.contains("\u{1B}[31mred") && $0.hasSuffix("\u{1B}[0m")
            })
    }
}
