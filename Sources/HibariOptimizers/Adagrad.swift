import HibariKernels
import HibariTensor

/// Adagrad: gradients divided by their size over the whole run.
///
/// g = ∇ + λp, s = s + g², p = p − lr·g / (√s + ε).
/// Source: Duchi, Hazan & Singer 2011, https://jmlr.org/papers/v12/duchi11a.html; ε as in torch.optim.Adagrad.
public final class Adagrad: ElementwiseOptimizer {
    public init(_ parameters: [Parameter], epsilon: Double = 1e-10, weightDecay: Double = 0) {
        var numbers = UpdateStep()
        (numbers.epsilon, numbers.penalty) = (epsilon, weightDecay)
        super.init(parameters, .adagrad, first: nil, second: "square", numbers)
    }
}
