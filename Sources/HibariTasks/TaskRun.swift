import ArgumentParser
import HibariCommandLine
import HibariNN
import HibariReports
import HibariSupport
import HibariTraining

/// One run of a task: its folder, its training, its report.
///
/// The folder holds what every run directory holds, and
///
///     result.json         what `--json` prints
///     PART/               a run directory for each network beside the main one
final class TaskRun {
    let name: String
    let options: RunOptions
    let directory: RunDirectory
    private let startTime = monotonicSeconds()
    private let progress = EpochPrinter()
    /// Of the networks whose curves are in the report, in order.
    private(set) var histories: [(part: String, history: History)] = []

    init(_ name: String, _ options: RunOptions) throws {
        self.name = name
        self.options = options
        if options.resume, options.out == nil {
            throw UsageError.missingOption(name: "out", purpose: "--resume needs the folder of the run")
        }
        directory = RunDirectory(path: options.out ?? Self.freeFolder(name))
        if options.resume {
            guard fileExists(directory.runFile) else { throw RunError.nothingToResume(path: directory.path) }
        } else {
            try directory.checkFree()
        }
        StopSignal.catchSignals()
    }

    /// runs/NAME, or the first of runs/NAME-2, runs/NAME-3, … that is not there.
    private static func freeFolder(_ name: String) -> String {
        let folder = joinPath("runs", name)
        if !fileExists(folder) { return folder }
        return (2...).lazy.map { "\(folder)-\($0)" }.first { !fileExists($0) }!
    }

    /// Says something on standard error.
    func note(_ text: String) { progress.line(text) }

    /// Trains a network. Afterwards it has the weights that were the best on `validation`, or the last ones without.
    ///
    /// - Parameters:
    ///   - part: the name of a network beside the task's own; it gets a folder in that of the run.
    ///   - keeps: whether the network and its metrics are written. Many small networks are not.
    ///   - plots: whether its curves are in the report.
    @discardableResult
    func fit(
        _ model: Model, _ training: any ExampleSource, validation: (any ExampleSource)? = nil,
        _ fitOptions: FitOptions, part: String? = nil, keeps: Bool = true, plots: Bool = true,
        callbacks: [any Callback] = []
    ) throws -> History {
        let folder = RunDirectory(path: part.map { joinPath(directory.path, $0) } ?? directory.path)
        let label = part ?? name
        let fit = try SupervisedTraining(
            model, training: training, validation: validation, fitOptions, callbacks: callbacks,
            run: keeps ? folder : nil, resumes: keeps && options.resume && fileExists(folder.runFile))
        let total = fitOptions.epochs
        let result = try fit.start(command: command, version: hibariVersion, details: ["task": .string(name)])
        {
            self.progress.show($0, label: label, epochs: total)
        }
        if let signal = result.stoppedBy {
            note("stopped and saved; continue with the same command and --resume --out \(directory.path)")
            throw ExitCode(128 + signal)
        }
        if keeps, validation != nil { try model.loadWeights(folder.best) }
        let history = History(result)
        if plots { histories.append((label, history)) }
        return history
    }

    private var command: [String] { ["hibari"] + CommandLine.arguments.dropFirst() }

    /// Writes result.json and report.html, and prints one of them.
    func finish(_ result: TaskResult) throws {
        var values: JSONObject = ["task": .string(name)]
        for (key, value) in result.values { values[key] = value }
        values["seconds"] = .number(monotonicSeconds() - startTime)
        values["run"] = .string(directory.path)
        values["report"] = .string(directory.reportFile)
        if !fileExists(directory.runFile) {
            try makeDirectories(directory.path)
            let description: JSONObject = [
                "task": .string(name), "command": .array(command.map { .string($0) }),
                "version": .string(hibariVersion), "directory": .string(currentDirectory()),
            ]
            try writeFileAtomically(directory.runFile, JSONValue.object(description).bytes(pretty: true))
        }
        let report = report(of: result)
        try writeFileAtomically(directory.reportFile, report.html())
        try writeFileAtomically(
            joinPath(directory.path, "result.json"), JSONValue.object(values).bytes(pretty: true))
        if options.json { return printResult(JSONValue.object(values).text()) }
        printResult(report.text(TerminalStyle.detected(descriptor: 1)))
        printResult("\nreport     \(directory.reportFile)\n\(try nextSteps())")
    }

    /// What can be done with the model, if files can be its input, and the task that follows in the course.
    private func nextSteps() throws -> String {
        let file = joinPath(directory.path, ModelFile.descriptionName)
        let predicts = try fileExists(file) && JSONValue(contentsOf: file)["notes"]?[ModelInput.key] != nil
        let tasks = RunCommand.tasks.map { $0.name }
        let following = tasks.drop { $0 != name }.dropFirst().first
        return (predicts ? "predict    hibari predict \(quotedForShell(directory.path)) FILE\n" : "")
            + (following.map { "next       hibari run \($0)" } ?? "all tasks  hibari run --list")
    }

    private func report(of result: TaskResult) -> Report {
        var report = Report(title: "hibari run \(name)", subtitle: result.subtitle)
        report.figures = result.figures
        report.sections = result.sections
        if !histories.isEmpty {
            let curves = epochCurves(histories.map { ($0.part, $0.history.epochs) })
            if !curves.isEmpty { report.sections.append(ReportSection("Training", curves)) }
        }
        report.sections.append(
            ReportSection(
                "Provenance",
                [
                    KeyValueTable(title: "Data", result.data + [.init("Hibari", hibariVersion)]),
                    Preformatted(command: command),
                ]))
        return report
    }
}
