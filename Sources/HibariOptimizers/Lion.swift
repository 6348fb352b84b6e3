import HibariKernels
import HibariTensor

/// Lion: steps of one size, along the sign of an average. Wants a learning rate 3 to 10 times lower than AdamW's
/// and a weight decay as much higher.
///
/// c = β₁m + (1 − β₁)g, p = p·(1 − lr·λ) − lr·sign(c), m = β₂m + (1 − β₂)g.
/// Source: Chen et al. 2023, arXiv:2302.06675.
public final class Lion: ElementwiseOptimizer {
    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0
    ) {
        var numbers = UpdateStep()
        (numbers.beta1, numbers.beta2, numbers.decay) = (beta1, beta2, weightDecay)
        super.init(parameters, .lion, first: "momentum", second: nil, numbers)
    }
}
