/// Joins all tokens to one, for decoders after it that look at the text as a whole.
struct FuseDecoder: DecoderStage {
    init() {}

    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func decode(_ text: inout DecodedTokens) {
        text.tokens = [Array(text.tokens.joined())]
        text.isJoined = true
    }
}
