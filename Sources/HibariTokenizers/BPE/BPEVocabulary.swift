/// Everything that decides about the ids of a byte-level byte-pair tokenizer.
package struct BPEVocabulary: Sendable {
    /// The bytes of ordinary tokens by id; none for special tokens and for ids that are not used.
    package var tokens: TokenTable
    /// No pair twice.
    package var merges: [BytePairMerge]
    /// Tokens that merges do not make; their ids are none of the ordinary ones.
    package var specialTokens: [SpecialToken]
    /// The spelling of the token that stands between documents, if there is one.
    package var endOfText: String?
    package var preTokenization: PreTokenization
    /// Whether a piece that is a token as a whole is that token, whatever the merges make of it.
    package var keepsWholeTokens: Bool
    /// Whether the merges are all pairs of tokens that spell a token, as tiktoken has it.
    package var isRanked = false
    /// What the file wants before and after every text that a model is given, as ids of special tokens.
    package var prefix: [Int] = []
    package var suffix: [Int] = []

    package init(
        tokens: TokenTable, merges: [BytePairMerge], specialTokens: [SpecialToken] = [],
        endOfText: String? = nil, preTokenization: PreTokenization = .pattern(.gpt2),
        keepsWholeTokens: Bool = false
    ) {
        self.tokens = tokens
        self.merges = merges
        self.specialTokens = specialTokens
        self.endOfText = endOfText
        self.preTokenization = preTokenization
        self.keepsWholeTokens = keepsWholeTokens
    }

    /// The number of ids, with those that are not used.
    package var count: Int { max(tokens.count, (specialTokens.map(\.id).max() ?? -1) + 1) }
}

extension BPEVocabulary {
    /// The vocabulary of tokens by rank, as tiktoken reads it: two neighbors become a token if together they
    /// spell one, the lowest rank first, and a rank is an id.
    package init(
        ranks tokens: TokenTable, specialTokens: [SpecialToken], endOfText: String?,
        preTokenization: PreTokenization
    ) {
        self.init(
            tokens: tokens, merges: [], specialTokens: specialTokens, endOfText: endOfText,
            preTokenization: preTokenization, keepsWholeTokens: true)
        isRanked = true
        let bytes = tokens.bytes.span
        for id in 0..<tokens.count {
            let range = tokens.range(of: id)
            // A second id of the same bytes is never made.
            guard range.count > 1, tokens.id(of: bytes.extracting(range)) == Int32(id) else { continue }
            for middle in range.dropFirst() {
                guard let left = tokens.id(of: bytes.extracting(range.lowerBound..<middle)),
                    let right = tokens.id(of: bytes.extracting(middle..<range.upperBound))
                else { continue }
                merges.append(BytePairMerge(left: left, right: right, result: Int32(id), rank: Int32(id)))
            }
        }
    }
}
