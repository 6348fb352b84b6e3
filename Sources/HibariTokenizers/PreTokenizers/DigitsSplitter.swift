/// Numbers apart from all else, as a whole or digit by digit.
struct DigitsSplitter: PieceSplitter {
    let isolatesDigits: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("individual_digits")
        isolatesDigits = try component.bool("individual_digits")
    }

    func split(_ piece: Piece) -> [Piece] {
        let behavior: SplitBehavior = isolatesDigits ? .isolated : .contiguous
        return behavior.split(piece, at: characters(in: piece.text, where: CharacterProperties.isNumeric))
    }
}
