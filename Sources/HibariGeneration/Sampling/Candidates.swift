import Glibc

/// One token that may come next.
package struct Candidate: Sendable, Equatable {
    package let id: Int32
    package var logit: Double
    /// Set by `Candidates.softmax()`, and out of date once a stage has changed the list.
    package var probability: Double

    /// The order of every stage: larger logits first, and the lower id first among equals.
    package func precedes(_ other: Candidate) -> Bool {
        logit > other.logit || (logit == other.logit && id < other.id)
    }
}

/// The tokens that may still come next; each sampling stage changes or shortens the list.
///
/// The list keeps its memory from token to token, so that after the first one nothing is allocated. Sums run
/// in list order in `Double`: they depend on the logits alone.
package struct Candidates: Sendable {
    package private(set) var items: [Candidate] = []
    /// Whether `items` is in the order of `Candidate.precedes`. Until then it is in the order of the ids.
    package private(set) var isSorted = false

    package init() {}

    package var count: Int { items.count }

    /// Replaces the list by all tokens of the vocabulary.
    ///
    /// - Parameters:
    ///   - logits: `[V]`; −∞ marks a token that must not come.
    ///   - position: of the token to be chosen, for the error message.
    /// - Throws: `invalidLogit` for NaN and +∞, `noCandidate` if all are −∞.
    package mutating func load(_ logits: Span<Float>, position: Int) throws(SamplingError) {
        items.removeAll(keepingCapacity: true)
        items.reserveCapacity(logits.count)
        isSorted = false
        var hasCandidate = false
        for index in logits.indices {
            let logit = logits[index]
            guard logit < .infinity else {
                throw .invalidLogit(token: Int32(index), value: logit, position: position)
            }
            hasCandidate = hasCandidate || logit > -.infinity
            items.append(Candidate(id: Int32(index), logit: Double(logit), probability: 0))
        }
        guard hasCandidate else { throw .noCandidate(position: position) }
    }

    /// The first candidate in the order of `Candidate.precedes`.
    package var best: Candidate {
        precondition(!items.isEmpty, "Candidates.best: the list is empty; load logits first")
        if isSorted { return items[0] }
        var best = items[0]
        for item in items where item.precedes(best) {
            best = item
        }
        return best
    }

    /// Sets the probabilities: pᵢ = exp(lᵢ − max l) / Σⱼ exp(lⱼ − max l), over the tokens still in the list.
    package mutating func softmax() {
        let largest = best.logit
        var sum = 0.0
        for index in items.indices {
            let weight = exp(items[index].logit - largest)
            items[index].probability = weight
            sum += weight
        }
        for index in items.indices {
            items[index].probability /= sum
        }
    }

    /// Changes the logit of the token `id` of a list that still holds the whole vocabulary; the order by id
    /// stays.
    package mutating func update(id: Int32, _ change: (Double) -> Double) {
        let index = Int(id)
        precondition(
            !isSorted && items[index].id == id,
            "Candidates.update: the list no longer holds the whole vocabulary; penalties come first")
        items[index].logit = change(items[index].logit)
    }

    /// Changes every logit by a function that never turns the order of two around.
    package mutating func updateAll(increasing change: (Double) -> Double) {
        for index in items.indices {
            items[index].logit = change(items[index].logit)
        }
    }

    /// Drops candidates below a logit and keeps the order of the others.
    package mutating func drop(below threshold: Double) {
        var kept = 0
        for index in items.indices where items[index].logit >= threshold {
            items[kept] = items[index]
            kept += 1
        }
        items.removeLast(items.count - kept)
    }

    /// Walks the candidates from the best on and drops all behind the first for which `isLast` holds.
    ///
    /// The list is sorted afterwards. An unsorted list becomes a heap, from which only the kept ones are
    /// taken: O(V + n log V) for n of V, in place, where the sort of the standard library allocates.
    package mutating func keepBest(through isLast: (Candidate) -> Bool) {
        var kept = 0
        if isSorted {
            while kept < items.count {
                kept += 1
                if isLast(items[kept - 1]) { break }
            }
        } else {
            for root in stride(from: items.count / 2 - 1, through: 0, by: -1) {
                siftDown(from: root, heapCount: items.count)
            }
            while kept < items.count {
                let heapCount = items.count - kept - 1
                items.swapAt(0, heapCount)
                siftDown(from: 0, heapCount: heapCount)
                kept += 1
                if isLast(items[heapCount]) { break }
            }
            // The best are now at the end, the very best last.
            for index in 0..<min(kept, items.count / 2) {
                items.swapAt(index, items.count - 1 - index)
            }
            isSorted = true
        }
        items.removeLast(items.count - kept)
    }

    /// Restores the heap `items[..<heapCount]`, in which a parent precedes its children, below `root`.
    private mutating func siftDown(from root: Int, heapCount: Int) {
        guard root < heapCount else { return }
        let moving = items[root]
        var parent = root
        while true {
            var child = 2 * parent + 1
            guard child < heapCount else { break }
            if child + 1 < heapCount && items[child + 1].precedes(items[child]) { child += 1 }
            guard items[child].precedes(moving) else { break }
            items[parent] = items[child]
            parent = child
        }
        items[parent] = moving
    }
}
