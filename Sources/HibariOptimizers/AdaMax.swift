import HibariKernels
import HibariTensor

/// Adam with the largest recent gradient in place of the root of their squares.
///
/// g = ∇ + λp, m = β₁m + (1 − β₁)g, u = max(β₂u, |g| + ε), p = p − lr·(m/(1 − β₁ᵗ)) / u.
/// Source: Kingma & Ba 2015, arXiv:1412.6980, section 7.1; ε as in torch.optim.Adamax.
public final class AdaMax: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.epsilon) = (beta1, beta2, epsilon)
        numbers.penalty = weightDecay
        super.init(parameters, .adamax, first: "first", second: "largest", numbers)
    }
}
