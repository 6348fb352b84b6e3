import HibariModels
import HibariNN
import HibariTensor

/// Tokens of which the last are to be predicted, each from all tokens before it.
public struct ScoredSequence: Sendable, Equatable {
    public var tokens: [Int32]
    /// How many of the last tokens are predicted.
    public var scoredCount: Int

    /// - Precondition: at least one token is scored, and at least one is not.
    public init(tokens: [Int32], scoredCount: Int) {
        precondition(
            scoredCount > 0 && scoredCount < tokens.count,
            "ScoredSequence: \(scoredCount) scored of \(tokens.count) tokens")
        (self.tokens, self.scoredCount) = (tokens, scoredCount)
    }

    /// What is to be predicted.
    var targets: ArraySlice<Int32> { tokens.suffix(scoredCount) }
}

/// What a model says of the scored tokens of a sequence.
public struct SequenceScore: Sendable {
    /// −ln p of each scored token, in nats.
    public var losses: [Float]
    /// Whether each of them is the token the model holds for the likeliest; nil where that was not asked.
    public var isGreedy: Bool?

    /// ln p of the scored tokens together.
    public var logLikelihood: Double { -losses.reduce(0) { $0 + Double($1) } }
}

extension LanguageModel {
    /// Scores sequences in batches of similar length. Shorter rows are filled up at their end, where a causal model does
    /// not look; only the scored positions are projected to logits.
    ///
    /// - Parameters:
    ///   - tokensPerBatch: positions of a batch at most, unless one sequence has more.
    ///   - findsGreedy: also compare with the likeliest tokens, at the cost of a second projection.
    ///   - progress: called with the number of sequences done.
    /// - Returns: in the order of `sequences`.
    /// - Precondition: no sequence has more than `contextLength` + 1 tokens.
    package func scores(
        _ sequences: [ScoredSequence], tokensPerBatch: Int = 4096, findsGreedy: Bool = false,
        progress: (Int) -> Void = { _ in }
    ) -> [SequenceScore] {
        var results = [SequenceScore](repeating: SequenceScore(losses: []), count: sequences.count)
        let order = sequences.indices.sorted {
            let (a, b) = (sequences[$0].tokens.count, sequences[$1].tokens.count)
            return a == b ? $0 < $1 : a > b
        }
        var done = 0
        while done < order.count {
            let columns = sequences[order[done]].tokens.count - 1
            let rows = min(order.count - done, max(1, tokensPerBatch / columns))
            let batch = order[done..<done + rows]
            let hidden = scoredStates(batch.map { sequences[$0] }, columns: columns)
            let targets = batch.flatMap { sequences[$0].targets }
            let losses = losses(hidden, targets)
            let hits = findsGreedy ? zip(likeliest(hidden), targets).map { $0 == $1 } : nil
            var start = 0
            for index in batch {
                let part = start..<start + sequences[index].scoredCount
                results[index].losses = Array(losses[part])
                results[index].isGreedy = hits.map { $0[part].allSatisfy { $0 } }
                start = part.upperBound
            }
            done += rows
            progress(done)
        }
        return results
    }

    /// The hidden states that predict the scored tokens of sequences, one row each: `[Σ scoredCount, C]`.
    private func scoredStates(_ sequences: [ScoredSequence], columns: Int) -> Tensor {
        var ids: [Int32] = []
        var scored: [Int32] = []
        for (row, sequence) in sequences.enumerated() {
            let inputs = sequence.tokens.count - 1
            ids += sequence.tokens.dropLast() + [Int32](repeating: 0, count: columns - inputs)
            let end = row * columns + inputs
            scored += (end - sequence.scoredCount..<end).map(Int32.init)
        }
        let hidden = hiddenStates(Tensor(ids, shape: [sequences.count, columns]), ForwardContext())
        let width = hidden.shape[-1]
        return embedding(
            Tensor(scored, shape: [scored.count]), hidden.reshape([sequences.count * columns, width]))
    }

    /// The loss of each target under the logits of a row of `hidden`, `[R, C]`, in nats.
    func losses(_ hidden: Tensor, _ targets: [Int32]) -> [Float] {
        linearCrossEntropyPerRow(
            hidden, weight: outputWeight.value, Tensor(targets, shape: [targets.count])
        ).array(of: Float.self)
    }

    /// The likeliest token of each row of `hidden`, `[R, C]`; the first of several.
    private func likeliest(_ hidden: Tensor) -> [Int32] {
        let (rows, vocabulary) = (hidden.shape[0], configuration.vocabularySize)
        // Some rows at a time, so that their logits stay small.
        let chunk = max(1, (1 << 21) / vocabulary)
        return stride(from: 0, to: rows, by: chunk).flatMap { start in
            let some = start..<min(rows, start + chunk)
            let logits = project(hidden.slice(some), ForwardContext()).array(of: Float.self)
            return some.indices.map { row in
                let first = (row - start) * vocabulary
                var best = first
                for index in first..<first + vocabulary where logits[index] > logits[best] { best = index }
                return Int32(best - first)
            }
        }
    }
}
