import ArgumentParser
import HibariCommandLine
import HibariModels
import HibariSupport
import HibariTraining

struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Measure a model, and compare two.",
        discussion: """
            Without the name of a measurement it is ppl: how well the model predicts a text.

            Example: hibari eval checkpoints/book chapter.txt
            """,
        subcommands: [
            EvalPerplexityCommand.self, EvalChoiceCommand.self, EvalClozeCommand.self,
            EvalCompareCommand.self,
        ],
        defaultSubcommand: EvalPerplexityCommand.self)
}

/// Opens a model to be measured.
func loadScoringModel(_ path: String) throws -> ScoringModel {
    let loaded = try LoadedModel(path: path)
    return ScoringModel(
        model: loaded.model, tokenizer: loaded.tokenizer, beginningToken: loaded.text.beginningToken,
        addsBeginning: loaded.text.addsBeginning)
}

extension ScoringModel {
    /// The number of tokens of a window.
    func window(_ context: Int?, default standard: Int? = nil, atLeast least: Int = 1) throws -> Int {
        let window = context ?? min(standard ?? contextLength, contextLength)
        guard (least...contextLength).contains(window) else {
            throw UsageError.invalidOption(
                name: "context", value: "\(window)", expected: "from \(least) to the model's \(contextLength)"
            )
        }
        return window
    }
}

/// By how much windows advance.
func checkedStride(_ stride: Int?, window: Int) throws -> Int {
    let stride = stride ?? window
    guard (1...window).contains(stride) else {
        throw UsageError.invalidOption(
            name: "stride", value: "\(stride)", expected: "from 1 to the window's \(window)")
    }
    return stride
}

/// Throws unless a number is positive, if it is given.
func checkPositive(_ name: String, _ value: Int?) throws {
    guard let value, value < 1 else { return }
    throw UsageError.invalidOption(name: name, value: "\(value)", expected: "a positive number")
}

/// A live line on a terminal that says how far a measurement is; nothing where standard error is a file.
final class EvaluationProgress {
    private let total: Int
    private let unit: String
    private let isLive = progressIsLive()
    private var lastPrinted = 0.0

    init(_ total: Int, _ unit: String) { (self.total, self.unit) = (total, unit) }

    func show(_ done: Int) {
        let now = monotonicSeconds()
        guard isLive, now - lastPrinted >= 0.1 || done == total else { return }
        lastPrinted = now
        printToStandardError(
            "\r\u{1B}[K" + (done == total ? "" : "\(done) of \(counted(total, unit))"), terminator: "")
    }
}

/// "0.4273 ± 0.0031"
func withStandardError(_ estimate: MeanEstimate) -> String {
    fixed(estimate.mean, 4) + (estimate.standardError.map { " ± " + fixed($0, 4) } ?? "")
}

extension JSONValue {
    /// A number, or null for none.
    init(optional value: Double?) { self = value.map { .number($0) } ?? .null }
}
