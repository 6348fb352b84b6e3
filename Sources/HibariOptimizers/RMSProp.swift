import HibariKernels
import HibariTensor

/// RMSProp: gradients divided by their recent size, with momentum.
///
/// g = ∇ + λp, v = αv + (1 − α)g², b = μb + g / (√v + ε), p = p − lr·b. Without momentum b is not kept.
/// Source: Tieleman & Hinton 2012, lecture 6.5; ε and momentum as in torch.optim.RMSprop.
public final class RMSProp: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], alpha: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.epsilon) = (momentum, alpha, epsilon)
        numbers.penalty = weightDecay
        super.init(
            parameters, .rmsProp, first: momentum > 0 ? "velocity" : nil, second: "square", numbers)
    }
}
