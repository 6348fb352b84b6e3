/// Makes tokens that came recently less likely to come again.
///
/// l ← l / r if l > 0, l · r otherwise, once for each distinct token of the window, however often it occurs
/// there.
///
/// Source: Keskar et al. 2019, "CTRL", arXiv:1909.05858, §4.1, with the case l ≤ 0 as llama.cpp and
/// transformers treat it (the paper's division would raise negative logits).
package struct RepetitionPenalty: Sendable {
    package let penalty: Double
    package let lastN: Int
    package let scope: PenaltyScope
    /// Per token of the vocabulary: whether it waits to be penalized. All false between calls.
    private var isPending: [Bool] = []

    package init(penalty: Double, lastN: Int, scope: PenaltyScope) {
        self.penalty = penalty
        self.lastN = lastN
        self.scope = scope
    }

    /// - Parameters:
    ///   - candidates: the whole vocabulary, as loaded.
    ///   - history: prompt and output so far, oldest first.
    ///   - promptCount: how many tokens of `history` are the prompt; scope `.output` skips them.
    /// - Throws: `tokenOutsideVocabulary`, before anything is changed.
    package mutating func apply(
        to candidates: inout Candidates, history: [Int32], promptCount: Int
    ) throws(SamplingError) {
        let eligibleStart = scope == .output ? promptCount : 0
        let start = max(eligibleStart, history.count - min(lastN, history.count))
        guard penalty != 1, start < history.count else { return }
        let vocabularySize = candidates.count
        for index in start..<history.count where !(0..<vocabularySize).contains(Int(history[index])) {
            throw .tokenOutsideVocabulary(token: history[index], vocabularySize: vocabularySize)
        }
        if isPending.count != vocabularySize {
            isPending = Array(repeating: false, count: vocabularySize)
        }
        for index in start..<history.count {
            isPending[Int(history[index])] = true
        }
        for index in start..<history.count where isPending[Int(history[index])] {
            isPending[Int(history[index])] = false
            candidates.update(id: history[index]) { $0 > 0 ? $0 / penalty : $0 * penalty }
        }
    }
}
