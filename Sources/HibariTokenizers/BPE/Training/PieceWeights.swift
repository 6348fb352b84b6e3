/// How often the piece at a position of a `MergingText` occurs in the text.
///
/// A position has no number of its own for its piece, which would take as much memory as the tokens: the pieces are
/// found from the first one of the block.
struct PieceWeights {
    private static let blockBits = 6
    private var weights: [Int] = []
    /// The position behind each piece, where its border is.
    private var ends: [Int32] = []
    /// The first piece that ends in or behind each block of positions.
    private var firstPieces: [Int32] = []

    init(_ pieces: PieceCounts) {
        weights.reserveCapacity(pieces.count)
        ends.reserveCapacity(pieces.count)
        var end = 0
        for number in 0..<pieces.count {
            weights.append(pieces.count(of: number))
            end += pieces.range(of: number).count + 1
            ends.append(Int32(end))
            while firstPieces.count <= end >> Self.blockBits { firstPieces.append(Int32(number)) }
        }
    }

    /// - Precondition: a piece is at `position`, or the border behind one.
    subscript(position: Int) -> Int {
        var number = Int(firstPieces[position >> Self.blockBits])
        while ends[number] < position { number += 1 }
        return weights[number]
    }
}
