/// Tokens on their way to text, as a chain of decoders changes them.
package struct DecodedTokens: Sendable {
    package var tokens: [[UInt8]]
    /// Whether the first token begins the text. It does not when the tokens of a text are decoded one by one.
    package var startsText: Bool
    /// Whether the tokens were joined, so that the only one is the text.
    var isJoined = false

    package init(tokens: [[UInt8]], startsText: Bool) {
        self.tokens = tokens
        self.startsText = startsText
    }
}

/// Turns the spelling of tokens into text: a decoder of tokenizer.json.
///
/// Semantics are those of the Hugging Face `tokenizers` library, but for one thing: tokens are bytes, and
/// those of them that are no valid UTF-8 stay as they are. The library puts U+FFFD for them.
package protocol DecoderStage: Sendable {
    func decode(_ text: inout DecodedTokens)
}

/// Reads the decoder of a tokenizer.json.
///
/// - Throws: `TokenizerError` that names the component if it is of a kind that Hibari does not have.
package func readDecoder(_ component: Component) throws(TokenizerError) -> any DecoderStage {
    switch try component.type {
    case "ByteLevel": try ByteLevelDecoder(component)
    case "ByteFallback": try ByteFallbackDecoder(component)
    case "Metaspace": try MetaspaceDecoder(component)
    case "WordPiece": try WordPieceDecoder(component)
    case "Replace": try ReplaceDecoder(component)
    case "Strip": try StripDecoder(component)
    case "Fuse": try FuseDecoder(component)
    case "BPEDecoder": try SuffixDecoder(component)
    case "Sequence": try DecoderSequence(component)
    default: throw component.member("type").unsupported()
    }
}
