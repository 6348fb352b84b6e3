import HeapModule

/// Byte-pair encoding of single pieces: of all neighbors that are to be merged the pair of lowest rank is
/// merged, the leftmost first, until none is left. In time n log n, for any ranks.
/// Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909.
package struct BytePairEncoder: Sendable {
    /// The id of each byte; −1 for one that is left out.
    let byteIDs: [Int32]
    let merges: MergeTable

    /// - Parameters:
    ///   - byteIDs: the ids of the 256 bytes, −1 for none.
    ///   - merges: no pair twice.
    package init(byteIDs: [Int32], merges: [BytePairMerge]) {
        precondition(byteIDs.count == 256, "BytePairEncoder: \(byteIDs.count) bytes have ids; expected 256")
        self.byteIDs = byteIDs
        self.merges = MergeTable(merges)
    }

    /// Appends the ids of `piece` to `ids`.
    ///
    /// - Parameter rank: only merges whose rank is below this.
    package func append(_ piece: Span<UInt8>, to ids: inout [Int32], below rank: Int32 = .max) {
        let limit = rank == .max ? MergeTable.none : UInt64(rank) << 32
        // A linked list of the tokens by the position of their first byte. A token that was merged into the
        // one before it has the id −1.
        var tokens: [Int32] = []
        tokens.reserveCapacity(piece.count)
        for index in piece.indices {
            let id = byteIDs[Int(piece[index])]
            if id >= 0 { tokens.append(id) }
        }
        let count = tokens.count
        if count == 0 { return }
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
