/// Spaces between words and none before the rest of a word, which its prefix tells; on request, also none
/// before punctuation and English contractions.
struct WordPieceDecoder: DecoderStage {
    let prefix: [UInt8]
    let cleansUp: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("prefix", "cleanup")
        prefix = Array(try component.string("prefix").utf8)
        cleansUp = try component.bool("cleanup", missing: true)
    }

    func decode(_ text: inout DecodedTokens) {
        for (index, token) in text.tokens.enumerated() {
            var token = token
            if index > 0 || !text.startsText {
                if token.starts(with: prefix) {
                    token.removeFirst(prefix.count)
                } else {
                    token.insert(UInt8(ascii: " "), at: 0)
                }
            }
            text.tokens[index] = cleansUp ? cleanUp(token) : token
        }
    }
}

/// Source: `cleanup` of tokenizers, decoders/wordpiece.rs; after `clean_up_tokenization` of transformers.
private func cleanUp(_ token: [UInt8]) -> [UInt8] {
    guard token.contains(UInt8(ascii: " ")) else { return token }
    return replacements.reduce(token) { token, replacement in
        replacing(occurrences(of: replacement.0, in: token[...]), in: token[...], with: replacement.1)
    }
}

private let replacements: [([UInt8], [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
].map { (Array($0.0.utf8), Array($0.1.utf8)) }
