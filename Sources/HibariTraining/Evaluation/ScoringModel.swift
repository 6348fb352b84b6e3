import HibariModels
import HibariTokenizers

/// A model to be measured, with what belongs to its texts.
public struct ScoringModel {
    public let model: any LanguageModel
    public let tokenizer: any Tokenizer
    /// What begins a text, where it is wanted.
    public let beginningToken: Int32?
    /// Whether the model's own tokenizer puts it in front of every text.
    public let addsBeginning: Bool

    public init(
        model: any LanguageModel, tokenizer: any Tokenizer, beginningToken: Int32?, addsBeginning: Bool
    ) {
        (self.model, self.tokenizer) = (model, tokenizer)
        (self.beginningToken, self.addsBeginning) = (beginningToken, addsBeginning)
    }

    public var contextLength: Int { model.configuration.contextLength }

    /// What stands before a text without context: the beginning token, else the one that ends a document.
    public var prefixToken: Int32? { beginningToken ?? tokenizer.endOfText.map(Int32.init) }

    /// The tokens of a context and of what follows it, cut from the tokens of both together, as a model has learned
    /// them: a space belongs to the word after it, so the context gives its last spaces to the continuation.
    ///
    /// context = encode(c), continuation = encode(c + e) without its first context.count tokens.
    ///
    /// - Parameter addsBeginning: put the beginning token before the context. It, or else the token that ends a
    ///   document, also stands for an empty context.
    /// - Throws: `TokenizerError`; `EvaluationError.noBeginning`.
    /// Source: lm-evaluation-harness, `_encode_pair`.
    public func encodePair(
        context: String, continuation: String, addsBeginning: Bool = false
    ) throws -> (context: [Int32], continuation: [Int32]) {
        let scalars = Array(context.unicodeScalars)
        let kept = scalars.prefix((scalars.lastIndex { !isSpace($0) } ?? -1) + 1)
        let (text, whole) = (string(kept), context + continuation)
        var contextTokens = try tokenizer.encode(text)
        let following = Array(try tokenizer.encode(whole).dropFirst(contextTokens.count))
        if addsBeginning || contextTokens.isEmpty {
            guard let first = addsBeginning ? beginningToken : prefixToken else {
                throw EvaluationError.noBeginning(isAsked: addsBeginning)
            }
            contextTokens.insert(first, at: 0)
        }
        return (contextTokens, following)
    }
}

/// White space as Python's `str.rstrip` takes it away: that of Unicode and four separators of ASCII.
func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}

func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
}
