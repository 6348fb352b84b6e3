import Foundation
import FoundationXML
import HibariReports
import HibariSupport
import Testing

@Suite struct ReportTests {
    /// With HIBARI_REPORT_SAMPLE=FILE the page stays there to be looked at; Tools/reports/screenshots does so.
    @Test func samplePageIsWellFormed() throws {
        let page = Samples.report.html()
        try expectWellFormed(page)
        if let path = ProcessInfo.processInfo.environment["HIBARI_REPORT_SAMPLE"] {
            try writeFileAtomically(path, page)
        }
    }

    @Test func pageStandsAlone() {
        let page = Samples.report.html()
        for loaded in ["<script", "<link", "@import", "url(", "src=\"http", "href=\"http", "src=\"//"] {
            #expect(!page.contains(loaded), "\(loaded)")
        }
        #expect(page.contains("default-src &#39;none&#39;"))
        #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
    }

    @Test func everyPictureHasATextAndATable() throws {
        let charts: [any Chart] = [
            Samples.loss, Samples.scatter, Samples.bars, Samples.histogram, Samples.confusion,
            Samples.heatmap,
            Samples.boundary, Samples.surface, GraphPicture(title: "graph", Samples.graph),
        ]
        for chart in charts {
            let page = Report(title: "", sections: [ReportSection("", [chart])]).html()
            let document = try parse(page)
            let pictures = document.all("svg").filter { $0.attributes["role"] == "img" }
            #expect(pictures.count == 1, "\(chart.title)")
            #expect(pictures.allSatisfy { $0.attributes["aria-label"]?.contains(chart.title) == true })
            #expect(document.all("figcaption").map(\.text) == [chart.title])
            let tables = document.all("details").flatMap { $0.all("tbody") }
            #expect(tables.count == 1 && !tables[0].all("td").isEmpty, "\(chart.title)")
        }
        let images = try parse(Report(title: "", sections: [ReportSection("", [Samples.images])]).html()).all(
            "img")
        #expect(images.count == 14 && images.allSatisfy { $0.attributes["alt"]?.contains("said") == true })
    }

    /// No text of a caller can become markup, wherever it goes.
    @Test func everythingIsEscaped() throws {
        let evil = "</title><script>alert('1')</script>\" onload=\"x\" & \u{1}"
        let graph = Graph(
            nodes: [
                .init(.input, evil, details: [evil]), .init(.operation, evil, group: evil),
                .init(.output, evil, group: evil),
            ],
            edges: [.init(from: 0, to: 1), .init(from: 1, to: 2)])
        let picture = Picture(width: 1, height: 1, .gray, [7])
        let blocks: [any ReportBlock] = [
            LineChart(
                title: evil, series: [Series(evil, y: [1, 2]), Series(evil, y: [2])], xLabel: evil,
                yLabel: evil,
                references: [(evil, 1)], caption: evil),
            ScatterPlot(title: evil, groups: [PointGroup(evil, x: [1], y: [2])], xLabel: evil, yLabel: evil),
            BarChart(title: evil, bars: [.init(evil, 1)]) { _ in evil },
            Histogram(title: evil, values: [1, 2], xLabel: evil),
            Heatmap(
                title: evil, rowNames: [evil], columnNames: [evil], values: [1], rowTitle: evil,
                columnTitle: evil
            ) { _ in evil },
            ConfusionMatrix(title: evil, classNames: [evil, evil], counts: [1, 2, 3, 4]),
            ImageGrid(title: evil, tiles: [.init(picture, label: evil)], caption: evil),
            DataTable(title: evil, columns: [evil], rows: [[evil]]),
            KeyValueTable(title: evil, [.init(evil, evil, isCode: true)]), Paragraph(evil),
            Preformatted(title: evil, evil), Preformatted(command: [evil]), GraphPicture(title: evil, graph),
            SmallMultiples([LineChart(title: evil, series: [])]),
        ]
        let report = Report(
            title: evil, subtitle: evil, figures: [SummaryFigure(evil, evil, note: evil)],
            sections: [ReportSection(evil, introduction: evil, blocks)], footer: evil)
        let page = report.html()
        try expectWellFormed(page)
        let document = try parse(page)
        #expect(document.all("script").isEmpty)
        #expect(!document.everything.contains { $0.attributes["onload"] != nil })
        #expect(document.all("title").first?.text == evil.replacingOccurrences(of: "\u{1}", with: "\u{FFFD}"))
        #expect(
            document.all("svg").contains {
                $0.attributes["aria-label"]?.contains("<script>alert('1')") == true
            })
    }

    @Test func commandsAreQuotedForShells() throws {
        let page = Report(
            title: "",
            sections: [ReportSection("", [Preformatted(command: ["hibari", "a b", "it's", "", "x=1"])])]
        ).html()
        #expect(try parse(page).all("pre").map(\.text) == ["hibari 'a b' 'it'\\''s' '' x=1"])
    }

    @Test func tablesOfTextScroll() throws {
        let page = Report(
            title: "", sections: [ReportSection("", [Preformatted("a"), Preformatted("b", wraps: false)])]
        ).html()
        #expect(try parse(page).all("pre").map { $0.attributes["class"] } == [nil, "table"])
    }

    @Test func numericColumnsAreAlignedRight() throws {
        let table = DataTable(
            title: "t", columns: ["name", "value"],
            rows: [["a", "1.5"], ["b", "-2"], ["c", "NaN"], ["d", ""]])
        let page = Report(title: "", sections: [ReportSection("", [table])]).html()
        #expect(try parse(page).all("th").map { $0.attributes["class"] } == ["words", "number"])
        #expect(
            table.lines(TerminalStyle(width: 40)) == [
                "t", "name  value", "a       1.5", "b        -2", "c       NaN", "d          ",
            ])
    }

    @Test func terminalText() {
        let text = Samples.report.text(TerminalStyle(width: 72, usesUnicode: true))
        #expect(text.contains("test accuracy  98.2 %  (9,823 of 10,000)"))
        #expect(
            text.contains("Confusion matrix") && text.contains("hibari run mnist --note 'it'\\''s a test'"))
    }
}
