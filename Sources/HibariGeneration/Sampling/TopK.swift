/// Keeps the k candidates with the largest logits, exactly k: among equal logits the lower ids stay.
///
/// Source: Fan, Lewis & Dauphin 2018, arXiv:1805.04833, §5.4.
package struct TopK: Sendable {
    /// 0 keeps all.
    package let k: Int

    package init(_ k: Int) {
        self.k = k
    }

    package func apply(to candidates: inout Candidates) {
        guard k > 0, k < candidates.count else { return }
        var remaining = k
        candidates.keepBest { _ in
            remaining -= 1
            return remaining == 0
        }
    }
}
