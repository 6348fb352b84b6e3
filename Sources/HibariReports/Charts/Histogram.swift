import Glibc

/// How often values fall into ranges of equal width.
public struct Histogram: Chart {
    public var title, caption, xLabel: String
    /// The ends of the ranges, one more than there are counts.
    public let edges: [Double]
    public let counts: [Int]
    /// Values that are not finite, and so in no range.
    public let skipped: Int

    /// Counts `values`.
    ///
    /// - Parameter bins: the number of ranges; nil for as many as the values can fill (Freedman & Diaconis 1981, at
    ///   most 60).
    public init(title: String, values: [Double], bins: Int? = nil, xLabel: String = "", caption: String = "")
    {
        let sorted = values.filter(\.isFinite).sorted()
        let range = Axis(showing: sorted).range
        let count = max(1, bins ?? Self.suitableBins(sorted, range))
        var counts = [Int](repeating: 0, count: count)
        let width = range.upperBound / Double(count) - range.lowerBound / Double(count)
        for value in sorted {
            let place = (value / width - range.lowerBound / width).rounded(.down)
            counts[min(count - 1, max(0, Int(min(place, Double(count)))))] += 1
        }
        self.init(
            title: title, edges: (0...count).map { range.lowerBound + Double($0) * width }, counts: counts,
            skipped: values.count - sorted.count, xLabel: xLabel, caption: caption)
    }

    /// A histogram that was counted elsewhere.
    ///
    /// - Precondition: one edge more than counts.
    public init(
        title: String, edges: [Double], counts: [Int], skipped: Int = 0, xLabel: String = "",
        caption: String = ""
    ) {
        precondition(
            edges.count == counts.count + 1,
            "histogram \(title): \(edges.count) edges for \(counts.count) counts")
        self.title = title
        self.edges = edges
        self.counts = counts
        self.skipped = skipped
        self.xLabel = xLabel
        self.caption = caption
    }

    /// Ranges of the width 2·IQR/∛n.
    private static func suitableBins(_ sorted: [Double], _ range: ClosedRange<Double>) -> Int {
        guard sorted.count > 1 else { return 1 }
        let quartiles = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        let width = 2 * quartiles / cbrt(Double(sorted.count))
        let bins = (range.upperBound / width - range.lowerBound / width).rounded(.up)
        guard bins.isFinite, width > 0 else { return min(20, sorted.count) }
        return Int(min(60, max(5, bins)))
    }

    var axes: (x: Axis, y: Axis) {
        (
            Axis(edges.first!...max(edges.last!, edges.first!)),
            Axis(showing: counts.map(Double.init), includesZero: true, padding: 0)
        )
    }

    public func writePicture(to markup: inout Markup) {
        let (x, y) = axes
        let frame = PlotFrame(x: x, y: y, xLabel: xLabel, yLabel: "count", summary: summary)
        frame.write(to: &markup) { markup in
            for (bin, count) in counts.enumerated() where count > 0 {
                guard let left = x.position(edges[bin]), let right = x.position(edges[bin + 1]),
                    let top = y.position(Double(count))
                else { continue }
                // A hair apart, so that neighbors of one height stay two.
                let gap = min(0.002, (right - left) / 8)
                markup.element(
                    "rect",
                    [
                        "class": "bar s0", "x": percentage(left + gap), "y": percentage(1 - top),
                        "width": percentage(right - left - 2 * gap), "height": percentage(top),
                    ]
                ) { $0.element("title", text: "\(rangeText(bin)): \(grouped(count))") }
            }
        }
        if skipped > 0 {
            markup.element("p", ["class": "caption"], text: "\(grouped(skipped)) values are not finite.")
        }
    }

    private func rangeText(_ bin: Int) -> String { "\(readable(edges[bin])) to \(readable(edges[bin + 1]))" }

    private var summary: String {
        let total = counts.reduce(0, +)
        let highest = counts.indices.max { counts[$0] < counts[$1] } ?? 0
        return "Histogram. \(title). \(grouped(total)) values from \(readable(edges.first!)) to "
            + "\(readable(edges.last!)); most, \(grouped(counts[highest])), lie in \(rangeText(highest))"
    }

    public var table: DataTable {
        DataTable(
            columns: ["from", "to", "count"],
            rows: counts.indices.map { [readable(edges[$0]), readable(edges[$0 + 1]), grouped(counts[$0])] })
    }
}
