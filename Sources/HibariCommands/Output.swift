import Glibc
import HibariSupport

/// Writes to standard error, where progress and messages go.
func printToStandardError(_ text: String, terminator: String = "\n") {
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

/// The one line of an error.
func printError(_ text: String) { printToStandardError("error: " + text) }

/// Writes results to standard output at once. Results that cannot be written end the program: nothing it does
/// after that is of use.
func printResult(_ text: String, terminator: String = "\n") {
    printResult(bytes: Array((text + terminator).utf8))
}

/// Writes bytes that need not be text to standard output, in the same way.
func printResult(bytes: [UInt8]) {
    if write(bytes, to: STDOUT_FILENO) { return }
    let error = FileError.writeFailed(path: "standard output", code: errno)
    printError(error.description)
    exit(error.exitStatus.rawValue)
}

/// Whether standard error is a terminal.
func progressIsLive() -> Bool { isatty(STDERR_FILENO) != 0 }

/// A number with a fixed count of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    if !value.isFinite { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (abs(value) * scale).rounded()
    guard rounded < 9e18 else { return "\(value)" }
    let digits = String(Int(rounded))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && rounded > 0 ? "-" : ""
    if decimals == 0 { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

/// A count in thousands, millions or billions: 804,096 → "804K", 10.7M.
func abbreviated(_ count: Double) -> String {
    switch count {
    case 1e15...: scientific(count)
    case 1e12...: fixed(count / 1e12, 2) + "T"
    case 1e9...: fixed(count / 1e9, 2) + "B"
    case 1e7...: fixed(count / 1e6, 1) + "M"
    case 1e6...: fixed(count / 1e6, 2) + "M"
    case 1e4...: fixed(count / 1e3, 0) + "K"
    case 1e3...: fixed(count / 1e3, 1) + "K"
    default: fixed(count, 0)
    }
}

/// A size in binary units.
func abbreviatedBytes(_ count: Double) -> String {
    switch count {
    case 1_073_741_824...: fixed(count / 1_073_741_824, 2) + " GiB"
    case 1_048_576...: fixed(count / 1_048_576, 1) + " MiB"
    case 1024...: fixed(count / 1024, 1) + " KiB"
    default: fixed(count, 0) + " B"
    }
}

/// A time: "42 s", "3 min 20 s", "2 h 05 min".
func duration(_ seconds: Double) -> String {
    let total = Int(max(0, seconds).rounded())
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if total < 60 { return "\(total) s" }
    if total < 3600 { return "\(total / 60) min \(two(total % 60)) s" }
    return "\(total / 3600) h \(two(total / 60 % 60)) min"
}

/// The largest resident memory of this process so far, in bytes.
func peakResidentBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}

/// "1 document", "3 documents".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// Left-aligned text padded to `width`.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// Right-aligned text padded to `width`.
func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}
