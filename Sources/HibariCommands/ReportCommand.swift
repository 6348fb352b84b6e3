import ArgumentParser
import HibariCommandLine
import HibariReports
import HibariSupport
import HibariTraining

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Make a page of a training run: curves, samples, settings, data.",
        discussion: """
            Writes report.html into the run directory: one file that needs no network, in light and dark. Works while the \
            run goes on. pretrain and hibari run write it too when they end.

            Example: hibari report checkpoints/book
            """)

    @Argument(
        help: ArgumentHelp(
            "A run directory that pretrain, hibari run or a program has written.", valueName: "run"))
    var folder: String
    @Option(
        help: ArgumentHelp("File to write (default: report.html in the run directory).", valueName: "file"))
    var out: String?
    @Flag(help: "Print the report to the terminal, and write no file.") var terminal = false
    @Flag(help: "Print one JSON object with the path of the file.") var json = false

    /// The task of `hibari run` that wrote the run, if one did.
    private static func task(_ folder: String) throws -> String? {
        try JSONValue(contentsOf: RunDirectory(path: folder).runFile)["task"]?.string
    }

    func run() throws {
        if terminal, out != nil || json {
            throw UsageError.notWith(name: "terminal", other: out == nil ? "json" : "out")
        }
        let report = try Report(run: RunDirectory(path: folder))
        if terminal { return printResult(report.text(TerminalStyle.detected(descriptor: 1))) }
        let path = out ?? RunDirectory(path: folder).reportFile
        // That of a task has pictures that only the task can draw: it stays.
        let isKept = try out == nil && fileExists(path) && Self.task(folder) != nil
        if !isKept { try writeFileAtomically(path, report.html()) }
        printResult(json ? JSONValue.object(["report": .string(path)]).text() : path)
    }
}
