/// Which of several equally frequent pairs is merged first.
public enum PairTieBreak: String, Sendable, CaseIterable {
    /// The pair of the lowest ids, the left one first: what is older goes before what is younger, as in the
    /// `tokenizers` library.
    case lowestIDs = "lowest-ids"
    /// The pair whose bytes come last in order, the left token's first: the rule of Stanford's CS336.
    case greatestBytes = "greatest-bytes"
}

/// A pair and how often it occurs.
struct PairCandidate {
    var count: Int
    var pair: TokenPair
}

/// A binary heap of pairs, the most frequent on top.
struct PairQueue {
    private let ties: PairTieBreak
    private var heap: [PairCandidate] = []

    init(ties: PairTieBreak) { self.ties = ties }

    /// The first pair to be merged.
    var top: PairCandidate? { heap.first }

    mutating func insert(_ candidate: PairCandidate, _ texts: TokenTexts) {
        var place = heap.count
        heap.append(candidate)
        while place > 0 {
            let parent = (place - 1) / 2
            if !comesBefore(candidate, heap[parent], texts) { break }
            heap[place] = heap[parent]
            place = parent
        }
        heap[place] = candidate
    }

    mutating func removeTop(_ texts: TokenTexts) {
        let last = heap.removeLast()
        if !heap.isEmpty { replaceTop(by: last, texts) }
    }

    /// Puts another candidate, or the same one with a new count, in the place of the top.
    mutating func replaceTop(by candidate: PairCandidate, _ texts: TokenTexts) {
        var place = 0
        while true {
            var child = 2 * place + 1
            if child >= heap.count { break }
            if child + 1 < heap.count, comesBefore(heap[child + 1], heap[child], texts) { child += 1 }
            if !comesBefore(heap[child], candidate, texts) { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = candidate
    }

    private func comesBefore(_ a: PairCandidate, _ b: PairCandidate, _ texts: TokenTexts) -> Bool {
        if a.count != b.count { return a.count > b.count }
        switch ties {
        case .lowestIDs: return a.pair < b.pair
        case .greatestBytes:
            return a.pair.left != b.pair.left
                ? texts.isLess(b.pair.left, a.pair.left) : texts.isLess(b.pair.right, a.pair.right)
        }
    }
}

/// The bytes of each token of a vocabulary in the making; no two tokens have the same.
struct TokenTexts {
    private var bytes: [UInt8]
    private var ends: [Int]

    /// The single bytes.
    init() {
        bytes = Array(UInt8.min...UInt8.max)
        ends = Array(1...256)
    }

    var count: Int { ends.count }

    subscript(id: Int32) -> ArraySlice<UInt8> {
        bytes[(id == 0 ? 0 : ends[Int(id) - 1])..<ends[Int(id)]]
    }

    func length(of id: Int32) -> Int { ends[Int(id)] - (id == 0 ? 0 : ends[Int(id) - 1]) }

    mutating func append(_ text: [UInt8]) {
        bytes += text
        ends.append(bytes.count)
    }

    /// Whether the bytes of `a` come before those of `b`, as Python compares them.
    func isLess(_ a: Int32, _ b: Int32) -> Bool { self[a].lexicographicallyPrecedes(self[b]) }
}
