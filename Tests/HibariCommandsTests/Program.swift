import Foundation
import HibariSupport
import Testing

/// How a run of the program ended.
struct Outcome {
    var status: Int32
    var output: String
    var errors: String

    /// Standard output as one JSON value.
    var json: JSONValue { get throws { try JSONValue(parsing: output) } }
    var outputLines: [Substring] { output.split(separator: "\n") }
}

/// The real binary, which the build puts beside the tests.
final class Program: @unchecked Sendable {
    // Invariant behind @unchecked: `output` and `errors` are each written by one thread, and `wait`
    // joins both before it reads them.

    static let path =
        splitPath(
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments[0]
        ).directory + "/hibari"

    let process = Process()
    private let readers = DispatchGroup()
    private var output = Data()
    private var errors = Data()

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - shell: runs `hibari` from this line of sh, in which `"$@"` is the program and its arguments.
    ///   - environment: added to that of the tests.
    init(
        _ arguments: [String], input: String = "", shell: String? = nil, environment: [String: String] = [:],
        folder: String? = nil
    ) throws {
        if let shell {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", shell, "sh", Self.path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: Self.path)
            process.arguments = arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let pipes = [Pipe(), Pipe()]
        let stdin = Pipe()
        (process.standardOutput, process.standardError, process.standardInput) = (pipes[0], pipes[1], stdin)
        try process.run()
        // Both pipes are drained while the program runs, or a full one would block it.
        read(pipes[0]) { [self] in output = $0 }
        read(pipes[1]) { [self] in errors = $0 }
        try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? stdin.fileHandleForWriting.close()
    }

    private func read(_ pipe: Pipe, store: @escaping @Sendable (Data) -> Void) {
        let (handle, readers) = (pipe.fileHandleForReading, readers)
        readers.enter()
        Thread.detachNewThread {
            store(handle.readDataToEndOfFile())
            readers.leave()
        }
    }

    /// Waits for the end. A signal that kills gives 128 and its number, as in a shell.
    func wait() -> Outcome {
        readers.wait()
        process.waitUntilExit()
        let status = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
        return Outcome(
            status: status, output: String(decoding: output, as: UTF8.self),
            errors: String(decoding: errors, as: UTF8.self))
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }
}

/// Runs the program to its end.
func hibari(
    _ arguments: String..., input: String = "", shell: String? = nil, environment: [String: String] = [:],
    folder: String? = nil
) throws -> Outcome {
    try Program(arguments, input: input, shell: shell, environment: environment, folder: folder).wait()
}

func hibari(_ arguments: [String]) throws -> Outcome { try Program(arguments).wait() }

/// Expects success and passes the outcome on.
@discardableResult
func expectSuccess(_ outcome: Outcome, _ location: SourceLocation = #_sourceLocation) -> Outcome {
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    return outcome
}

/// Expects an error as a user should see it: this exit code, one line, nothing on standard output.
func expectError(
    _ outcome: Outcome, _ status: Int32, _ text: String = "", _ location: SourceLocation = #_sourceLocation
) {
    let errors = outcome.errors
    #expect(outcome.status == status, "\(outcome.status): \(errors)", sourceLocation: location)
    #expect(errors.hasPrefix("error: ") && errors.hasSuffix("\n"), "\(errors)", sourceLocation: location)
    #expect(errors.filter { $0 == "\n" }.count == 1, "\(errors)", sourceLocation: location)
    #expect(text.isEmpty || errors.contains(text), "\(errors)", sourceLocation: location)
    #expect(outcome.output == "", "\(outcome.output)", sourceLocation: location)
}
