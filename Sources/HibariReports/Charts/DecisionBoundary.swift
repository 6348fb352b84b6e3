/// What a classifier says everywhere in a plane: its class as color, its certainty as strength, and the examples.
public struct DecisionBoundary: Chart {
    public var title, caption, xLabel, yLabel: String
    public let classNames: [String]
    public let xRange, yRange: ClosedRange<Double>
    /// Cells in each direction.
    public let columns, rows: Int
    /// The probability of each class at the middle of each cell: row by row from the lowest y, class innermost.
    public let probabilities: [Double]
    public var groups: [PointGroup]

    /// - Parameter groups: the examples of each class, in the order of `classNames`.
    /// - Precondition: rows·columns·classes probabilities.
    public init(
        title: String, classNames: [String], xRange: ClosedRange<Double>, yRange: ClosedRange<Double>,
        columns: Int, rows: Int, probabilities: [Double], groups: [PointGroup], xLabel: String = "",
        yLabel: String = "", caption: String = ""
    ) {
        precondition(
            probabilities.count == columns * rows * classNames.count,
            "boundary \(title): \(probabilities.count) probabilities for \(columns)×\(rows) cells of "
                + "\(classNames.count) classes")
        self.title = title
        self.classNames = classNames
        self.xRange = xRange
        self.yRange = yRange
        self.columns = columns
        self.rows = rows
        self.probabilities = probabilities
        self.groups = groups
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.caption = caption
    }

    /// The class with the largest probability in a cell, and how far it is above an even split, from 0 to 1; nil
    /// where the probabilities are no numbers.
    func decision(column: Int, row: Int) -> (winner: Int, certainty: Double)? {
        let count = classNames.count
        let cell = probabilities[(row * columns + column) * count..<(row * columns + column + 1) * count]
        guard let largest = cell.max(), largest.isFinite, let index = cell.firstIndex(of: largest) else {
            return nil
        }
        let even = 1 / Double(count)
        return (index - cell.startIndex, count == 1 ? 1 : min(1, max(0, (largest - even) / (1 - even))))
    }

    /// The plane as a picture, transparent where the classifier cannot tell, so that it suits any background.
    var picture: Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(columns * rows * 4)
        for row in (0..<rows).reversed() {
            for column in 0..<columns {
                guard let (winner, certainty) = decision(column: column, row: row) else {
                    pixels += [0, 0, 0, 0]
                    continue
                }
                let color = Palette.inPictures(winner)
                pixels += [color.red, color.green, color.blue, UInt8(24 + 80 * certainty)]
            }
        }
        return Picture(width: columns, height: rows, .rgba, pixels)
    }

    public func writePicture(to markup: inout Markup) {
        writePointLegend(groups, to: &markup)
        let frame = PlotFrame(
            x: Axis(xRange), y: Axis(yRange), xLabel: xLabel, yLabel: yLabel, summary: summary, height: nil,
            hasGrid: false)
        frame.write(to: &markup) { markup in
            if columns > 0, rows > 0 {
                markup.leaf(
                    "image",
                    [
                        "href": picture.dataAddress, "width": "100%", "height": "100%",
                        "preserveAspectRatio": "none",
                    ])
            }
            writeBoundary(to: &markup)
            markup.leaf("rect", ["class": "outline", "width": "100%", "height": "100%"])
            writePoints(groups, frame, limit: 1500, to: &markup)
        }
        writeThinning(groups, limit: 1500, to: &markup)
    }

    /// The line where the winner changes: for two classes, where their probabilities are equal.
    private func writeBoundary(to markup: inout Markup) {
        guard classNames.count == 2, columns > 1, rows > 1 else { return }
        let grid = ScalarGrid(
            columns: columns, rows: rows,
            values: (0..<columns * rows).map { probabilities[2 * $0] - probabilities[2 * $0 + 1] })
        PlotFrame.stretched(&markup) { markup in
            // Cells are drawn whole, their middles half a cell inside.
            let path = grid.contour(at: 0) {
                (
                    ($0 + 0.5) / Double(columns) * PlotFrame.unit,
                    (1 - ($1 + 0.5) / Double(rows)) * PlotFrame.unit
                )
            }
            markup.leaf("path", ["class": "contour", "d": path])
        }
    }

    private var summary: String {
        var shares = [Int](repeating: 0, count: classNames.count)
        for row in 0..<rows {
            for column in 0..<columns {
                if let decision = decision(column: column, row: row) { shares[decision.winner] += 1 }
            }
        }
        let cells = Double(max(1, columns * rows))
        return "Decision regions. \(title). "
            + classNames.indices.map {
                "\(classNames[$0]): \(percent(Double(shares[$0]) / cells)) of the plane"
            }
            .joined(separator: "; ")
    }

    public var table: DataTable { pointTable(groups, xLabel, yLabel) }
}
