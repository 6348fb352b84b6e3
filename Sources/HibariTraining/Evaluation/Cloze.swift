import Glibc
import HibariModels
import HibariTokenizers

/// How well a model tells the last words of texts.
public struct ClozeResult: Sendable {
    public var scores: [SequenceScore]

    /// The share of words of which each token is the model's likeliest.
    public var accuracy: MeanEstimate { MeanEstimate(scores.map { $0.isGreedy == true ? 1 : 0 }) }

    /// −ln p of a word, in nats.
    public var loss: MeanEstimate { MeanEstimate(scores.map { -$0.logLikelihood }) }

    /// e to the mean loss of a word.
    public var perplexity: Double { exponential(loss.mean) }
}

extension ScoringModel {
    /// Scores the last words. The tokens are those of context and word together (`encodePair`); what is too long for the
    /// model loses its first tokens.
    ///
    /// - Parameter progress: called with the number of words done.
    /// - Throws: `EvaluationError`.
    /// Source: Paperno et al. 2016 (LAMBADA), arXiv:1606.06031; lm-evaluation-harness, `lambada_openai`.
    public func score(
        _ file: ClozeFile, addsBeginning: Bool = false, progress: (Int) -> Void = { _ in }
    ) throws -> ClozeResult {
        let sequences = try file.items.map { item in
            let pair: (context: [Int32], continuation: [Int32])
            do {
                pair = try encodePair(
                    context: item.context, continuation: item.word, addsBeginning: addsBeginning)
            } catch let error as TokenizerError {
                throw EvaluationError.cannotEncode(path: file.path, place: item.place, error)
            }
            try check(pair.continuation, ending: 1, item.place, file.path)
            return sequence(pair.context, pair.continuation)
        }
        return ClozeResult(scores: model.scores(sequences, findsGreedy: true, progress: progress))
    }
}
