/// Cuts at each punctuation character, the symbols of ASCII included.
struct PunctuationSplitter: PieceSplitter {
    let behavior: SplitBehavior

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("behavior")
        behavior = try SplitBehavior(component.member("behavior"), missing: .isolated)
    }

    func split(_ piece: Piece) -> [Piece] {
        behavior.split(
            piece, at: characters(in: piece.text, where: CharacterProperties.isPunctuationOrASCIISymbol))
    }
}
