import HibariModels
import HibariNN
import HibariSupport
import HibariTokenizers

/// How a question becomes text.
public struct ChoiceFormat: Sendable, Equatable {
    /// Between the context and each ending; counted to the ending.
    public var delimiter: String
    /// Whether the beginning token stands before the context.
    public var addsBeginning: Bool

    public init(delimiter: String = " ", addsBeginning: Bool = false) {
        (self.delimiter, self.addsBeginning) = (delimiter, addsBeginning)
    }
}

extension ScoringModel {
    /// Scores every ending of every question: ln p of its tokens after the context, cut from the tokens of both together
    /// (`encodePair`). What is too long for the model loses its first tokens.
    ///
    /// - Parameter progress: called with the number of questions done.
    /// - Throws: `EvaluationError` that says which ending of which record cannot be scored.
    /// Source: lm-evaluation-harness, `multiple_choice` tasks of `HFLM`.
    public func score(
        _ file: ChoiceFile, _ format: ChoiceFormat = ChoiceFormat(), progress: (Int) -> Void = { _ in }
    ) throws -> [ChoiceScore] {
        let questions = try file.items.map { try tokens(of: $0, file.path, format) }
        let capacity = questions.map(\.positions).filter { $0 <= contextLength }.max()
        let cache = capacity.map { model.makeCache(capacity: $0) }
        return questions.enumerated().map { index, question in
            defer { progress(index + 1) }
            let item = file.items[index]
            let losses = losses(of: question, cache)
            let endings = zip(item.endings, losses).map { text, losses in
                ChoiceScore.Ending(
                    logLikelihood: -losses.reduce(0) { $0 + Double($1) }, tokenCount: losses.count, text: text
                )
            }
            return ChoiceScore(endings: endings, label: item.label)
        }
    }

    /// The tokens of a question.
    private struct Question {
        var context: [Int32] = []
        var endings: [[Int32]] = []

        /// Positions that the context and the longest ending take, without its last token, which is no input.
        var positions: Int { context.count + (endings.map(\.count).max() ?? 0) - 1 }
    }

    private func tokens(of item: ChoiceItem, _ path: String, _ format: ChoiceFormat) throws -> Question {
        var question = Question()
        for (index, ending) in item.endings.enumerated() {
            let pair: (context: [Int32], continuation: [Int32])
            do {
                pair = try encodePair(
                    context: item.context, continuation: format.delimiter + ending,
                    addsBeginning: format.addsBeginning)
            } catch let error as TokenizerError {
                throw EvaluationError.cannotEncode(path: path, place: item.place, error)
            }
            try check(pair.continuation, ending: index + 1, item.place, path)
            question.context = pair.context
            question.endings.append(pair.continuation)
        }
        return question
    }

    /// Throws unless an ending can be scored. Endings count from 1.
    func check(_ tokens: [Int32], ending: Int, _ place: RecordPlace, _ path: String) throws(EvaluationError) {
        if tokens.isEmpty { throw .noEndingToken(path: path, place: place, ending: ending) }
        if tokens.count > contextLength {
            throw .endingTooLong(
                path: path, place: place, ending: ending, tokens: tokens.count, contextLength: contextLength)
        }
    }

    private func losses(of question: Question, _ cache: KeyValueCache?) -> [[Float]] {
        if let cache, question.positions <= contextLength {
            return model.losses(of: question.endings, after: question.context, cache: cache)
        }
        // Endings of unequal length leave unequal parts of the context.
        let sequences = question.endings.map { sequence(question.context, $0) }
        return model.scores(sequences).map(\.losses)
    }

    /// A continuation after as much of the context as the model can read.
    func sequence(_ context: [Int32], _ continuation: [Int32]) -> ScoredSequence {
        ScoredSequence(
            tokens: (context + continuation).suffix(contextLength + 1), scoredCount: continuation.count)
    }
}
