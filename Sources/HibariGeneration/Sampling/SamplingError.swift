import HibariSupport

/// What the caller or the model can get wrong when choosing tokens.
public enum SamplingError: UserError, Equatable {
    /// An option of `SamplerConfiguration` is outside its range.
    case optionOutOfRange(option: String, value: String, range: String)
    /// The stop string at `index` of the list is empty and would match everywhere.
    case emptyStopString(index: Int)
    /// The model gave NaN or +∞ as the logit of a token.
    case invalidLogit(token: Int32, value: Float, position: Int)
    /// Every logit is −∞, so that no token has a probability.
    case noCandidate(position: Int)
    /// A token of the history is not in the vocabulary of the model.
    case tokenOutsideVocabulary(token: Int32, vocabularySize: Int)

    public var description: String {
        switch self {
        case .optionOutOfRange(let option, let value, let range):
            "\(option) must be \(range), got \(value)"
        case .emptyStopString(let index):
            "stop string \(index + 1) is empty; remove it or give it at least one character"
        case .invalidLogit(let token, let value, let position):
            "the model gave \(value) as the logit of token \(token) at position \(position); "
                + "its weights are damaged or its training diverged, use another checkpoint"
        case .noCandidate(let position):
            "every token at position \(position) has the logit -inf; allow at least one token"
        case .tokenOutsideVocabulary(let token, let vocabularySize):
            "token \(token) is not in the model's vocabulary of \(vocabularySize); "
                + "use the tokenizer that the model was trained with"
        }
    }

    public var exitStatus: ExitStatus {
        switch self {
        case .optionOutOfRange, .emptyStopString: .usage
        case .invalidLogit, .noCandidate, .tokenOutsideVocabulary: .badData
        }
    }
}
