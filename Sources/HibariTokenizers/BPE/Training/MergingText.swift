/// The different pieces of a training text while their tokens are being merged, with the number of times that
/// each pair of neighbors occurs.
///
/// A merge costs time in proportion to the number of places where it happens. What makes that possible: a
/// pair can only come up in the merge that makes the younger of its tokens, so the list of its places is
/// complete when that merge is done, and its count only falls from then on.
struct MergingText {
    private let minimumFrequency: Int
    private let maximumTokenBytes: Int
    /// The bytes of each token made so far.
    private(set) var texts = TokenTexts()
    /// The ids, each where its first byte was. Within a token of several bytes the last place holds minus its
    /// length, so that the token before a position can be found, and the others hold other negative numbers.
    /// Before, between and after the pieces there is a border.
    private var symbols: [Int32] = []
    private let weights: PieceWeights
    /// The pairs that occur often enough to be merged.
    private var pairs = PairTable()
    /// Each of `pairs` once, with its count or one that it had earlier.
    private var queue: PairQueue
    // What the merge under way changes, by the id of the neighbor.
    private var before = Neighbors()
    private var after = Neighbors()

    private static let border = Int32.min
    private static let inside = Int32.min + 1

    /// - Precondition: pieces and borders together have at most `Int32.max` positions.
    init(_ pieces: PieceCounts, _ options: BytePairTrainerOptions) {
        minimumFrequency = options.minimumFrequency
        maximumTokenBytes = options.maximumTokenBytes ?? .max
        queue = PairQueue(ties: options.ties)
        weights = PieceWeights(pieces)
        symbols.reserveCapacity(pieces.bytes.count + pieces.count + 1)
        symbols.append(Self.border)
        for number in 0..<pieces.count {
            let range = pieces.range(of: number)
            for index in range { symbols.append(Int32(pieces.bytes[index])) }
            symbols.append(Self.border)
        }
        if maximumTokenBytes > 1 { findBytePairs() }
    }

    private mutating func findBytePairs() {
        var counts = [Int](repeating: 0, count: 1 << 16)
        var places = [Int32](repeating: 0, count: 1 << 16)
        func pairIndex(at position: Int) -> Int? {
            let (left, right) = (symbols[position - 1], symbols[position])
            return left >= 0 && right >= 0 ? Int(left) << 8 | Int(right) : nil
        }
        for position in symbols.indices.dropFirst() {
            guard let index = pairIndex(at: position) else { continue }
            counts[index] += weights[position]
            places[index] += 1
        }
        var positions = [[Int32]](repeating: [], count: 1 << 16)
        for index in positions.indices where counts[index] >= minimumFrequency {
            positions[index].reserveCapacity(Int(places[index]))
        }
        for position in symbols.indices.dropFirst() {
            if let index = pairIndex(at: position), counts[index] >= minimumFrequency {
                positions[index].append(Int32(position - 1))
            }
        }
        for index in positions.indices {
            insert(
                TokenPair(Int32(index >> 8), Int32(index & 0xFF)),
                PairOccurrences(count: counts[index], positions: positions[index]))
        }
    }

    /// The most frequent pair, of several the one that the tie-break names; nil if none is frequent enough.
    /// It is not offered again.
    mutating func popMostFrequentPair() -> TokenPair? {
        while let candidate = queue.top {
            let count = pairs.count(of: candidate.pair)
            if count == candidate.count {
                queue.removeTop(texts)
                return candidate.pair
            }
            if let count {
                queue.replaceTop(by: PairCandidate(count: count, pair: candidate.pair), texts)
            } else {
                queue.removeTop(texts)
            }
        }
        return nil
    }

    /// How many tokens the text comes to now.
    var tokenCount: Int {
        var count = 0
        for position in symbols.indices where symbols[position] >= 0 { count += weights[position] }
        return count
    }

    /// The bytes of both tokens of a pair.
    func text(of pair: TokenPair) -> [UInt8] { Array(texts[pair.left] + texts[pair.right]) }

    /// Makes a token, with the next free id, of each occurrence of a pair that was popped.
    mutating func merge(_ pair: TokenPair) {
        let positions = pairs.remove(pair)?.positions ?? []
        let id = Int32(texts.count)
        texts.append(text(of: pair))
        before.makeRoom(for: texts.count)
        after.makeRoom(for: texts.count)
        let lengths = (Int(texts.length(of: pair.left)), Int(texts.length(of: id)))
        for position in positions { merge(pair, lengths, into: id, at: Int(position)) }
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

    /// - Parameter lengths: the bytes of the left token and of both.
    private mutating func merge(
        _ pair: TokenPair, _ lengths: (left: Int, both: Int), into id: Int32, at position: Int
    ) {
        guard symbols[position] == pair.left else { return }
        let middle = position + lengths.left
        guard symbols[middle] == pair.right else { return }
        let end = position + lengths.both
        symbols[position] = id
        symbols[middle] = Self.inside
        symbols[end - 1] = -Int32(lengths.both)
        let weight = weights[position]

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
        if lost > 0 { pairs.decrease(pair, by: lost, minimum: minimumFrequency) }
    }

    private mutating func insert(_ pair: TokenPair, _ occurrences: PairOccurrences) {
        guard occurrences.count >= minimumFrequency,
            texts.length(of: pair.left) + texts.length(of: pair.right) <= maximumTokenBytes
        else { return }
        pairs.insert(pair, occurrences)
        queue.insert(PairCandidate(count: occurrences.count, pair: pair), texts)
    }

    /// What one merge changes on one side of it.
    private struct Neighbors {
        struct Change {
            /// How many pairs of the neighbor and the merged token's part there are no longer.
            var lost = 0
            /// The pairs of the neighbor and the new token.
            var gained = PairOccurrences()
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
