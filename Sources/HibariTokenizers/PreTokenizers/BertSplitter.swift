/// BERT's words: cut at whitespace, each punctuation character by itself.
struct BertSplitter: PieceSplitter {
    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func split(_ piece: Piece) -> [Piece] {
        SplitBehavior.removed.split(
            piece, at: characters(in: piece.text, where: CharacterProperties.isWhitespace)
        ).flatMap { word in
            SplitBehavior.isolated.split(
                word, at: characters(in: word.text, where: CharacterProperties.isPunctuationOrASCIISymbol))
        }
    }
}
