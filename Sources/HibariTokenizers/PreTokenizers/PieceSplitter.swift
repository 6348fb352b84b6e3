/// A piece of text on its way to the model. Models never look beyond one.
package struct Piece: Sendable {
    package var text: ArraySlice<UInt8>
    /// Whether it begins where the text does.
    package var startsText: Bool

    package init(text: ArraySlice<UInt8>, startsText: Bool) {
        self.text = text
        self.startsText = startsText
    }

    /// The pieces that `splitter` finds in it.
    func cut(by splitter: some TextSplitter) throws(TokenizerError) -> [Piece] {
        var pieces: [Piece] = []
        let start = text.startIndex
        try splitter.forEachPiece(in: text.span) { range in
            pieces.append(
                Piece(
                    text: text[start + range.lowerBound..<start + range.upperBound],
                    startsText: startsText && range.lowerBound == 0))
        }
        return pieces
    }
}

/// Cuts a piece into smaller ones, and may change their text: a pre-tokenizer of tokenizer.json.
///
/// Semantics are those of the Hugging Face `tokenizers` library. Pieces never come out empty.
package protocol PieceSplitter: Sendable {
    func split(_ piece: Piece) throws(TokenizerError) -> [Piece]
}

/// Reads the pre-tokenizer of a tokenizer.json.
///
/// - Throws: `TokenizerError` that names the component if it is of a kind that Hibari does not have.
package func readSplitter(_ component: Component) throws(TokenizerError) -> any PieceSplitter {
    switch try component.type {
    case "Whitespace": try WhitespaceSplitter(component)
    case "WhitespaceSplit": try WhitespaceOnlySplitter(component)
    case "BertPreTokenizer": try BertSplitter(component)
    case "Punctuation": try PunctuationSplitter(component)
    case "Digits": try DigitsSplitter(component)
    case "CharDelimiterSplit": try DelimiterSplitter(component)
    case "Metaspace": try MetaspaceSplitter(component)
    case "ByteLevel": try ByteLevelSplitter(component)
    case "Split": try PatternSplitter(component)
    case "Sequence": try PieceSplitterSequence(component)
    default: throw component.member("type").unsupported()
    }
}
