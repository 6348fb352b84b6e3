/// SentencePiece's decoder: ▁ becomes a space, but for that of the dummy prefix; byte tokens become bytes.
///
/// Source: `SentencePieceProcessor::Decode` in sentencepiece_processor.cc.
struct SentencePieceDecoder: DecoderStage {
    /// The unknown token and what it becomes.
    let unknown: [UInt8]
    let unknownSurface: [UInt8]
    let addsDummyPrefix: Bool
    /// If so, all spaces in front of the text go away.
    let removesExtraSpaces: Bool

    func decode(_ text: inout DecodedTokens) {
        let mark = SentencePieceNormalizer.mark
        var expectsPrefix = text.startsText && (addsDummyPrefix || removesExtraSpaces)
        for (index, token) in text.tokens.enumerated() {
            if let byte = namedByte(token) {
                text.tokens[index] = [byte]
                expectsPrefix = false
                continue
            }
            if token == unknown {
                text.tokens[index] = unknownSurface
                expectsPrefix = expectsPrefix && unknownSurface.isEmpty
                continue
            }
            var rest = token[...]
            if expectsPrefix, rest.starts(with: mark) {
                rest = rest.dropFirst(mark.count)
                expectsPrefix = removesExtraSpaces
            }
            text.tokens[index] = replacing(
                occurrences(of: mark, in: rest), in: rest, with: [UInt8(ascii: " ")])
            if !rest.isEmpty { expectsPrefix = false }
        }
    }
}
