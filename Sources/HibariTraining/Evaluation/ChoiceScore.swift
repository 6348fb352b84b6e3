/// By which number of an ending a question is answered.
public enum ChoiceMetric: String, Sendable, CaseIterable {
    /// Its log-likelihood.
    case acc
    /// The same per character of the ending.
    case accNorm = "acc_norm"
    case accBytes = "acc_bytes"
    case accTokens = "acc_tokens"
}

/// What a model says of one question.
public struct ChoiceScore: Sendable, Equatable {
    public struct Ending: Sendable, Equatable {
        /// ln p of all its tokens after the context.
        public var logLikelihood: Double
        public var tokenCount: Int
        /// Characters (Unicode scalars, as Python counts) and bytes of the ending without what separates it from the
        /// context.
        public var characterCount: Int
        public var byteCount: Int

        public init(logLikelihood: Double, tokenCount: Int, text: String) {
            (self.logLikelihood, self.tokenCount) = (logLikelihood, tokenCount)
            (characterCount, byteCount) = (text.unicodeScalars.count, text.utf8.count)
        }
    }

    public var endings: [Ending]
    /// The right one.
    public var label: Int

    public init(endings: [Ending], label: Int) { (self.endings, self.label) = (endings, label) }

    /// The ending with the greatest number; the first of several.
    public func prediction(by metric: ChoiceMetric) -> Int {
        let numbers = endings.map { ending in
            switch metric {
            case .acc: ending.logLikelihood
            case .accNorm: ending.logLikelihood / Double(ending.characterCount)
            case .accBytes: ending.logLikelihood / Double(ending.byteCount)
            case .accTokens: ending.logLikelihood / Double(ending.tokenCount)
            }
        }
        return numbers.indices.reduce(0) { numbers[$1] > numbers[$0] ? $1 : $0 }
    }

    public func isRight(by metric: ChoiceMetric) -> Bool { prediction(by: metric) == label }
}

extension [ChoiceScore] {
    /// The share of right answers.
    public func accuracy(by metric: ChoiceMetric) -> MeanEstimate {
        MeanEstimate(map { $0.isRight(by: metric) ? 1 : 0 })
    }
}
