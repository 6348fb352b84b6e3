import HibariReports
import HibariSupport

extension Report {
    /// What a run directory says of itself: curves from metrics.jsonl, settings and data from run.json. Works while the
    /// run goes on, and on one that was stopped.
    public init(run: RunDirectory) throws {
        guard fileExists(run.runFile) else { throw RunReportError.noRun(path: run.path) }
        let description = try JSONValue(contentsOf: run.runFile)
        let metrics = try RunMetrics(path: run.metricsFile)
        self.init(title: splitPath(run.path).name, subtitle: Self.subtitle(description))
        figures = Self.figures(description, metrics)
        sections = [ReportSection("Training", Self.curves(description, metrics))]
        if !metrics.samples.isEmpty {
            sections.append(
                ReportSection(
                    "Samples", introduction: "What the model wrote on the way.",
                    spreadSamples(metrics.samples).map {
                        Preformatted(title: "Step \(grouped($0.step))", $0.text, isWide: false)
                    }))
        }
        sections.append(ReportSection("Provenance", Self.provenance(description)))
        let settings = Self.settings(description)
        if !settings.isEmpty {
            let half = (settings.count + 1) / 2
            sections.append(
                ReportSection(
                    "Settings",
                    [KeyValueTable(Array(settings[..<half])), KeyValueTable(Array(settings[half...]))]))
        }
    }

    /// The options that have a value.
    private static func settings(_ description: JSONValue) -> [KeyValueTable.Row] {
        func text(_ value: JSONValue) -> String {
            value.string ?? value.array.map { $0.map(text).joined(separator: ", ") } ?? value.text()
        }
        let members = description["configuration"]?.object ?? JSONObject()
        return members.filter { !$0.value.isNull && $0.value != .object(JSONObject()) }.map {
            KeyValueTable.Row($0.key, text($0.value))
        }
    }

