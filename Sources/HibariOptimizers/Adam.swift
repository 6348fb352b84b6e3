import HibariKernels
import HibariTensor

/// Adam; weight decay is part of the gradient, and divided by its size as that is.
///
/// g = ∇ + λp, m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², p = p − lr·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).
/// Source: Kingma & Ba 2015, arXiv:1412.6980; the decay as in torch.optim.Adam.
public final class Adam: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.epsilon) = (beta1, beta2, epsilon)
        numbers.penalty = weightDecay
        super.init(parameters, .adam, first: "first", second: "second", numbers)
    }
}
