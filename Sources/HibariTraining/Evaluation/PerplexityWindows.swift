import HibariData

/// Which windows of a text a model reads, and which of their tokens count.
public struct PerplexityWindows: Sendable {
    /// Where the beginning token stands.
    public enum Beginning: String, Sendable, CaseIterable {
        case none
        /// Before the text.
        case first
        /// Before every window.
        case every
    }

    /// `beginning`, if there is one, then the tokens of the text at `range`; the last `scoredCount` are scored.
    public struct Window: Sendable, Equatable {
        public var beginning: Int32?
        public var range: Range<Int>
        public var scoredCount: Int

        package init(beginning: Int32?, range: Range<Int>, scoredCount: Int) {
            (self.beginning, self.range, self.scoredCount) = (beginning, range, scoredCount)
        }
    }

    private enum Recipe {
        case strided(stride: Int, Beginning)
        case llamaCpp
    }

    public let count: Int
    private let tokenCount: Int
    private let contextLength: Int
    private let token: Int32?
    private let recipe: Recipe

    /// Windows that advance by `stride` tokens: the first scores all its tokens, each further one those that the one
    /// before has not seen. Every token is scored once, but for the very first when nothing stands before it.
    ///
    /// A window has `contextLength` inputs, so these are the numbers of the recipe of `transformers` for the perplexity of
    /// models of fixed length with `max_length` = `contextLength` + 1, which does not count the last input's prediction.
    ///
    /// - Parameters:
    ///   - tokenCount: of the text.
    ///   - stride: 1...`contextLength`.
    ///   - token: the beginning token, unless `beginning` is `none`.
    /// - Throws: `DataError.corpusTooShort` if there is no token to predict.
    public init(
        tokenCount: Int, contextLength: Int, stride: Int, beginning: Beginning = .none, token: Int32? = nil
    ) throws(DataError) {
        precondition(
            contextLength > 0 && (1...contextLength).contains(stride) && (beginning == .none || token != nil),
            "PerplexityWindows: context \(contextLength), stride \(stride), beginning \(beginning)")
        let first = Self.firstTarget(beginning)
        guard tokenCount > first else { throw .corpusTooShort(tokens: tokenCount, contextLength: 1) }
        (self.tokenCount, self.contextLength) = (tokenCount, contextLength)
        self.token = token
        recipe = .strided(stride: stride, beginning)
        count = 1 + (max(0, tokenCount - first - contextLength) + stride - 1) / stride
    }

    /// The windows of llama.cpp's `llama-perplexity`: they do not overlap, what is left at the end of the text is not
    /// used, and of each the predictions from the middle on count, ⌈N/2⌉ − 1 of them. A model with a beginning token
    /// reads it before the text and in place of the first token of every window.
    ///
    /// - Throws: `EvaluationError.textTooShort` for a text of less than two windows, as there.
    /// Source: llama.cpp, tools/perplexity/perplexity.cpp.
    public init(llamaCppTokenCount tokenCount: Int, contextLength: Int, beginning: Int32?)
        throws(EvaluationError)
    {
        precondition(contextLength > 2, "PerplexityWindows: context \(contextLength)")
        let all = tokenCount + (beginning == nil ? 0 : 1)
        guard all >= 2 * contextLength else {
            throw .textTooShort(tokens: tokenCount, contextLength: contextLength)
        }
        (self.tokenCount, self.contextLength) = (tokenCount, contextLength)
        token = beginning
        recipe = .llamaCpp
        count = all / contextLength
    }

    /// The first token that can be predicted.
    private static func firstTarget(_ beginning: Beginning) -> Int { beginning == .none ? 1 : 0 }

    public subscript(index: Int) -> Window {
        precondition(index >= 0 && index < count, "PerplexityWindows: window \(index) of \(count)")
        switch recipe {
        case .llamaCpp:
            let start = index * contextLength
            let length = contextLength - (token == nil ? 0 : 1)
            return Window(
                beginning: token, range: start..<start + length,
                scoredCount: contextLength - 1 - contextLength / 2)
        case .strided(let stride, let beginning):
            let start = index * stride
            let first = Self.firstTarget(beginning)
            let end = min(tokenCount, start + contextLength + first)
            let scoredFrom = index == 0 ? first : start - stride + contextLength + first
            let hasBeginning = beginning == .every || beginning == .first && index == 0
            // With a token before the text, the text is one further on in the windows.
            let begin = beginning == .first ? max(0, start - 1) : start
            return Window(
                beginning: hasBeginning ? token : nil, range: begin..<end, scoredCount: end - scoredFrom)
        }
    }

    /// The number of scored tokens.
    public var scoredCount: Int {
        switch recipe {
        case .llamaCpp: count * self[0].scoredCount
        case .strided(_, let beginning): tokenCount - Self.firstTarget(beginning)
        }
    }
}
