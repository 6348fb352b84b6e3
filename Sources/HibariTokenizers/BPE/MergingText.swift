import HeapModule

/// The different pieces of a training text while their tokens are being merged, with the number of times that
/// each pair of neighbors occurs.
///
/// A merge costs time in proportion to the number of places where it happens. What makes that possible: a
/// pair can only come up in the merge that makes the younger of its tokens, so the list of its places is
/// complete when that merge is done, and its count only falls from then on.
struct MergingText {
    private struct Occurrences {
        var count = 0
        /// Where the pair begins, rising; places where it does not stand any more are recognized when met.
        var positions: [Int32] = []
    }

    private let minimumFrequency: Int
    /// The ids, each where its first byte was. Within a token of several bytes the last place holds minus its
    /// length, so that the token before a position can be found, and the others hold other negative numbers.
    /// Before, between and after the pieces there is a border.
    private var symbols: [Int32] = []
    /// The number of the piece that a position belongs to.
    private var pieceNumbers: [Int32] = []
    /// How often each piece occurs in the text.
    private let weights: [Int]
    /// The number of bytes of each id.
    private var lengths = [Int32](repeating: 1, count: 256)
    /// The pairs that occur often enough to be merged.
    private var pairs: [TokenPair: Occurrences] = [:]
    /// Each of `pairs` once, with its count or one that it had earlier.
    private var queue = Heap<Candidate>()
    // What the merge under way changes, by the id of the neighbor.
    private var before = Neighbors()
    private var after = Neighbors()

    private static let border = Int32.min
    private static let inside = Int32.min + 1

    init(_ pieces: PreTokenTable, counts: [Int], minimumFrequency: Int) {
        self.minimumFrequency = minimumFrequency
        weights = counts
        let size = pieces.bytes.count + pieces.count + 1
        symbols.reserveCapacity(size)
        pieceNumbers.reserveCapacity(size)
        symbols.append(Self.border)
        pieceNumbers.append(0)
        for number in 0..<pieces.count {
            let range = pieces.range(of: number)
            for index in range { symbols.append(Int32(pieces.bytes[index])) }
            symbols.append(Self.border)
            pieceNumbers += repeatElement(Int32(number), count: range.count + 1)
        }
        findBytePairs()
        queue = Heap(pairs.map { Candidate(count: $0.value.count, pair: $0.key) })
    }

    private mutating func findBytePairs() {
        var found = [Occurrences](repeating: Occurrences(), count: 1 << 16)
        func pairIndex(at position: Int) -> Int? {
            let (left, right) = (symbols[position - 1], symbols[position])
            return left >= 0 && right >= 0 ? Int(left) << 8 | Int(right) : nil
        }
        for position in symbols.indices.dropFirst() {
            if let index = pairIndex(at: position) {
                found[index].count += weights[Int(pieceNumbers[position])]
            }
        }
        for position in symbols.indices.dropFirst() {
            if let index = pairIndex(at: position), found[index].count >= minimumFrequency {
                found[index].positions.append(Int32(position - 1))
            }
        }
        for (index, occurrences) in found.enumerated() where occurrences.count >= minimumFrequency {
            pairs[TokenPair(Int32(index >> 8), Int32(index & 0xFF))] = occurrences
        }
    }

    /// The most frequent pair, of several the lowest; nil if none is frequent enough. It is not offered
    /// again.
    mutating func popMostFrequentPair() -> TokenPair? {
        while let candidate = queue.popMax() {
            guard let occurrences = pairs[candidate.pair] else { continue }
            if occurrences.count == candidate.count { return candidate.pair }
            queue.insert(Candidate(count: occurrences.count, pair: candidate.pair))
        }
        return nil
    }

    /// Makes a token, with the next free id, of each occurrence of a pair that was popped.
    mutating func merge(_ pair: TokenPair) {
        let positions = pairs.removeValue(forKey: pair)?.positions ?? []
        let id = Int32(lengths.count)
        lengths.append(lengths[Int(pair.left)] + lengths[Int(pair.right)])
        before.makeRoom(for: lengths.count)
        after.makeRoom(for: lengths.count)
        for position in positions { merge(pair, into: id, at: Int(position)) }
        for neighbor in before.ids {
            decrease(TokenPair(neighbor, pair.left), by: before.changes[Int(neighbor)].lost)
            insert(TokenPair(neighbor, id), before.changes[Int(neighbor)].gained)
        }
        for neighbor in after.ids {
            decrease(TokenPair(pair.right, neighbor), by: after.changes[Int(neighbor)].lost)
            insert(TokenPair(id, neighbor), after.changes[Int(neighbor)].gained)
        }
        before.clear()
        after.clear()
    }

    private mutating func merge(_ pair: TokenPair, into id: Int32, at position: Int) {
        guard symbols[position] == pair.left else { return }
        let middle = position + Int(lengths[Int(pair.left)])
        guard symbols[middle] == pair.right else { return }
        let end = position + Int(lengths[Int(id)])
        symbols[position] = id
        symbols[middle] = Self.inside
        symbols[end - 1] = -lengths[Int(id)]
        let weight = weights[Int(pieceNumbers[position])]

        let last = symbols[position - 1]
        if last != Self.border {
            let start = last >= 0 ? position - 1 : position + Int(last)
            let neighbor = symbols[start]
            if neighbor == id {
                // The merge before this one had counted the pair of `id` and what is merged now.
                after.changes[Int(pair.left)].gained.count -= weight
                before.add(neighbor, at: start, weight: weight, lost: 0)
            } else {
                before.add(neighbor, at: start, weight: weight, lost: weight)
            }
        }
        let neighbor = symbols[end]
        if neighbor != Self.border { after.add(neighbor, at: position, weight: weight, lost: weight) }
    }

    private mutating func decrease(_ pair: TokenPair, by lost: Int) {
        guard lost > 0, let index = pairs.index(forKey: pair) else { return }
        pairs.values[index].count -= lost
        if pairs.values[index].count < minimumFrequency { pairs.remove(at: index) }
    }

    private mutating func insert(_ pair: TokenPair, _ occurrences: Occurrences) {
        guard occurrences.count >= minimumFrequency else { return }
        pairs[pair] = occurrences
        queue.insert(Candidate(count: occurrences.count, pair: pair))
    }

    /// What one merge changes on one side of it.
    private struct Neighbors {
        struct Change {
            /// How many pairs of the neighbor and the merged token's part there are no longer.
            var lost = 0
            /// The pairs of the neighbor and the new token.
            var gained = Occurrences()
        }

        /// The neighbors that were met.
        var ids: [Int32] = []
        /// By id.
        var changes = [Change](repeating: Change(), count: 256)

        mutating func makeRoom(for vocabularySize: Int) {
            changes += repeatElement(Change(), count: vocabularySize - changes.count)
        }

        mutating func add(_ neighbor: Int32, at position: Int, weight: Int, lost: Int) {
            let index = Int(neighbor)
            if changes[index].gained.positions.isEmpty { ids.append(neighbor) }
            changes[index].lost += lost
            changes[index].gained.count += weight
            changes[index].gained.positions.append(Int32(position))
        }

        mutating func clear() {
            for id in ids { changes[Int(id)] = Change() }
            ids.removeAll(keepingCapacity: true)
        }
    }
}

/// A pair and how often it occurs.
private struct Candidate: Comparable {
    var count: Int
    var pair: TokenPair

    static func < (a: Candidate, b: Candidate) -> Bool {
        a.count != b.count ? a.count < b.count : a.pair > b.pair
    }
}
