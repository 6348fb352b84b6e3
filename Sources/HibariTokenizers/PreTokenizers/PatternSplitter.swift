/// Cuts at the matches of a string or a regular expression: `Split`.
struct PatternSplitter: PieceSplitter {
    let pattern: TextPattern
    let behavior: SplitBehavior
    let isInverted: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("pattern", "behavior", "invert")
        pattern = try TextPattern(component.member("pattern"))
        behavior = try SplitBehavior(component.member("behavior"))
        isInverted = try component.bool("invert", missing: false)
    }

    func split(_ piece: Piece) throws(TokenizerError) -> [Piece] {
        behavior.split(piece, at: try pattern.matches(in: piece.text), isInverted: isInverted)
    }
}
