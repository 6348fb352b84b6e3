import HibariCommandLine
import HibariSupport
import HibariTraining

/// The options that a run was started with, to resume it.
struct SavedRun {
    let directory: RunDirectory
    /// For the parser of the command's options.
    let arguments: [String]
    private let start: String

    /// - Parameters:
    ///   - command: the command that resumes it.
    ///   - key: an option that only its runs have.
    init(_ folder: String, command: String, key: String) throws {
        directory = RunDirectory(path: folder)
        guard fileExists(directory.runFile) else { throw RunError.nothingToResume(path: folder) }
        let saved = try JSONValue(contentsOf: directory.runFile)
        guard let members = saved["configuration"]?.object else {
            throw RunError.badState(path: directory.runFile, problem: "the key configuration is missing")
        }
        guard members[key] != nil else {
            throw UsageError.invalidOption(
                name: "resume", value: folder, expected: "the folder of a run of hibari \(command)")
        }
        arguments = HibariCommands.arguments(for: members)
        start = saved["directory"]?.string ?? "."
    }

    /// Paths are as they were typed: where they lead nowhere from here, they are tried from where the run started.
    func found(_ path: String) -> String {
        path == "-" || fileExists(path) ? path : joinPath(start, path)
    }
}
