/// The suffix that marks the end of a word becomes a space, in the last token nothing: `BPEDecoder`.
struct SuffixDecoder: DecoderStage {
    let suffix: [UInt8]

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("suffix")
        suffix = Array(try component.string("suffix").utf8)
    }

    func decode(_ text: inout DecodedTokens) {
        for (index, token) in text.tokens.enumerated() {
            // One by one, tokens are taken for those of a text that goes on.
            let isLast = index == text.tokens.count - 1 && text.startsText
            text.tokens[index] = replacing(
                occurrences(of: suffix, in: token[...]), in: token[...],
                with: isLast ? [] : [UInt8(ascii: " ")])
        }
    }
}
