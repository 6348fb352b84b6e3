import HeapModule

/// Byte-pair encoding of single pre-tokens: of all neighbors in the list of merges the pair of lowest rank is
/// merged, the leftmost first, until none is left.
///
/// Bytes are ids 0–255, and the pair of rank r becomes id 256 + r.
/// Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909.
struct BytePairEncoder: Sendable {
    private let ranks: PairRanks

    /// Longer pre-tokens are encoded in time n log n, shorter ones in n², which is less for them. Anything
    /// from 24 to 160 bytes makes no difference that could be measured on Japanese text (2026-11-21).
    private static let shortLength = 64

    /// - Precondition: no pair occurs twice.
    init(_ merges: [TokenPair]) { ranks = PairRanks(merges) }

    /// Appends the ids of `preToken` to `ids`.
    ///
    /// - Parameter scratch: memory to be used again by the next call.
    func append(_ preToken: Span<UInt8>, to ids: inout [Int32], scratch: inout [Int32]) {
        if preToken.count <= Self.shortLength {
            appendShort(preToken, to: &ids, pairRanks: &scratch)
        } else {
            appendLong(preToken, to: &ids)
        }
    }

    private func appendShort(_ preToken: Span<UInt8>, to ids: inout [Int32], pairRanks: inout [Int32]) {
        let start = ids.count
        for index in preToken.indices { ids.append(Int32(preToken[index])) }
        pairRanks.removeAll(keepingCapacity: true)
        for index in start + 1..<max(start + 1, ids.count) {
            pairRanks.append(ranks[ids[index - 1], ids[index]])
        }
        while true {
            // `pairRanks[i]` is the rank of the tokens i and i + 1 of the pre-token.
            var (lowest, best) = (PairRanks.none, 0)
            for (index, rank) in pairRanks.enumerated() where rank < lowest { (lowest, best) = (rank, index) }
            if lowest == PairRanks.none { return }
            ids[start + best] = 256 + lowest
            ids.remove(at: start + best + 1)
            pairRanks.remove(at: best)
            if best < pairRanks.count {
                pairRanks[best] = ranks[ids[start + best], ids[start + best + 1]]
            }
            if best > 0 { pairRanks[best - 1] = ranks[ids[start + best - 1], ids[start + best]] }
        }
    }

    private func appendLong(_ preToken: Span<UInt8>, to ids: inout [Int32]) {
        let count = preToken.count
        // A linked list of the tokens by the position of their first byte. A token that was merged into the
        // one before it has the id −1.
        var tokens = (0..<count).map { Int32(preToken[$0]) }
        var previous = Array(-1..<count - 1)
        var next = Array(1...count)
        var queue = Heap(
            (0..<count - 1).lazy.map { Candidate(rank: ranks[tokens[$0], tokens[$0 + 1]], position: $0) }
                .filter { $0.rank != PairRanks.none })
        func enqueue(_ position: Int) {
            guard position >= 0, next[position] < count else { return }
            let rank = ranks[tokens[position], tokens[next[position]]]
            if rank != PairRanks.none { queue.insert(Candidate(rank: rank, position: position)) }
        }
        while let candidate = queue.popMin() {
            // Candidates stay in the queue when a neighbor's merge has made them void.
            let (left, right) = (candidate.position, next[candidate.position])
            guard tokens[left] >= 0, right < count, ranks[tokens[left], tokens[right]] == candidate.rank
            else {
                continue
            }
            tokens[left] = 256 + candidate.rank
            tokens[right] = -1
            next[left] = next[right]
            if next[left] < count { previous[next[left]] = left }
            enqueue(previous[left])
            enqueue(left)
        }
        ids += tokens.lazy.filter { $0 >= 0 }
    }
}

/// A pair that may be merged.
private struct Candidate: Comparable {
    var rank: Int32
    /// Where its left token begins.
    var position: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
        a.rank != b.rank ? a.rank < b.rank : a.position < b.position
    }
}
