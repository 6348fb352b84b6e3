import HibariKernels

/// How the learning rate goes over a run of known length: up linearly, then by the shape.
public struct LearningRateSchedule: Sendable {
    /// How the rate goes on after its warm-up.
    public enum Shape: String, Sendable, CaseIterable {
        /// From peak to minimum along half a cosine.
        case cosine
        /// From peak to minimum along a line.
        case linear
        /// The peak to the end.
        case constant
        /// Warm-up, stable, decay: the peak until the last `decayShare`, then a line to the minimum.
        case wsd
    }

    public var shape: Shape
    public var peak: Double
    public var minimum: Double
    public var warmupSteps: Int
    public var totalSteps: Int
    /// The part of the run after warm-up in which `wsd` decays, above 0.
    public var decayShare: Double

    public init(
        shape: Shape, peak: Double, minimum: Double, warmupSteps: Int, totalSteps: Int,
        decayShare: Double = 0.2
    ) {
        self.shape = shape
        self.peak = peak
        self.minimum = minimum
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.decayShare = decayShare
    }

    /// The rate of step `step`, counted from 0. During warm-up peak·(step + 1)/(warmup + 1), as nanoGPT.
    public func rate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step + 1) / (Double(warmupSteps) + 1) }
        let progress = min(1, Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps)))
        switch shape {
        case .constant: return peak
        case .linear: return minimum + (peak - minimum) * (1 - progress)
        case .cosine: return minimum + (peak - minimum) * 0.5 * (1 + Double.cosine(turns: progress / 2))
        case .wsd:
            return progress < 1 - decayShare
                ? peak : minimum + (peak - minimum) * (1 - progress) / decayShare
        }
    }
}
