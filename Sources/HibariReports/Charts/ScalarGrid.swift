/// Numbers on a grid, row by row from the lowest y.
public struct ScalarGrid: Sendable {
    public let columns, rows: Int
    public let values: [Double]

    /// - Precondition: rows·columns values.
    public init(columns: Int, rows: Int, values: [Double]) {
        precondition(values.count == columns * rows, "grid: \(values.count) values for \(columns)×\(rows)")
        self.columns = columns
        self.rows = rows
        self.values = values
    }

    subscript(column: Int, row: Int) -> Double { values[row * columns + column] }

    /// The path along which the interpolated values equal `level`, by marching squares (Lorensen & Cline 1987 in two
    /// dimensions); squares with a corner that is not finite are left out.
    ///
    /// - Parameter transform: from grid coordinates (column, row) to those of the path.
    func contour(at level: Double, _ transform: (Double, Double) -> (Double, Double)) -> String {
        var path = ""
        for row in 0..<max(0, rows - 1) {
            for column in 0..<max(0, columns - 1) {
                for (start, end) in segments(column, row, level) {
                    let (from, to) = (transform(start.x, start.y), transform(end.x, end.y))
                    path +=
                        "M\(coordinate(from.0)) \(coordinate(from.1))L\(coordinate(to.0)) \(coordinate(to.1))"
                }
            }
        }
        return path
    }

    private typealias Point = (x: Double, y: Double)

    /// The pieces of the line inside one square: none, one, or two across a saddle.
    private func segments(_ column: Int, _ row: Int, _ level: Double) -> [(Point, Point)] {
        // Corners around the square; edge i lies between corner i and corner i + 1.
        let places = [(0, 0), (1, 0), (1, 1), (0, 1)]
        let corners = places.map { self[column + $0.0, row + $0.1] - level }
        guard corners.allSatisfy(\.isFinite) else { return [] }
        func crossing(_ edge: Int) -> Point {
            let (next, from, to) = ((edge + 1) % 4, places[edge], places[(edge + 1) % 4])
            let share = corners[edge] / (corners[edge] - corners[next])
            return (
                Double(column + from.0) + share * Double(to.0 - from.0),
                Double(row + from.1) + share * Double(to.1 - from.1)
            )
        }
        let crossed = (0..<4).filter { (corners[$0] < 0) != (corners[($0 + 1) % 4] < 0) }
        switch crossed.count {
        case 2: return [(crossing(crossed[0]), crossing(crossed[1]))]
        case 4:
            // The middle decides which two corners the level connects.
            let middle = corners.reduce(0, +) / 4
            let pairs = (middle < 0) == (corners[0] < 0) ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
            return pairs.map { (crossing($0.0), crossing($0.1)) }
        default: return []
        }
    }
}
