import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariReports
import HibariSupport
import HibariTensor
import HibariTraining

struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw the graph that training records: ops, shapes, values, gradients.",
        discussion: """
            Draws a small example with values and gradients (\
            \(GraphExample.allCases.map { "\($0.rawValue): \($0.summary)" }.joined(separator: "; "))), or the loss of a \
            model on a tiny batch, where layers that are alike are drawn once.

            Example: hibari graph xor --out xor.svg
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, svg, dot, mermaid, html
    }

    @Argument(help: "An example (expression, linreg, logreg, xor), a run directory or a model folder.")
    var source: String
    @Option(
        help: ArgumentHelp(
            "svg, dot (Graphviz), mermaid, html or text (default: by the name of --out, else text).",
            valueName: "format"))
    var format: Format?
    @Option(help: ArgumentHelp("File to write (default: standard output).", valueName: "file")) var out:
        String?
    @Flag(help: "Leave out values and gradients.") var shapesOnly = false
    @Flag(help: "Draw every layer of a model, also those that are alike.") var expand = false
    @Option(help: "Windows in a model's batch.") var batch = 1
    @Option(help: "Tokens in a model's window (default: 8, or the model's context if that is less).")
    var time: Int?

    func run() throws {
        let picture = try drawing()
        let text: String =
            switch resolvedFormat {
            case .text: picture.plot(TerminalStyle.detected(descriptor: 1)).joined(separator: "\n") + "\n"
            case .svg: picture.svg()
            case .dot: picture.graph.dot(title: picture.title)
            case .mermaid: picture.graph.mermaid()
            case .html: Report(title: picture.title, sections: [ReportSection("Graph", [picture])]).html()
            }
        guard let out else { return printResult(text, terminator: "") }
        try writeFileAtomically(out, text)
    }

    private var resolvedFormat: Format {
        if let format { return format }
        let suffixes: [(String, Format)] = [
            (".svg", .svg), (".dot", .dot), (".gv", .dot), (".mmd", .mermaid), (".mermaid", .mermaid),
            (".html", .html),
        ]
        return suffixes.first { out?.hasSuffix($0.0) == true }?.1 ?? .text
    }

    private func drawing() throws -> GraphPicture {
        if let example = GraphExample(rawValue: source) {
            for (name, isGiven) in [("expand", expand), ("batch", batch != 1), ("time", time != nil)]
            where isGiven {
                throw UsageError.notWith(name: name, other: source)
            }
            let (_, value) = example.computation()
            let graph = Graph(recordedGraph(value).graph, showsValues: !shapesOnly)
            return GraphPicture(
                title: "The graph of \(example.summary)", graph, caption: shapesOnly ? "" : Self.legend)
        }
        guard fileExists(source) else {
            throw UsageError.unknownName(
                kind: "example or model", name: source,
                known: GraphExample.allCases.map(\.rawValue) + ["a run directory", "a model folder"])
        }
        let model = try ModelFolder(path: source).model
        let context = model.configuration.contextLength
        let time = self.time ?? min(8, context)
        guard (1...context).contains(time) else {
            throw UsageError.invalidOption(
                name: "time", value: "\(time)", expected: "from 1 to the model's \(context)")
        }
        guard (1...1024).contains(batch) else {
            throw UsageError.invalidOption(name: "batch", value: "\(batch)", expected: "from 1 to 1024")
        }
        let recorded = Graph(recordedLoss(of: model, batch: batch, time: time), foldsLeaves: true)
        return GraphPicture(
            title: "The loss of \(splitPath(source).name) on \(batch)×\(time) tokens",
            expand ? recorded : recorded.collapsingRepeats())
    }

    private static let legend =
        "Each box is a tensor: its shape, its value, and after ∂ the derivative of the output with respect to it."
}
