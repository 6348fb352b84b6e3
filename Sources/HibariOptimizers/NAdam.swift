import HibariKernels
import HibariTensor

/// Adam with Nesterov's momentum, which grows from β₁/2 to β₁.
///
/// g = ∇ + λp, m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², μₜ = β₁·(1 − ½·0.96^(t·ψ)), Mₜ = μ₁·…·μₜ,
/// p = p − lr·(g·(1 − μₜ)/(1 − Mₜ) + m·μₜ₊₁/(1 − Mₜ₊₁)) / (√(v/(1 − β₂ᵗ)) + ε).
/// Source: Dozat 2016, openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ, in the form of torch.optim.NAdam.
public final class NAdam: ElementwiseOptimizer {
    private let momentumDecay: Double
    /// M after a number of steps.
    private var product = (steps: 0, value: 1.0)

    /// - Parameter momentumDecay: ψ.
    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, momentumDecay: Double = 0.004
    ) {
        self.momentumDecay = momentumDecay
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.epsilon) = (beta1, beta2, epsilon)
        numbers.penalty = weightDecay
        super.init(parameters, .nadam, first: "first", second: "second", numbers)
    }

    override package func prepare(_ step: inout UpdateStep) {
        let beta1 = step.beta1
        func momentum(_ step: Int) -> Double {
            beta1 * (1 - 0.5 * Double.power(0.96, Double(step) * momentumDecay))
        }
        // After a restart from a checkpoint the product is made again.
        if product.steps != stepCount - 1 { product = (0, 1) }
        for earlier in product.steps + 1..<stepCount + 1 { product.value *= momentum(earlier) }
        product.steps = stepCount
        let (now, next) = (momentum(stepCount), momentum(stepCount + 1))
        step.gradientShare = (1 - now) / (1 - product.value)
        step.averageShare = next / (1 - product.value * next)
    }
}
