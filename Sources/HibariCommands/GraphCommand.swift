import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariNN
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
            model on a tiny batch, where layers that are alike are drawn once. Models of hibari run are drawn with values \
            and gradients if they are small.

            Example: hibari graph xor --out xor.svg
                     hibari graph runs/linreg
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, svg, dot, mermaid, html
    }

    @Argument(
        help: ArgumentHelp(
            "An example (\(GraphExample.allCases.map(\.rawValue).joined(separator: ", "))), a run directory, a model folder or a .gguf file."
        ))
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
    @Option(help: "Windows or examples in a model's batch.") var batch = 1
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
        // A run of one's own that is called like an example comes first.
        if let example = GraphExample(rawValue: source), !fileExists(RunDirectory(path: source).runFile) {
            for (name, isGiven) in [("expand", expand), ("batch", batch != 1), ("time", time != nil)]
            where isGiven {
                throw UsageError.notWith(name: name, other: source)
            }
            let (_, value) = try example.computation()
            let graph = Graph(recordedGraph(value).graph, showsValues: !shapesOnly)
            return GraphPicture(
                title: "The graph of \(example.summary)", graph, caption: shapesOnly ? "" : Self.legend)
        }
        guard fileExists(source) else {
            throw UsageError.unknownName(
                kind: "example or model", name: source,
                known: GraphExample.allCases.map(\.rawValue) + ["a run directory", "a model folder"])
        }
        guard (1...1024).contains(batch) else {
            throw UsageError.invalidOption(name: "batch", value: "\(batch)", expected: "from 1 to 1024")
        }
        if fileExists(joinPath(source, ModelFile.descriptionName)) { return try classicModel() }
        let model = try LoadedModel(path: source, weights: .float32).model
        let context = model.configuration.contextLength
        let time = self.time ?? min(8, context)
        guard (1...context).contains(time) else {
            throw UsageError.invalidOption(
                name: "time", value: "\(time)", expected: "from 1 to the model's \(context)")
        }
        let recorded = Graph(recordedLoss(of: model, batch: batch, time: time), foldsLeaves: true)
        return GraphPicture(
            title: "The loss of \(splitPath(source).name) on \(batch)×\(time) tokens",
            expand ? recorded : recorded.collapsingRepeats())
    }

    /// A model of `hibari run`: a small one as an example, each tensor a box; of others the layers with their shapes.
    private func classicModel() throws -> GraphPicture {
        if let time {
            throw UsageError.invalidOption(
                name: "time", value: "\(time)", expected: "only for models of text, which read windows")
        }
        let model = try Model.load(source)
        let runFile = RunDirectory(path: source).runFile
        let run = fileExists(runFile) ? try JSONValue(contentsOf: runFile) : nil
        // A loss of a program's own has no name that is known: then the output is drawn.
        let loss = (run?["configuration"]?["loss"]?.string).flatMap { try? Loss(named: $0) }
        let isSmall = model.parameterCount <= Self.smallModel
        let recorded = try recordedLoss(
            of: model, loss, batch: batch, valueLimit: isSmall && !shapesOnly ? Self.smallModel : 0)
        let graph = Graph(recorded, foldsLeaves: !isSmall)
        let examples = batch == 1 ? "one made-up example" : "\(batch) made-up examples"
        return GraphPicture(
            title: "\(loss == nil ? "The output" : "The loss") of \(splitPath(source).name) on \(examples)",
            expand ? graph : graph.collapsingRepeats(), caption: isSmall && !shapesOnly ? Self.legend : "")
    }

    /// Numbers in all parameters of a model whose values are shown.
    private static let smallModel = 64

    private static let legend =
        "Each box is a tensor: its shape, its value, and after ∂ the derivative of the output with respect to it."
}
