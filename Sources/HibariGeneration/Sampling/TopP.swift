/// Keeps the most probable candidates up to and including the one with which their probabilities sum to at
/// least P.
///
/// The probabilities are those among the candidates that are left, so after top-k they sum to 1 again. At
/// least one candidate stays; among equal ones the lower ids stay.
///
/// Source: Holtzman et al. 2019, "The curious case of neural text degeneration", arXiv:1904.09751, §3.1.
package struct TopP: Sendable {
    /// From 0 to 1; 1 keeps all.
    package let p: Double

    package init(_ p: Double) {
        self.p = p
    }

    package func apply(to candidates: inout Candidates) {
        guard p < 1 else { return }
        candidates.softmax()
        var sum = 0.0
        candidates.keepBest { candidate in
            sum += candidate.probability
            return sum >= p
        }
    }
}
