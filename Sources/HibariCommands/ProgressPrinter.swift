import Glibc
import HibariCommandLine
import HibariSupport
import HibariTraining

/// Shows a run on standard error: one live line on a terminal; when piped, a line at most every few seconds.
final class ProgressPrinter {
    private let isLive = progressIsLive()
    private var lastPrinted = -Double.infinity
    private var lineIsOpen = false
    private static let pipedInterval = 5.0
    private static let liveInterval = 0.1

    func show(_ event: TrainingEvent) {
        switch event {
        case .step(let report, let total): step(report, total)
        case .evaluation(let step, let evaluation, let isBest, let isFinal):
            let bits = evaluation.bitsPerByte.map { ", \(fixed($0, 4)) bits per byte" } ?? ""
            let error = evaluation.standardError.map { " ± \(fixed($0, 4))" } ?? ""
            line(
                "\(isFinal ? "final " : "eval  ") step \(step): loss \(fixed(evaluation.loss, 4))\(error)\(bits)"
                    + (isBest ? "  best" : ""))
        case .sample, .checkpoint, .epoch: break
        }
    }

    func sample(step: Int, _ text: String) { line("sample step \(step):\n\(text)\n") }

    func finish(_ result: TrainingResult, folder: String) {
        if result.unitsPerSecond == 0, result.stoppedBy == nil {
            return line("done   the run was complete already; the model is in \(folder)")
        }
        let end =
            result.stoppedBy == nil
            ? "done" : "stopped at step \(result.steps) of \(result.totalSteps), saved"
        line(
            "\(end)   \(duration(result.seconds)), \(abbreviated(result.unitsPerSecond)) tokens/s, peak memory "
                + "\(abbreviatedBytes(Double(peakResidentBytes()))); the model is in \(folder)")
    }

    private func step(_ report: StepReport, _ total: Int) {
        let now = monotonicSeconds()
        guard now - lastPrinted >= (isLive ? Self.liveInterval : Self.pipedInterval) || report.step == total
        else { return }
        lastPrinted = now
        let left = report.seconds / Double(report.step) * Double(total - report.step)
        let text =
            "step \(report.step)/\(total)  loss \(fixed(report.loss, 4))  lr \(scientific(report.learningRate))  "
            + "norm \(fixed(report.gradientNorm, 2))  \(abbreviated(report.unitsPerSecond)) tok/s  \(duration(left)) left"
        if isLive {
            printToStandardError("\r\u{1B}[K" + text, terminator: "")
            lineIsOpen = true
        } else {
            printToStandardError(text)
        }
    }

    private func line(_ text: String) {
        if lineIsOpen { printToStandardError("\r\u{1B}[K", terminator: "") }
        lineIsOpen = false
        printToStandardError(text)
    }
}
