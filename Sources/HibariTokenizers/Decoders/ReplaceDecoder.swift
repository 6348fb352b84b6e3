/// Replaces every match of a pattern in every token.
struct ReplaceDecoder: DecoderStage {
    let pattern: [UInt8]
    let content: [UInt8]

    init(pattern: [UInt8], content: [UInt8]) {
        self.pattern = pattern
        self.content = content
    }

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("pattern", "content")
        guard case .literal(let pattern) = try TextPattern(component.member("pattern")) else {
            // Bytes that stand for half a character are nothing a regular expression can look at.
            throw component.member("pattern").unsupported()
        }
        self.init(pattern: pattern, content: Array(try component.string("content").utf8))
    }

    func decode(_ text: inout DecodedTokens) {
        for (index, token) in text.tokens.enumerated() {
            text.tokens[index] = replacing(
                occurrences(of: pattern, in: token[...]), in: token[...], with: content)
        }
    }
}
