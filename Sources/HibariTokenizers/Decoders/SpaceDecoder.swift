/// Spaces between tokens: what a tokenizer.json without a decoder means.
struct SpaceDecoder: DecoderStage {
    func decode(_ text: inout DecodedTokens) {
        for index in text.tokens.indices where index > 0 || !text.startsText {
            text.tokens[index].insert(UInt8(ascii: " "), at: 0)
        }
    }
}
