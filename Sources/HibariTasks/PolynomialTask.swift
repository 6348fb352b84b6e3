import ArgumentParser
import HibariCommandLine
import HibariData
import HibariReports
import HibariSupport
import HibariTraining

/// Polynomials of growing degree through noisy points: too stiff, right, too bendy.
struct PolynomialTask: TaskCommand {
    static let name = "polyfit"
    static let summary = "Polynomials of growing degree: under- and overfitting, and double descent."
    static let discussion = """
        Fits polynomials in closed form, chooses the degree on held-out points, and measures once on test points.

        Example: hibari run polyfit
                 hibari run polyfit --degree 15 --ridge 0.001
                 hibari run polyfit --width 1000
        """
    static let canResume = false

    @OptionGroup var options: RunOptions
    @OptionGroup var table: TableDataOptions
    @Option(help: "Points of a sine to make up (default: 60).") var points: Int?
    @Option(help: "Standard deviation of their noise (default: 0.25).") var noise: Double?
    @Option(help: "The degree to use, instead of choosing one.") var degree: Int?
    @Option(help: "λ of the penalty λ·Σc² on the coefficients.") var ridge = 0.0
    @Option(
        help: ArgumentHelp(
            "Also fit random-feature models of up to this width, which show double descent.", valueName: "n"))
    var width: Int?

    static let degreeLimit = 30
    private static let sweep = 15

    func perform(in run: TaskRun) throws -> TaskResult {
        if let degree { try require(degree, in: 0...Self.degreeLimit, option: "degree") }
        try require(ridge, in: 0...1e6, option: "ridge")
        if let width { try require(width, in: 1...10_000, option: "width") }
        try table.refuse([("points", points != nil), ("noise", noise != nil), ("width", width != nil)])
        let data = try load()
        guard data.train.x.count >= 4 else {
            throw DatasetError.contents(
                path: table.data ?? "",
                problem: "\(data.train.x.count) rows to fit; choosing a degree takes at least 4")
        }
        // The degree is chosen on a third of the training points, which are in random order.
        let held = max(1, data.train.x.count / 3)
        let (fitting, choosing) = (data.train.dropLast(held), data.train.suffix(held))
        let degrees = Array(0...max(degree ?? 0, min(Self.sweep, fitting.x.count - 1)))
        let fits = degrees.map { Polynomial(fitting: fitting.x, fitting.y, degree: $0, ridge: ridge) }
        let trainErrors = fits.map { $0.meanSquaredError(fitting.x, fitting.y) }
        let heldErrors = fits.map { $0.meanSquaredError(choosing.x, choosing.y) }
        let best = degree ?? degrees[heldErrors.indices.min { heldErrors[$0] < heldErrors[$1] } ?? 0]
        let chosen = Polynomial(fitting: data.train.x, data.train.y, degree: best, ridge: ridge)
        let testError = chosen.meanSquaredError(data.test.x, data.test.y)
        let center = data.test.y.reduce(0, +) / Double(data.test.y.count)
        let spread = data.test.y.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(data.test.y.count)
        let rSquared: JSONValue = spread > 0 ? .number(1 - testError / spread) : .null
        let descent = width.map {
            DoubleDescent(
                trainCount: data.train.x.count,
                widths: DoubleDescent.widths(largest: $0, trainCount: data.train.x.count),
                noise: noise ?? 0.25, seed: options.seed)
        }
        let numbers: ([Double]) -> JSONValue = { .array($0.map { .number($0) }) }
        var values: JSONObject = [
            "test_loss": .number(testError), "test_r2": rSquared, "degree": .integer(best),
            "chosen_by": degree == nil ? "held-out error" : "--degree",
            "coefficients": numbers(chosen.coefficients), "scale": .number(data.scale),
            "offset": .number(data.offset), "train_loss_by_degree": numbers(trainErrors),
            "held_out_loss_by_degree": numbers(heldErrors),
        ]
        if let descent { values["double_descent"] = descent.values }
        return TaskResult(
            subtitle: "y = c₀ + c₁x + … + c_d·x^d by least squares, for degrees 0 to \(degrees.count - 1)",
            values: values,
            figures: [
                SummaryFigure(
                    "degree", "\(best)",
                    note: degree == nil ? "chosen on held-out points" : "as --degree says"),
                SummaryFigure("mean squared error", readable(testError), note: "on test data"),
                SummaryFigure(
                    "R² on test data", rSquared.double.map { readable($0) } ?? "none",
                    note: "1 is a perfect fit"),
            ],
            sections: [
                ReportSection(
                    "The degree",
                    [
                        errorChart(degrees, trainErrors, heldErrors),
                        curves(data, chosen, fits.last { $0.degree <= Self.sweep } ?? chosen),
                        coefficients(chosen),
                    ] + (descent.map { [$0.chart] } ?? []))
            ], data: data.rows)
    }

