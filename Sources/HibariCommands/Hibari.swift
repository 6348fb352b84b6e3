import ArgumentParser
import Glibc
import HibariCommandLine
import HibariKernels
import HibariSupport
import HibariTasks

/// The command line of Hibari.
public struct Hibari: ParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "hibari",
        abstract:
            "Train small Transformers on your own text, and write with them: one binary, no GPU, no network.",
        discussion: """
            Example: hibari pretrain --corpus book.txt --out checkpoints/book
                     hibari generate checkpoints/book --prompt "Once upon a time"
                     hibari run --list    (classic networks, from a line through points on)
            """,
        version: "hibari \(hibariVersion)",
        subcommands: [
            PretrainCommand.self, FineTuneCommand.self, SFTCommand.self, ClassifyCommand.self,
            GenerateCommand.self, ChatCommand.self, EvalCommand.self, PlanCommand.self, ConvertCommand.self,
            MergeCommand.self, QuantizeCommand.self,
            RunCommand.self, PredictCommand.self, InspectCommand.self, ReportCommand.self, GraphCommand.self,
            CorpusCommand.self, DataCommand.self, TokenizerCommand.self, BenchCommand.self,
            GradcheckCommand.self,
            DoctorCommand.self,
        ])

    /// For the parser of the command line, which fills in what was typed.
    public init() {}

    /// Runs the program and returns its exit code.
    ///
    /// - Parameter arguments: without the name of the program.
    public static func run(_ arguments: [String]) -> Int32 {
        // A file size limit is an error like a full disk, not a reason to be killed.
        signal(SIGXFSZ, SIG_IGN)
        do {
            if let problem = KernelTable.environmentProblem { throw UsageError.environment(problem) }
            var command = try parseAsRoot(try expandConfiguration(arguments))
            try command.run()
            return 0
        } catch let error as any UserError {
            printError(error.description)
            return error.exitStatus.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return report(error, arguments)
        }
    }

    /// Errors of ArgumentParser: requests for help go to standard output, mistakes become one line.
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        if exitCode(for: error) == .success {
            print(fullMessage(for: error))
            return 0
        }
        let text = message(for: error).split(separator: "\n").joined(separator: " ")
        // "See 'hibari run moons --help' for more information." ends the long form.
        let quoted = fullMessage(for: error).split(separator: "\n").last?.split(separator: "'") ?? []
        let help = quoted.count == 3 && quoted[1].hasSuffix("--help") ? String(quoted[1]) : "hibari --help"
        printError(text.isEmpty ? "\(error)" : "\(text)\(negativeHint(text, arguments)); see \(help)")
        return ExitStatus.usage.rawValue
    }

    /// A number below zero looks like an option: "Missing value for '--mean <mean>'".
    private static func negativeHint(_ text: String, _ arguments: [String]) -> String {
        let isNegative = arguments.contains {
            $0.hasPrefix("-") && $0.dropFirst().first?.isNumber == true
        }
        guard isNegative, text.hasPrefix("Missing value for '--"),
            let option = text.split(separator: "'").dropFirst().first?.split(separator: " ").first
        else { return "" }
        return "; a negative number is written \(option)=-1"
    }
}
