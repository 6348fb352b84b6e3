import HibariKernels
import HibariTensor

/// Stochastic gradient descent with momentum.
///
/// g = ∇ + λp, v = μv + g, p = p − lr·v, or p − lr·(g + μv) with Nesterov. Without momentum it keeps no state.
/// Source: Sutskever et al. 2013, in the form of torch.optim.SGD.
public final class SGD: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], momentum: Double = 0, weightDecay: Double = 0, usesNesterov: Bool = false
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.penalty, numbers.usesNesterov) = (momentum, weightDecay, usesNesterov)
        super.init(parameters, .sgd, first: momentum > 0 ? "velocity" : nil, second: nil, numbers)
    }
}