    /// Points in random order.
    private struct Points {
        var x, y: [Double]
        func dropLast(_ count: Int) -> Points { Points(x: x.dropLast(count), y: y.dropLast(count)) }
        func suffix(_ count: Int) -> Points { Points(x: x.suffix(count), y: y.suffix(count)) }
    }

    private struct CurveData {
        /// x from −1 to 1 on the training points: (value − offset) / scale.
        var train, test: Points
        var offset, scale: Double
        var xName, yName: String
        var rows: [KeyValueTable.Row]

        func shown(_ x: Double) -> Double { x * scale + offset }
    }

    private func load() throws -> CurveData {
        if let data = try table.load(.number, seed: options.seed) {
            guard data.encoder.features.count == 1,
                case .number(let name, let mean, let deviation) = data.encoder.features[0]
            else {
                throw DatasetError.contents(
                    path: table.data ?? "",
                    problem:
                        "the inputs are \(data.encoder.inputNames.prefix(6).joined(separator: ", ")); polyfit takes a table "
                        + "of one column of numbers and the target")
            }
            // A table's rows stay in the order of the file, so the part to choose on is drawn.
            let train = data.train.split(1.0 / 3, seed: options.seed)
            let (first, second) = (points(train.training), points(train.validation))
            return curve(
                Points(x: first.x + second.x, y: first.y + second.y), points(data.test), mean: mean,
                deviation: deviation, names: (name, data.encoder.target.name), rows: data.rows)
        }
        let (count, noise) = (points ?? 60, noise ?? 0.25)
        try require(count, in: 8...100_000, option: "points")
        try require(noise, in: 0...10, option: "noise")
        let (train, test) = Examples(ToyPoints.sine(count: count, noise: Float(noise), seed: options.seed))
            .split(table.holdOut, seed: options.seed)
        return curve(
            points(train), points(test), mean: 0, deviation: 1, names: ("x", "y"),
            rows: [
                .init("made up", "y = sin(πx) + noise of \(readable(noise)), seed \(options.seed)"),
                .init("points", "\(train.count) to train on, \(test.count) to test on"),
            ])
    }

    private func points(_ examples: Examples) -> Points {
        let (input, target) = examples.all
        return Points(
            x: input.array(of: Float.self).map(Double.init), y: target.array(of: Float.self).map(Double.init))
    }

    private func curve(
        _ train: Points, _ test: Points, mean: Double, deviation: Double, names: (String, String),
        rows: [KeyValueTable.Row]
    ) -> CurveData {
        let (low, high) = (train.x.min() ?? -1, train.x.max() ?? 1)
        let (middle, half) = ((low + high) / 2, high > low ? (high - low) / 2 : 1)
        func scaled(_ points: Points) -> Points {
            Points(x: points.x.map { ($0 - middle) / half }, y: points.y)
        }
        return CurveData(
            train: scaled(train), test: scaled(test), offset: middle * deviation + mean,
            scale: half * deviation,
            xName: names.0, yName: names.1, rows: rows)
    }

    private func errorChart(_ degrees: [Int], _ train: [Double], _ held: [Double]) -> LineChart {
        let x = degrees.map(Double.init)
        return LineChart(
            title: "Error by degree",
            series: [
                Series("points it was fitted to", x: x, y: train), Series("held-out points", x: x, y: held),
            ],
            xLabel: "degree", yLabel: "mean squared error", yScale: .logarithmic,
            caption: """
                More coefficients always fit the training points better. On held-out points the error falls while the \
                curve learns the shape (left: underfitting) and rises when it learns the noise (right: overfitting).
                """, height: 300)
    }

    private func curves(_ data: CurveData, _ chosen: Polynomial, _ bendiest: Polynomial) -> ScatterPlot {
        var polynomials = [chosen]
        for other in [Polynomial(fitting: data.train.x, data.train.y, degree: 1, ridge: ridge), bendiest]
        where !polynomials.contains(where: { $0.degree == other.degree }) { polynomials.append(other) }
        let x = (0...300).map { -1 + Double($0) / 150 }
        return ScatterPlot(
            title: "Points and curves",
            groups: [
                PointGroup("training", x: data.train.x.map(data.shown), y: data.train.y),
                PointGroup("test", x: data.test.x.map(data.shown), y: data.test.y),
            ],
            curves: polynomials.map { polynomial in
                Series("degree \(polynomial.degree)", x: x.map(data.shown), y: x.map { polynomial($0) })
            }, xLabel: data.xName, yLabel: data.yName,
            caption: """
                A line knows no bends; a high degree bends after single points, noise and all. Degree \(chosen.degree) is the \
                one used.
                """)
    }

    private func coefficients(_ polynomial: Polynomial) -> DataTable {
        DataTable(
            title: "Coefficients, for x scaled to −1…1", columns: ["power", "coefficient"],
            rows: polynomial.coefficients.enumerated().map { ["\($0)", readable($1)] })
    }
}
