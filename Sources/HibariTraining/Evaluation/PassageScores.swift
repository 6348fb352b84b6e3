import Glibc
import HibariData
import HibariModels
import HibariTokenizers

/// What a model says of a piece of text.
public struct PassageScore: Sendable, Equatable {
    /// Σ −ln p of its tokens.
    public var nats = 0.0
    /// Bytes of text that they stand for.
    public var bytes = 0
    public var tokens = 0
}

extension ScoringModel {
    /// Scores documents, and says how much of the loss lies on which passage. Passages are equal parts of the bytes of a
    /// document, so they are the same for every tokenizer; a token counts to where it begins.
    ///
    /// - Parameters:
    ///   - passageBytes: about how many bytes a passage has; documents that are shorter are passages.
    ///   - stride: by how much the windows advance, 1...`context`.
    ///   - progress: called with the number of windows done.
    /// - Throws: `DataError` for text that the tokenizer refuses.
    public func scorePassages(
        _ documents: [Document], passageBytes: Int, context: Int, stride: Int,
        progress: (Int) -> Void = { _ in }
    ) throws -> [PassageScore] {
        let lengths = tokenizer.byteLengths
        let encoded = try documents.map { (document) throws(DataError) -> [Int32] in
            do throws(TokenizerError) {
                return try tokenizer.encode(document.bytes)
            } catch {
                throw document.located(error)
            }
        }
        // All windows of all documents at once: short documents share batches.
        let windows = encoded.map { sequences(of: $0, context: context, stride: stride) }
        var scores = model.scores(windows.flatMap { $0 }, progress: progress)[...]
        var passages: [PassageScore] = []
        for (index, tokens) in encoded.enumerated() {
            let losses = scores.prefix(windows[index].count).flatMap(\.losses)
            scores = scores.dropFirst(windows[index].count)
            let count = max(1, (documents[index].bytes.count + passageBytes / 2) / passageBytes)
            passages += parts(of: tokens, lengths, losses: losses, count: count)
        }
        return passages
    }

    private func sequences(of tokens: [Int32], context: Int, stride: Int) -> [ScoredSequence] {
        guard
            let windows = try? PerplexityWindows(
                tokenCount: tokens.count, contextLength: context, stride: stride,
                beginning: prefixToken == nil ? .none : .first, token: prefixToken)
        else { return [] }
        return (0..<windows.count).map { index in
            let window = windows[index]
            return ScoredSequence(
                tokens: [window.beginning].compactMap { $0 } + tokens[window.range],
                scoredCount: window.scoredCount)
        }
    }

    /// The `count` passages of a document.
    ///
    /// - Parameters:
    ///   - lengths: bytes of each id.
    ///   - losses: of the last tokens: without a beginning token the first is not predicted.
    private func parts(
        of tokens: [Int32], _ lengths: [Int32], losses: [Float], count: Int
    ) -> [PassageScore] {
        var parts = [PassageScore](repeating: PassageScore(), count: count)
        let total = max(1, tokens.reduce(0) { $0 + Int(lengths[Int($1)]) })
        var offset = 0
        for (position, token) in tokens.enumerated() {
            let (part, bytes) = (min(count - 1, offset * count / total), Int(lengths[Int(token)]))
            let scored = position - (tokens.count - losses.count)
            if scored >= 0 {
                parts[part].nats += Double(losses[scored])
                parts[part].bytes += bytes
                parts[part].tokens += 1
            }
            offset += bytes
        }
        return parts
    }
}

extension [PassageScore] {
    /// e to the mean loss of a token.
    public var perplexity: Double {
        exponential(reduce(0) { $0 + $1.nats } / Double(Swift.max(1, reduce(0) { $0 + $1.tokens })))
    }

    /// The passages of two models, to compare bits per byte.
    public func paired(with other: [PassageScore]) -> [PairedUnit] {
        zip(self, other).map { first, second in
            PairedUnit(
                first: (first.nats / log(2), Double(first.bytes)),
                second: (second.nats / log(2), Double(second.bytes)))
        }
    }
}
