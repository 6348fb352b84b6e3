import HibariCommandLine
import HibariReports
import HibariSupport
import HibariTraining

/// Shows the epochs of a training on standard error: one live line on a terminal with the steps between; when piped, a
/// line at most every second.
final class EpochPrinter {
    private let isLive = progressIsLive()
    private var lastPrinted = -Double.infinity
    private var lineIsOpen = false
    private static let pipedInterval = 1.0
    private static let liveInterval = 0.1

    /// - Parameters:
    ///   - label: which network.
    ///   - epochs: of the whole training.
    func show(_ event: TrainingEvent, label: String, epochs: Int) {
        switch event {
        case .step(let report, let total):
            guard isLive, monotonicSeconds() - lastPrinted >= Self.liveInterval else { return }
            lastPrinted = monotonicSeconds()
            let left = report.seconds / Double(report.step) * Double(total - report.step)
            printToStandardError(
                "\r\u{1B}[K\(label)  step \(report.step)/\(total)  loss \(readable(report.loss))  "
                    + "\(abbreviated(report.unitsPerSecond)) examples/s  \(duration(left)) left",
                terminator: "")
            lineIsOpen = true
        case .epoch(let report):
            let isLast = report.epoch == epochs
            guard isLast || monotonicSeconds() - lastEpoch >= Self.pipedInterval else { return }
            lastEpoch = monotonicSeconds()
            let values = report.values.filter { $0.value.isFinite }
                .map { "\($0.name) \(readable($0.value))" }.joined(separator: "  ")
            line(
                "\(label)  epoch \(report.epoch)/\(epochs)  \(values)  \(duration(report.seconds))"
                    + (report.isBest ? "  best" : ""))
        case .evaluation, .sample, .checkpoint: break
        }
    }

    private var lastEpoch = -Double.infinity

    func line(_ text: String) {
        if lineIsOpen { printToStandardError("\r\u{1B}[K", terminator: "") }
        lineIsOpen = false
        printToStandardError(text)
    }
}
