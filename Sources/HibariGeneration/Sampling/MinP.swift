import Glibc

/// Keeps the candidates that are at least a given fraction as probable as the most probable one.
///
/// pᵢ ≥ min_p · max p, computed as lᵢ ≥ max l + ln(min_p): the ratio of two probabilities needs no softmax.
///
/// Source: Nguyen et al. 2024, "Turning up the heat: min-p sampling", arXiv:2407.01082.
package struct MinP: Sendable {
    /// From 0 to 1; 0 keeps all, 1 keeps those that equal the most probable one.
    package let p: Double

    package init(_ p: Double) {
        self.p = p
    }

    package func apply(to candidates: inout Candidates) {
        guard p > 0 else { return }
        candidates.drop(below: candidates.best.logit + log(p))
    }
}
