import HibariTokenizers

/// The pieces of `text`, as the ends of them.
func pieceEnds(_ splitter: some TextSplitter, _ text: [UInt8]) throws -> [Int] {
    var ends: [Int] = []
    var isWhole = true
    try splitter.forEachPiece(in: text.span) { piece in
        isWhole = isWhole && piece.lowerBound == ends.last ?? 0 && !piece.isEmpty
        ends.append(piece.upperBound)
    }
    return isWhole && ends.last ?? 0 == text.count ? ends : []
}

/// The pieces as text, in brackets.
func shown(_ text: [UInt8], _ ends: [Int]) -> String {
    zip([0] + ends, ends).map { "[" + String(decoding: text[$0..<$1], as: UTF8.self).debugDescription + "]" }
        .joined()
}
