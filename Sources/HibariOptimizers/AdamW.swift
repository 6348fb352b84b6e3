import HibariKernels
import HibariTensor

/// Adam with decoupled weight decay.
///
/// m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², p = p·(1 − lr·λ) − lr·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).
/// Source: Loshchilov & Hutter 2019, arXiv:1711.05101.
public final class AdamW: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        weightDecay: Double = 0.1
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.epsilon) = (beta1, beta2, epsilon)
        numbers.decay = weightDecay
        super.init(parameters, .adam, first: "first", second: "second", numbers)
    }
}
