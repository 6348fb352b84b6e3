import HibariKernels
import HibariTensor

/// Adadelta: steps of the size of the recent steps. Meant for a learning rate of 1.
///
/// g = ∇ + λp, v = ρv + (1 − ρ)g², d = g·√(u + ε) / √(v + ε), u = ρu + (1 − ρ)d², p = p − lr·d.
/// Source: Zeiler 2012, arXiv:1212.5701; the learning rate as in torch.optim.Adadelta.
public final class Adadelta: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], rho: Double = 0.9, epsilon: Double = 1e-6, weightDecay: Double = 0
    ) {
        var numbers = UpdateStep()
        (numbers.beta2, numbers.epsilon, numbers.penalty) = (rho, epsilon, weightDecay)
        super.init(parameters, .adadelta, first: "change", second: "square", numbers)
    }
}
