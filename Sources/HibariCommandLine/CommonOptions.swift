import ArgumentParser
import HibariOptimizers
import HibariSupport

/// Options of every command that computes.
package struct ThreadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads, the main one included (default: all processors).", valueName: "n"))
    var threads: Int?

    package init() {}

    /// Sets the pool's size.
    package func apply() throws {
        guard let threads else { return }
        guard (1...1024).contains(threads) else {
            throw UsageError.invalidOption(name: "threads", value: "\(threads)", expected: "from 1 to 1024")
        }
        ThreadPool.shared.setThreadCount(threads)
    }
}

/// Mistakes on the command line that the parser cannot see.
package enum UsageError: UserError {
    case invalidOption(name: String, value: String, expected: String)
    case missingOption(name: String, purpose: String)
    case conflictingOptions([String])
    case notWith(name: String, other: String)
    case unknownName(kind: String, name: String, known: [String])
    case configurationFile(path: String, problem: String)
    case environment(String)
    case invalidShape(String)

    package var exitStatus: ExitStatus {
        if case .configurationFile = self { .badData } else { .usage }
    }

    package var description: String {
        switch self {
        case .invalidOption(let name, let value, let expected): "--\(name) is \(value), expected \(expected)"
        case .missingOption(let name, let purpose): "--\(name) is missing: \(purpose)"
        case .conflictingOptions(let names):
            "give only one of " + names.map { "--\($0)" }.joined(separator: ", ")
        case .notWith(let name, let other): "--\(name) does not apply together with --\(other); leave it out"
        case .unknownName(let kind, let name, let known):
            "unknown \(kind) \(name); one of " + known.joined(separator: ", ")
        case .configurationFile(let path, let problem): "\(path): \(problem)"
        case .environment(let problem): problem
        case .invalidShape(let text):
            "\(text) is not a shape; expected three sizes MxNxK from 1 to 1000000, for example 768x384x128"
        }
    }
}

extension LearningRateSchedule.Shape: ExpressibleByArgument {}

/// What commands that read a language model say of their argument.
package let modelArgumentHelp: ArgumentHelp =
    "A run directory, a Hugging Face folder, a .safetensors with its config beside it, or a .gguf file."
