import Glibc
import HibariModels

/// How well a model predicts a text.
public struct Perplexity: Sendable {
    /// In nats per token.
    public var loss = MeanEstimate()
    /// Bytes of text that the scored tokens stand for.
    public var byteCount = 0

    /// e^loss.
    public var value: Double { exponential(loss.mean) }

    /// By the first derivative, e^loss times the standard error of the loss.
    public var standardError: Double? { loss.standardError.map { value * $0 } }

    /// Σ loss / (ln 2 · bytes), which does not depend on the tokenizer; nil where no bytes are scored.
    public var bitsPerByte: Double? { byteCount == 0 ? nil : loss.sum / log(2) / Double(byteCount) }

    /// Reads windows of a text.
    ///
    /// - Parameters:
    ///   - token: the tokens of the text.
    ///   - bytes: how many bytes the tokens of a range stand for.
    ///   - progress: called with the number of scored tokens.
    public init(
        _ model: any LanguageModel, _ windows: PerplexityWindows, token: (Int) -> Int32,
        bytes: (Range<Int>) -> Int, progress: (Int) -> Void = { _ in }
    ) {
        let tokensPerBatch = 4096
        var batch: [ScoredSequence] = []
        var tokens = 0
        for index in 0..<windows.count {
            let window = windows[index]
            let sequence = ScoredSequence(
                tokens: [window.beginning].compactMap { $0 } + window.range.map(token),
                scoredCount: window.scoredCount)
            byteCount += bytes(window.range.suffix(window.scoredCount))
            batch.append(sequence)
            tokens += sequence.tokens.count - 1
            let next = tokens / batch.count
            guard tokens + next > tokensPerBatch || index == windows.count - 1 else { continue }
            for score in model.scores(batch, tokensPerBatch: tokensPerBatch) {
                for value in score.losses { loss.add(Double(value)) }
            }
            (batch, tokens) = ([], 0)
            progress(loss.count)
        }
    }
}
