import HibariReports

/// Blocks of every kind with numbers from simple formulas, for tests of what all have in common.
enum Samples {
    /// Numbers from 0 to 1 that look random and are the same every time.
    static func noise(_ count: Int, seed: Int = 1) -> [Double] {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 31)
        }
    }

    private static func fallingLoss(_ step: Double, from start: Double) -> Double {
        start + 9 / (step / 40 + 3)
    }

    static let loss: LineChart = {
        let steps = (1...2000).map { Double(10 * $0) }
        let train = zip(steps, noise(2000)).map { step, noise in
            fallingLoss(step, from: 1.4) + 0.5 * (noise - 0.5)
        }
        let heldSteps = stride(from: 1000.0, through: 20000, by: 1000).map { $0 }
        return LineChart(
            title: "Loss",
            series: [
                Series("training", x: steps, y: train, smoothing: 50),
                Series("held out", x: heldSteps, y: heldSteps.map { fallingLoss($0, from: 1.5) }),
            ], xLabel: "step", yLabel: "nats per token", references: [("goal", 1.47)],
            caption: "The faint line is every step, the strong one its average.")
    }()

    static let rate: LineChart = {
        let rates = (0..<200).map { (step: Int) -> Double in
            step < 20 ? 1.5e-4 * Double(step + 1) : 1.5e-5 * Double(220 - step)
        }
        return LineChart(
            title: "Learning rate", series: [Series("rate", y: rates)], xLabel: "step", yScale: .logarithmic)
    }()

    static let points: [PointGroup] = {
        let (a, b) = (noise(400, seed: 2), noise(400, seed: 3))
        return [0.0, 1].map { side in
            let picks = (0..<200).map { 2 * $0 + Int(side) }
            return PointGroup(
                side == 0 ? "inside" : "outside",
                x: picks.map { (a[$0] - 0.5) * 2 + side * 0.9 },
                y: picks.map { (b[$0] - 0.5) * 2 - side * 0.5 })
        }
    }()

    static let scatter = ScatterPlot(
        title: "Measured and fitted", groups: points,
        curves: [
            Series(
                "fit", x: (0..<60).map { Double($0) / 20 - 1 },
                y: (0..<60).map { 0.3 * Double($0) / 20 - 0.5 })
        ],
        xLabel: "length", yLabel: "weight")

    static let bars = BarChart(
        title: "Gradient by layer",
        bars: (0..<8).map { BarChart.Bar("layer \($0)", 1 / Double(1 << $0)) },
        caption: "It halves at every layer.")

    static let signedBars = BarChart(
        title: "Change", bars: [.init("up", 3.5), .init("down", -2.25, series: 1), .init("still", 0)])

    static let histogram = Histogram(
        title: "Weights", values: zip(noise(5000, seed: 5), noise(5000, seed: 6)).map { $0 + $1 - 1 },
        xLabel: "weight")

    static let confusion: ConfusionMatrix = {
        let counts = (0..<100).map { index -> Int in
            let (row, column) = (index / 10, index % 10)
            if row == column { return 950 + row * 3 }
            if (row * 7 + column * 3) % 11 == 0 { return 12 + row }
            return (row + column) % 5 == 0 ? 2 : 0
        }
        return ConfusionMatrix(classNames: (0..<10).map { "\($0)" }, counts: counts)
    }()

    static let fashion = ConfusionMatrix(
        title: "Long names", classNames: ["T-shirt/top", "Trouser", "Pullover", "Dress"],
        counts: [90, 0, 4, 6, 1, 97, 0, 2, 8, 0, 88, 4, 3, 2, 1, 94])

    static let heatmap = Heatmap(
        title: "Correlation", rowNames: ["a", "b", "c"], columnNames: ["a", "b", "c"],
        values: [1, -0.62, 0.1, -0.62, 1, 0.4, 0.1, 0.4, 1])

    static let boundary: DecisionBoundary = {
        let size = 80
        let cells = (0..<size * size).flatMap { index -> [Double] in
            let (x, y) = (Double(index % size) / 20 - 1.5, Double(index / size) / 20 - 2)
            let distance = (x * x + y * y).squareRoot() - 1.1
            let share = min(1, max(0, 0.5 + distance))
            return [1 - share, share]
        }
        return DecisionBoundary(
            title: "Decision boundary", classNames: ["inside", "outside"], xRange: -1.5...2.5, yRange: -2...2,
            columns: size, rows: size, probabilities: cells, groups: points, xLabel: "x₁", yLabel: "x₂")
    }()

    static let surface: ContourPlot = {
        let size = 70
        let values = (0..<size * size).map { index -> Double in
            let (x, y) = (Double(index % size) / 69 * 4 - 2, Double(index / size) / 69 * 4 - 1)
            return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x)
        }
        func path(_ name: String, _ bend: Double) -> ContourPlot.Path {
            let steps = (0..<40).map { Double($0) / 39 }
            let y = steps.map { (step: Double) -> Double in 2.4 - 1.4 * step - 4 * bend * step * (1 - step) }
            return .init(name, x: steps.map { -1.5 + 2.5 * $0 }, y: y)
        }
        return ContourPlot(
            title: "Rosenbrock's valley", surface: ScalarGrid(columns: size, rows: size, values: values),
            xRange: -2...2, yRange: -1...3,
            paths: [path("SGD", 1.2), path("Adam", 2.1), path("momentum", 0.4)],
            scale: .logarithmic, xLabel: "x", yLabel: "y")
    }()

    static let images: ImageGrid = {
        let tiles = (0..<14).map { number -> ImageGrid.Tile in
            let pixels = (0..<784).map { index -> UInt8 in
                let (x, y) = (Double(index % 28) - 13.5, Double(index / 28) - 13.5)
                let ring = abs((x * x + y * y).squareRoot() - Double(4 + number % 7))
                return ring < 1.6 ? 255 : ring < 2.6 ? 110 : 0
            }
            return .init(
                Picture(width: 28, height: 28, planes: pixels),
                label: "\(number % 10), said \((number + 3) % 10)")
        }
        return ImageGrid(title: "Misclassified digits", tiles: tiles)
    }()

    static let filters = ImageGrid(
        title: "Learned filters",
        tiles: (0..<8).map { filter in
            .init(
                Picture(width: 5, height: 5, signed: noise(25, seed: filter + 9).map { $0 - 0.5 }),
                label: "\(filter)")
        }, tileWidth: 48)

    static let graph: Graph = {
        var nodes = [Graph.Node(.input, "x", details: ["[4, 2]"])]
        var edges: [Graph.Edge] = []
        for layer in 0..<5 {
            let first = nodes.count
            nodes += ["norm", "linear", "add"].map {
                Graph.Node(.operation, $0, details: ["[4, 2]"], group: "block.\(layer)")
            }
            edges += [(first - 1, first), (first, first + 1), (first + 1, first + 2), (first - 1, first + 2)]
                .map { Graph.Edge(from: $0.0, to: $0.1) }
        }
        nodes.append(Graph.Node(.output, "loss", details: ["1.25", "grad 1"]))
        edges.append(.init(from: nodes.count - 2, to: nodes.count - 1))
        return Graph(nodes: nodes, edges: edges)
    }()

    static let multiples = SmallMultiples(
        (0..<4).map { part in
            LineChart(
                title: "layer \(part)", series: [Series("size", y: noise(30, seed: part + 40))], height: 120)
        })

    static var report: Report {
        Report(
            title: "Samples & <shapes>", subtitle: "Every block of a report, with made-up numbers.",
            figures: [
                SummaryFigure("test accuracy", percent(0.9823), note: "9,823 of 10,000"),
                SummaryFigure("test loss", readable(0.05712)), SummaryFigure("time", "3 min 20 s"),
                SummaryFigure("parameters", grouped(669_706)),
            ],
            sections: [
                ReportSection("Training", introduction: "What the loop saw.", [loss, rate]),
                ReportSection("Data", [scatter, histogram, boundary, surface]),
                ReportSection("Results", [confusion, fashion, heatmap, bars, signedBars, images, filters]),
                ReportSection("Layers", [multiples]),
                ReportSection(
                    "Graph",
                    [
                        GraphPicture(title: "Five blocks", graph),
                        GraphPicture(title: "Collapsed", graph.collapsingRepeats()),
                    ]),
                ReportSection(
                    "Provenance",
                    [
                        Preformatted(command: ["hibari", "run", "mnist", "--note", "it's a test"]),
                        KeyValueTable(
                            title: "Data",
                            [
                                .init("file", "train-images-idx3-ubyte.gz"),
                                .init(
                                    "sha256", String(repeating: "0123456789abcdef", count: 4), isCode: true),
                            ]),
                        DataTable(
                            title: "Classes", columns: ["class", "examples"],
                            rows: [["ひばり", "1,000"], ["lark", "12"]]),
                    ]),
            ])
    }
}
