/// Runs of word characters and runs of what is neither that nor whitespace: the matches of `\w+|[^\w\s]+`.
struct WhitespaceSplitter: PieceSplitter {
    private enum Kind { case word, space, other }

    init(_ component: Component) throws(TokenizerError) { try component.expectKeys() }

    func split(_ piece: Piece) -> [Piece] {
        var pieces: [Piece] = []
        var (start, kind) = (piece.text.startIndex, Kind.space)
        func end(at end: Int) {
            if kind != .space {
                let startsText = piece.startsText && start == piece.text.startIndex
                pieces.append(Piece(text: piece.text[start..<end], startsText: startsText))
            }
        }
        for (value, range) in UTF8Scalars(piece.text) {
            let next: Kind =
                CharacterProperties.isWordCharacter(value)
                ? .word : CharacterProperties.isWhitespace(value) ? .space : .other
            if next == kind { continue }
            end(at: range.lowerBound)
            (start, kind) = (range.lowerBound, next)
        }
        end(at: piece.text.endIndex)
        return pieces
    }
}
