/// Which two bytes stand next to each other in some token.
///
/// No merge joins two other bytes, so a piece can be encoded in parts that meet there, and short parts come again
/// where whole sentences do not: Japanese has no spaces.
struct ByteNeighbors: Sendable {
    /// By the first byte times 256 plus the second one.
    private var areJoined = [Bool](repeating: false, count: 1 << 16)

    init(_ tokens: TokenTable) {
        for id in 0..<tokens.count {
            let range = tokens.range(of: id)
            for index in range.dropLast() {
                areJoined[Int(tokens.bytes[index]) << 8 | Int(tokens.bytes[index + 1])] = true
            }
        }
    }

    /// Where the part of `piece` that begins at `start` ends.
    @inline(__always) func end(ofPartAt start: Int, of piece: Range<Int>, in text: Span<UInt8>) -> Int {
        var end = start + 1
        while end < piece.upperBound, areJoined[Int(text[end - 1]) << 8 | Int(text[end])] { end += 1 }
        return end
    }
}
