import ArgumentParser
import HibariCommandLine
import HibariSupport
import HibariTraining

/// A task of `hibari run`: a command that trains, measures and reports.
protocol TaskCommand: ParsableCommand {
    /// What the task is called on the command line.
    static var name: String { get }
    /// What it shows, in a line.
    static var summary: String { get }
    /// More of it, with an example, for `--help`.
    static var discussion: String { get }

    /// Whether it trains a network long enough to go on with it where it was stopped.
    static var canResume: Bool { get }

    var options: RunOptions { get }

    /// Does the work in the run's folder.
    func perform(in run: TaskRun) throws -> TaskResult
}

extension TaskCommand {
    static var canResume: Bool { true }

    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: summary, discussion: discussion)
    }

    func run() throws {
        if options.resume, !Self.canResume {
            throw UsageError.invalidOption(
                name: "resume", value: "given",
                expected:
                    "only for tasks that keep a network they train; \(Self.name) starts afresh in another folder"
            )
        }
        try options.threads.apply()
        let run = try TaskRun(Self.name, options)
        try run.finish(try perform(in: run))
    }
}

/// Options of every task.
struct RunOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of the run; must not hold one yet (default: runs/ and the task's name, numbered if taken).",
            valueName: "folder"))
    var out: String?
    @Option(help: "Seed of data, weights and order: the same seed gives the same results.") var seed: UInt64 =
        1
    @Flag(help: "Continue the run in --out where it was stopped.") var resume = false
    @Flag(help: "Print one JSON object with the results instead of the report.") var json = false
    @OptionGroup var threads: ThreadOptions
}
