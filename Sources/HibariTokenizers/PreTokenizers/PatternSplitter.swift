/// Cuts at the matches of a string or a regular expression: `Split`.
struct PatternSplitter: PieceSplitter {
    let pattern: TextPattern
    let behavior: SplitBehavior
    let isInverted: Bool
    /// Finds the same pieces as the pattern, in linear time.
    private let scanner: (any PreTokenizer)?

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("pattern", "behavior", "invert")
        pattern = try TextPattern(component.member("pattern"))
        behavior = try SplitBehavior(component.member("behavior"))
        isInverted = try component.bool("invert", missing: false)
        // The known patterns match every character, so nothing lies between the matches.
        let keepsMatches = behavior == .isolated || behavior == .removed && isInverted
        let known = component.value["pattern"]?["Regex"]?.string.flatMap(PreTokenizerPattern.init(regex:))
        scanner = keepsMatches ? known?.scanner : nil
    }

    func split(_ piece: Piece) throws(TokenizerError) -> [Piece] {
        if let scanner { return try piece.cut(by: scanner) }
        return behavior.split(piece, at: try pattern.matches(in: piece.text), isInverted: isInverted)
    }
}
