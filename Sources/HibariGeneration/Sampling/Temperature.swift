/// Sharpens (T < 1) or flattens (T > 1) the distribution.
///
/// l ← (l − max l) / T. The softmax does not notice the shift, and without it a tiny T would overflow.
///
/// Source: Ackley, Hinton & Sejnowski 1985, "A learning algorithm for Boltzmann machines".
package struct Temperature: Sendable {
    /// Above 0; the limit 0 is greedy choice, which `Sampler` does without this stage.
    package let value: Double

    package init(_ value: Double) {
        precondition(value > 0, "Temperature: must be above 0, got \(value); use Candidates.best for 0")
        self.value = value
    }

    package func apply(to candidates: inout Candidates) {
        guard value != 1 else { return }
        let largest = candidates.best.logit
        candidates.updateAll { ($0 - largest) / value }
    }
}
