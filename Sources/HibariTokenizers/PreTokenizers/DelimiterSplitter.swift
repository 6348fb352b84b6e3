/// What lies between two occurrences of one character: `CharDelimiterSplit`.
struct DelimiterSplitter: PieceSplitter {
    let delimiter: UInt32

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("delimiter")
        delimiter = try component.scalar("delimiter").value
    }

    func split(_ piece: Piece) -> [Piece] {
        SplitBehavior.removed.split(piece, at: characters(in: piece.text) { $0 == delimiter })
    }
}
