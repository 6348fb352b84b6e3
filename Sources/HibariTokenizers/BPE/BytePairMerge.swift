/// A pair of tokens that becomes one.
package struct BytePairMerge: Sendable, Hashable {
    package var left: Int32
    package var right: Int32
    /// The token that the pair becomes.
    package var result: Int32
    /// Of all pairs in a piece that of the lowest rank is merged first, of several the leftmost.
    package var rank: Int32

    package init(left: Int32, right: Int32, result: Int32, rank: Int32) {
        (self.left, self.right, self.result, self.rank) = (left, right, result, rank)
    }
}
