/// Printable characters back to the bytes they spell, all tokens joined. A token with any other character is its
/// own text.
struct ByteLevelDecoder: DecoderStage {
    init() {}

    init(_ component: Component) throws(TokenizerError) {
        // These settings are for encoding.
        try component.expectKeys("add_prefix_space", "trim_offsets", "use_regex")
    }

    func decode(_ text: inout DecodedTokens) {
        var joined: [UInt8] = []
        for token in text.tokens {
            joined += ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token
        }
        text.tokens = [joined]
        text.isJoined = true
    }
}
