/// What lies between whitespace: `WhitespaceSplit`.
struct WhitespaceOnlySplitter: PieceSplitter {
    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func split(_ piece: Piece) -> [Piece] {
        SplitBehavior.removed.split(
            piece, at: characters(in: piece.text, where: CharacterProperties.isWhitespace))
    }
}
