/// Printable characters back to the bytes they spell. A token with any other character is its own text.
struct ByteLevelDecoder: DecoderStage {
    init() {}

    init(_ component: Component) throws(TokenizerError) {
        // These settings are for encoding.
        try component.expectKeys("add_prefix_space", "trim_offsets", "use_regex")
    }

    func decode(_ text: inout DecodedTokens) {
        for index in text.tokens.indices {
            let word = String(decoding: text.tokens[index], as: UTF8.self)
            if let bytes = ByteAlphabet.bytes(of: word) { text.tokens[index] = bytes }
        }
    }
}