    private static func subtitle(_ description: JSONValue) -> String {
        let c = description["configuration"]
        let layers = description["model"]?["architecture"]?["layers"]?.array
        let parts = [
            description["task"]?.string, layers.map { counted($0.count, "layer") },
            c?["model"]?.string, c?["arch"]?.string, c?["layers"]?.int.map { counted($0, "layer") },
            c?["dim"]?.int.map { "width \($0)" },
            c?["context"]?.int.map { "context \($0)" },
            description["parameters"]?.int.map { abbreviated(Double($0)) + " parameters" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    private static func figures(_ description: JSONValue, _ metrics: RunMetrics) -> [SummaryFigure] {
        var figures: [SummaryFigure] = []
        if let epoch = metrics.epochs.last(where: \.isBest) ?? metrics.epochs.last {
            let note = epoch.isBest ? "best epoch, \(epoch.epoch)" : "epoch \(epoch.epoch)"
            figures += epoch.values.filter { $0.value.isFinite }.map {
                SummaryFigure(metricTitle($0.name), readable($0.value), note: note)
            }
        }
        let isText = unit(description) == "tokens"
        // Classic networks are chosen by any metric; the values of their best epoch stand above.
        if isText, let best = metrics.evaluations.last(where: \.isBest) {
            figures.append(
                SummaryFigure(
                    "best held-out loss", readable(best.loss),
                    note: "nats per token, step \(grouped(best.step))"))
            if let bits = best.bitsPerByte { figures.append(SummaryFigure("bits per byte", readable(bits))) }
        }
        figures += scores(description)
        if let last = metrics.loss.last {
            if metrics.epochs.isEmpty {
                figures.append(
                    SummaryFigure(
                        "last training loss", readable(last.value), note: isText ? "nats per token" : ""))
            }
            let total = description["total_steps"]?.int
            figures.append(
                SummaryFigure(
                    "steps", grouped(Int(last.step)),
                    note: total.map { Double($0) > last.step ? "of \(grouped($0))" : "the whole run" } ?? ""))
        }
        if let seconds = metrics.seconds { figures.append(SummaryFigure("time", duration(seconds))) }
        let speeds = metrics.speed.map(\.value)
        if !speeds.isEmpty {
            figures.append(
                SummaryFigure(
                    "speed", abbreviated(median(speeds)), note: unit(description) + "/s, the median"
                ))
        }
        return figures
    }

    /// What fine-tuning began with, and what became of the text it should not forget.
    private static func scores(_ description: JSONValue) -> [SummaryFigure] {
        let (before, after) = (
            FineTuneScores(json: description["before"]), FineTuneScores(json: description["after"])
        )
        var figures: [SummaryFigure] = []
        if let loss = before.heldOut?.loss {
            figures.append(SummaryFigure("held-out loss before", readable(loss), note: "of the base"))
        }
        if let (was, now) = before.base.flatMap({ was in after.base.map { (was.loss, $0.loss) } }) {
            figures.append(
                SummaryFigure("loss on the base corpus", readable(now), note: "\(readable(was)) before"))
        }
        return figures
    }

    /// What the run counts.
    private static func unit(_ description: JSONValue) -> String {
        description["corpus"] == nil && description["instructions"] == nil ? "examples" : "tokens"
    }

    private static func curves(_ description: JSONValue, _ metrics: RunMetrics) -> [any ReportBlock] {
        func series(_ name: String, _ points: [RunMetrics.Point], smooth: Bool = false) -> Series {
            Series(
                name, x: points.map(\.step), y: points.map(\.value),
                smoothing: smooth && points.count >= 150 ? points.count / 30 : 1)
        }
        var losses = [series("training", metrics.loss, smooth: true)]
        if !metrics.evaluations.isEmpty {
            losses.append(
                Series(
                    "held out", x: metrics.evaluations.map { Double($0.step) },
                    y: metrics.evaluations.map(\.loss)))
        }
        let isText = unit(description) == "tokens"
        return epochCurves([("", metrics.epochs)]) + [
            LineChart(
                title: isText ? "Loss" : "Loss of single steps", series: losses, xLabel: "step",
                yLabel: isText ? "nats per token" : ""),
            LineChart(
                title: "Learning rate", series: [series("learning rate", metrics.rate)], xLabel: "step"),
            LineChart(
                title: "Gradient norm", series: [series("norm", metrics.norm, smooth: true)], xLabel: "step",
                yLabel: "before clipping", yScale: .logarithmic),
            LineChart(
                title: "Speed", series: [series("speed", metrics.speed, smooth: true)], xLabel: "step",
                yLabel: unit(description) + "/s"),
        ]
    }

    private static func provenance(_ description: JSONValue) -> [any ReportBlock] {
        let corpus = description["corpus"]
        var rows: [KeyValueTable.Row] = []
        func add(_ name: String, _ value: String?, isCode: Bool = false) {
            if let value { rows.append(.init(name, value, isCode: isCode)) }
        }
        add("base", description["base"]?["path"]?.string)
        add("SHA-256 of the base", description["base"]?["sha256"]?.string, isCode: true)
        add("trained parameters", description["trained_parameters"]?.int.map(grouped))
        let examples = description["instructions"]
        add("training examples", examples?["training"]?["examples"]?.int.map(grouped))
        add("held-out examples", examples?["held_out"]?["examples"]?.int.map(grouped))
        add("template", examples?["template"]?.string)
        add("documents", corpus?["documents"]?.int.map(grouped))
        add("size", corpus?["bytes"]?.double.map(abbreviatedBytes))
        add("training tokens", corpus?["training_tokens"]?.int.map(grouped))
        add("held-out tokens", corpus?["validation_tokens"]?.int.map(grouped))
        add("SHA-256 of the text", corpus?["sha256"]?.string, isCode: true)
        add("SHA-256 of the held-out text", corpus?["validation_sha256"]?.string, isCode: true)
        add("tokenizer", description["tokenizer"]?["kind"]?.string)
        add("SHA-256 of the tokenizer", description["tokenizer"]?["sha256"]?.string, isCode: true)
        for name in ["training", "validation"] {
            let part = description["data"]?[name]
            add("\(name) examples", part?["examples"]?.int.map(grouped))
            add("identity of the \(name) data", part?["identity"]?.string, isCode: true)
        }
        add("Hibari", description["version"]?.string)
        let command = (description["command"]?.array ?? []).compactMap(\.string)
        var line = Preformatted(command: command)
        line.isWide = false
        return [KeyValueTable(title: "Data", rows), line]
    }
}

/// The first sample, the last, and some between.
private func spreadSamples(_ samples: [(step: Int, text: String)], limit: Int = 6) -> [(
    step: Int, text: String
)] {
    guard samples.count > limit else { return samples }
    return (0..<limit).map { samples[$0 * (samples.count - 1) / (limit - 1)] }
}

/// Why a report cannot be made.
public enum RunReportError: UserError {
    case noRun(path: String)
    case badRow(path: String, line: Int, problem: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .noRun: .inputMissing
        case .badRow: .badData
        }
    }

    public var description: String {
        switch self {
        case .noRun(let path):
            "\(path) is no run: it holds no run.json; name a folder that hibari pretrain, hibari run or "
                + "Model.fit has written"
        case .badRow(let path, let line, let problem): "\(path), line \(line): \(problem); remove the line"
        }
    }
}
