import ArgumentParser
import HibariCommandLine
import HibariSupport

/// `hibari run`: the classic tasks, from a line through points to networks that read pictures and names.
package struct RunCommand: ParsableCommand {
    /// In the order of a course.
    static let tasks: [any TaskCommand.Type] = [
        MaximumLikelihoodTask.self, LinearRegressionTask.self, PolynomialTask.self,
        LogisticRegressionTask.self, PerceptronTask.self, XORTask.self, MoonsTask.self, SpiralTask.self,
        OptimizersTask.self, VanishingTask.self, DigitsTask.self, MNISTTask.self, FashionTask.self,
        CIFAR10Task.self, TransferTask.self, AutoencoderTask.self, LandscapeTask.self, NamesTask.self,
        AdderTask.self,
    ]

    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train a classic network and report on it: regression, MLP, CNN, RNN, …",
        discussion: """
            Each task trains, measures on held-out data, and leaves a folder with metrics, the model and report.html.

            Example: hibari run --list
                     hibari run linreg
            """,
        subcommands: tasks + [TaskList.self], defaultSubcommand: TaskList.self)

    package init() {}
}

/// What `hibari run` does without the name of a task.
private struct TaskList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", shouldDisplay: false)

    @Flag(help: "List the tasks.") var list = false
    /// What is no task lands here.
    @Argument var unknown: String?

    func run() throws {
        let tasks = RunCommand.tasks
        if let unknown, !list {
            throw UsageError.unknownName(kind: "task", name: unknown, known: tasks.map { $0.name })
        }
        let width = tasks.map { $0.name.count }.max() ?? 0
        let lines = tasks.map { "  \(padded($0.name, width))  \($0.summary)" }
        printResult(
            """
            Tasks, in the order of a course:

            \(lines.joined(separator: "\n"))

            hibari run NAME trains one; hibari run NAME --help shows its options.
            """)
    }
}
