/// Byte-pair encoding from left to right, in time linear in the text.
///
/// Tokens are the encoding of their bytes if and only if each two neighbors are the encoding of theirs. So the
/// longest token that can follow the one before is tried first, then the shorter ones that it begins with; where
/// none can follow, the last token is taken back. At most one sequence of tokens ends at each place, so a place
/// that led nowhere is not tried again.
/// Source: van Antwerpen & Neubeck 2024, "So many tokens, so little time" (github.blog).
package struct BacktrackingEncoder: Sendable {
    /// How a token is made of two others.
    private struct Origin {
        /// Of the merge; −1 for a byte, which is not merged.
        var rank: Int32 = -1
        var left: Int32 = -1
        var right: Int32 = -1
        /// The longest other token that this one begins with; −1 for a byte.
        var prefix: Int32 = -1
        /// In bytes; 0 for an id that encoding never gives.
        var length: Int32 = 0
    }

    private let merges: MergeTable
    private var origins: [Origin]
    /// The tokens that encoding can give.
    private var trie = ByteTrie([])

    /// - Parameters:
    ///   - merges: of `encoder`, in the order of their ranks.
    ///   - encoder: for the same tokens.
    /// - Returns: nil if the order in which pairs are merged is not that of their ranks, as in no vocabulary that
    ///   was learned: a token is more important than one it is made of.
    package init?(_ tokens: TokenTable, merges: [BytePairMerge], encoder: BytePairEncoder) {
        self.merges = encoder.merges
        origins = [Origin](repeating: Origin(), count: tokens.count)
        for id in encoder.byteIDs where id >= 0 { origins[Int(id)].length = 1 }
        var lastRank: Int32 = -1
        var outOfOrder: [BytePairMerge] = []
        for merge in merges {
            guard merge.rank >= lastRank else { return nil }
            lastRank = merge.rank
            let (left, right, result) = (
                origins[Int(merge.left)], origins[Int(merge.right)], Int(merge.result)
            )
            // What is no token so far has a higher rank, or it is not the encoding of its own bytes, and no text
            // has it.
            guard left.length > 0, right.length > 0 else {
                outOfOrder.append(merge)
                continue
            }
            guard origins[result].length == 0, canFollow(merge.left, merge.right, below: merge.rank) else {
                continue
            }
            origins[result] = Origin(
                rank: merge.rank, left: merge.left, right: merge.right, length: left.length + right.length)
        }
        for merge in outOfOrder {
            let isFound = origins[Int(merge.left)].length > 0 && origins[Int(merge.right)].length > 0
            if isFound, canFollow(merge.left, merge.right, below: merge.rank) { return nil }
        }
        let given = origins.indices.filter { origins[$0].length > 0 }
        trie = ByteTrie(given.map { (tokens[$0], Int32($0)) })
        for id in given where origins[id].length > 1 {
            origins[id].prefix = longestToken(
                in: tokens.bytes.span.extracting(tokens.range(of: id).dropLast()))
        }
    }

    /// Appends the ids of `piece` to `ids`.
    ///
    /// - Precondition: every byte of it has an id.
    package func append(_ piece: Span<UInt8>, to ids: inout [Int32]) {
        let (count, start) = (piece.count, ids.count)
        if count == 0 { return }
        withUnsafeTemporaryAllocation(of: Bool.self, capacity: count + 1) { leadsNowhere in
            leadsNowhere.initialize(repeating: false)
            var position = 0
            var last: Int32 = -1
            var token = longestToken(in: piece)
            while true {
                let end = position + Int(origins[Int(token)].length)
                if !leadsNowhere[end], last < 0 || canFollow(last, token, below: .max) {
                    ids.append(token)
                    if end == count { break }
                    (position, last) = (end, token)
                    token = longestToken(in: piece.extracting(end...))
                } else if origins[Int(token)].prefix >= 0 {
                    token = origins[Int(token)].prefix
                } else {
                    leadsNowhere[position] = true
                    token = ids.removeLast()
                    position -= Int(origins[Int(token)].length)
                    last = ids.count > start ? ids[ids.count - 1] : -1
                }
            }
        }
    }

    @inline(__always)
    private func longestToken(in text: Span<UInt8>) -> Int32 {
        var (node, longest): (Int32, Int32) = (ByteTrie.root, -1)
        for index in text.indices {
            let next = trie.step(node, text[index])
            if next.node < 0 { break }
            node = next.node
            if next.value >= 0 { longest = next.value }
        }
        return longest
    }

    /// Whether the encoding of the bytes of two tokens, as far as ranks below `limit` go, is these two.
    ///
    /// The merges that made them are taken back one after the other, the last one first, as seen from where they
    /// meet: the bytes there were always the end of one token and the beginning of another. Had these two been a
    /// pair of lower rank than the next merge of one of them, they would have been merged. Of equal ranks the
    /// leftmost pair is merged first.
    @inline(__always)
    private func canFollow(_ left: Int32, _ right: Int32, below limit: Int32) -> Bool {
        var (left, right, limit) = (left, right, limit)
        while true {
            let merge = merges[left, right]
            if merge != MergeTable.none, Int32(truncatingIfNeeded: merge >> 32) < limit { return false }
            let (leftRank, rightRank) = (origins[Int(left)].rank, origins[Int(right)].rank)
            if leftRank > rightRank {
                limit = leftRank
                left = origins[Int(left)].right
            } else {
                if rightRank < 0 { return true }
                limit = rightRank + 1
                right = origins[Int(right)].left
            }
        }
    }
}
