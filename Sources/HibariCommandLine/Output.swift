import Glibc
import HibariReports
import HibariSupport

/// Writes to standard error, where progress and messages go.
package func printToStandardError(_ text: String, terminator: String = "\n") {
    write(text + terminator, to: STDERR_FILENO)
}

/// Writes all of `text` at once, unbuffered; false if it cannot be written.
@discardableResult
private func write(_ text: String, to descriptor: Int32) -> Bool { write(Array(text.utf8), to: descriptor) }

private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}

/// The one line of an error, which may quote anything that stands in a file.
package func printError(_ text: String) { printToStandardError("error: " + withoutControls(text)) }

/// Writes results to standard output at once. Results that cannot be written end the program: nothing it does
/// after that is of use.
package func printResult(_ text: String, terminator: String = "\n") {
    printResult(bytes: Array((text + terminator).utf8))
}

/// Writes bytes that need not be text to standard output, in the same way.
package func printResult(bytes: [UInt8]) {
    if write(bytes, to: STDOUT_FILENO) { return }
    let error = FileError.writeFailed(path: "standard output", code: errno)
    printError(error.description)
    exit(error.exitStatus.rawValue)
}

/// Whether standard error is a terminal.
package func progressIsLive() -> Bool { isatty(STDERR_FILENO) != 0 }

/// Whether standard output is a terminal.
package func resultIsTerminal() -> Bool { isatty(STDOUT_FILENO) != 0 }

/// The largest resident memory of this process so far, in bytes.
package func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}

/// Left-aligned text padded to `width`.
package func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// Right-aligned text padded to `width`.
package func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
