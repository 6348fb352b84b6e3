import HibariReports
import Testing

@Suite struct AxisTests {
    /// The labels of the axes of a chart, in the order of the page: vertical, then horizontal.
    private func labels(_ chart: LineChart) throws -> [String] {
        let page = Report(title: "", sections: [ReportSection("", [chart])]).html()
        return try parse(page).all("text").map(\.text)
    }

    @Test(arguments: [
        (0.0, 1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0, 7, ["0", "2", "4", "6"]),
        (0, 20000, ["0", "5K", "10K", "15K", "20K"]), (1.2e6, 3.4e6, ["1.5M", "2.0M", "2.5M", "3.0M"]),
        (0.0001, 0.0009, ["0.0002", "0.0004", "0.0006", "0.0008"]), (-3, 3, ["-2", "0", "2"]),
        (99.98, 100.02, ["99.98", "99.99", "100.00", "100.01", "100.02"]),
    ])
    func linearTicks(_ low: Double, _ high: Double, _ expected: [String]) throws {
        let chart = LineChart(title: "t", series: [Series("s", x: [low, high], y: [5, 5])])
        #expect(Array(try labels(chart).suffix(expected.count)) == expected)
    }

    @Test(arguments: [
        (1.0, 1000.0, ["1", "10", "100", "1K"]), (1e-5, 1e-2, ["1e-5", "0.0001", "0.001", "0.01"]),
        (0.8, 6, ["1", "2", "5"]), (1e-12, 1e12, ["1e-10", "1e-5", "1", "100K", "10B"]),
        (3, 4, ["3.0", "3.2", "3.4", "3.6", "3.8", "4.0"]),
    ])
    func logarithmicTicks(_ low: Double, _ high: Double, _ expected: [String]) throws {
        let chart = LineChart(
            title: "t", series: [Series("s", x: [low, high], y: [5, 5])], xScale: .logarithmic)
        #expect(Array(try labels(chart).suffix(expected.count)) == expected)
    }

    @Test func ticksStayInsideAndFew() throws {
        let widths = [1e-6, 0.3, 1, 17, 1e5, 1e12]
        let lows: [Double] = [-1e9, -3.7, 0, 1e-9, 12345.678]
        let ranges: [(Double, Double)] = lows.flatMap { low in widths.map { (low, $0) } }
        for (low, width) in ranges {
            let high = low + width
            guard high > low + abs(low) * 1e-9 else { continue }
            let chart = LineChart(title: "t", series: [Series("s", x: [low, high], y: [0.5, 0.5])])
            let page = try parse(Report(title: "", sections: [ReportSection("", [chart])]).html())
            let places = page.all("text").filter { $0.attributes["class"] == "middle" }
                .compactMap { $0.attributes["x"].flatMap { Double($0.dropLast()) } }
            #expect((1...6).contains(places.count), "\(low) \(width): \(places)")
            #expect(places.allSatisfy { (-0.01...100.01).contains($0) }, "\(low) \(width): \(places)")
            #expect(places == places.sorted() && Set(places).count == places.count)
        }
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-2.5, "-2.5"), (0.057123, "0.05712"), (1234.5678, "1235"), (60000, "60,000"),
        (1_234_567, "1,234,567"), (99999.6, "100,000"), (0.00012346, "0.0001235"), (0.000012346, "1.235e-5"),
        (1e7, "1e7"), (-6.02214e23, "-6.022e23"), (9.9999, "10"), (.infinity, "∞"), (-.infinity, "-∞"),
        (.nan, "NaN"),
        (.leastNonzeroMagnitude, "4.941e-324"),
    ])
    func numbers(_ value: Double, _ expected: String) {
        #expect(readable(value) == expected)
    }

    @Test func wholeNumbersAndShares() {
        #expect(grouped(0) == "0" && grouped(-1234) == "-1,234" && grouped(999) == "999")
        #expect(
            percent(0.98765) == "98.8 %" && percent(0.98765, decimals: 2) == "98.77 %"
                && percent(.nan) == "NaN")
    }
}
