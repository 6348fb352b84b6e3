/// One pre-tokenizer after the other, each cutting the pieces of the one before.
struct PieceSplitterSequence: PieceSplitter {
    let splitters: [any PieceSplitter]

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("pretokenizers")
        var splitters: [any PieceSplitter] = []
        for element in try component.elements("pretokenizers") { splitters.append(try readSplitter(element)) }
        self.splitters = splitters
    }

    func split(_ piece: Piece) throws(TokenizerError) -> [Piece] {
        var pieces = [piece]
        for splitter in splitters {
            var next: [Piece] = []
            next.reserveCapacity(pieces.count)
            for piece in pieces { next += try splitter.split(piece) }
            pieces = next
        }
        return pieces
    }
}
