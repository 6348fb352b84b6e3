import HeapModule

/// Byte-pair encoding of single pieces: of all neighbors that are to be merged the pair of lowest rank is
/// merged, the leftmost first, until none is left.
/// Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909.
struct BytePairEncoder: Sendable {
    /// The id of each byte.
    let byteIDs: [Int32]
    private let merges: MergeTable

    /// Longer pieces are encoded in time n log n, shorter ones in n², which is less for them. Anything from
    /// 24 to 160 bytes makes no difference that could be measured on Japanese text (2026-11-21).
    private static let shortLength = 64

    /// - Parameters:
    ///   - byteIDs: the ids of the 256 bytes.
    ///   - merges: no pair twice.
    init(byteIDs: [Int32], merges: [BytePairMerge]) {
        precondition(byteIDs.count == 256, "BytePairEncoder: \(byteIDs.count) bytes have ids; expected 256")
        self.byteIDs = byteIDs
        self.merges = MergeTable(merges)
    }

    /// Appends the ids of `piece` to `ids`.
    ///
    /// - Parameter scratch: memory to be used again by the next call.
    func append(_ piece: Span<UInt8>, to ids: inout [Int32], scratch: inout [UInt64]) {
        if piece.count <= Self.shortLength {
            appendShort(piece, to: &ids, pairs: &scratch)
        } else {
            appendLong(piece, to: &ids, limit: MergeTable.none)
        }
    }

    /// The same with only the merges whose rank is below `rank`.
    func append(_ piece: Span<UInt8>, to ids: inout [Int32], below rank: Int32 = .max) {
        appendLong(piece, to: &ids, limit: UInt64(rank) << 32)
    }

    private func appendShort(_ piece: Span<UInt8>, to ids: inout [Int32], pairs: inout [UInt64]) {
        let start = ids.count
        for index in piece.indices { ids.append(byteIDs[Int(piece[index])]) }
        pairs.removeAll(keepingCapacity: true)
        for index in start + 1..<max(start + 1, ids.count) {
            pairs.append(merges[ids[index - 1], ids[index]])
        }
        // `pairs[i]` is the merge of the tokens i and i + 1 of the piece.
        var pairCount = pairs.count
        while pairCount > 0 {
            var (lowest, best) = (MergeTable.none, 0)
            for index in 0..<pairCount where pairs[index] < lowest { (lowest, best) = (pairs[index], index) }
            if lowest == MergeTable.none { break }
            ids[start + best] = Int32(truncatingIfNeeded: lowest)
            pairCount -= 1
            for index in best..<pairCount {
                pairs[index] = pairs[index + 1]
                ids[start + index + 1] = ids[start + index + 2]
            }
            if best < pairCount { pairs[best] = merges[ids[start + best], ids[start + best + 1]] }
            if best > 0 { pairs[best - 1] = merges[ids[start + best - 1], ids[start + best]] }
        }
        ids.removeLast(ids.count - start - pairCount - min(1, piece.count))
    }

    private func appendLong(_ piece: Span<UInt8>, to ids: inout [Int32], limit: UInt64) {
        let count = piece.count
        if count == 0 { return }
        // A linked list of the tokens by the position of their first byte. A token that was merged into the
        // one before it has the id −1.
        var tokens = (0..<count).map { byteIDs[Int(piece[$0])] }
        var previous = Array(-1..<count - 1)
        var next = Array(1...count)
        var queue = Heap(
            (0..<count - 1).lazy.map { Candidate(merge: merges[tokens[$0], tokens[$0 + 1]], position: $0) }
                .filter { $0.merge < limit })
        func enqueue(_ position: Int) {
            guard position >= 0, next[position] < count else { return }
            let merge = merges[tokens[position], tokens[next[position]]]
            if merge < limit { queue.insert(Candidate(merge: merge, position: position)) }
        }
        while let candidate = queue.popMin() {
            // Candidates stay in the queue when a neighbor's merge has made them void.
            let (left, right) = (candidate.position, next[candidate.position])
            guard tokens[left] >= 0, right < count, merges[tokens[left], tokens[right]] == candidate.merge
            else {
                continue
            }
            tokens[left] = Int32(truncatingIfNeeded: candidate.merge)
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
    /// As `MergeTable` has it: pairs of the same rank become the same token.
    var merge: UInt64
    /// Where its left token begins.
    var position: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
        a.merge != b.merge ? a.merge < b.merge : a.position < b.position
    }
}
