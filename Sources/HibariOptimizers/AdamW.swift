import HibariKernels
import HibariNN
import HibariTensor

/// Adam with decoupled weight decay.
///
/// m = β₁m + (1 − β₁)g, v = β₂v + (1 − β₂)g², p = p·(1 − lr·λ) − lr·(m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).
/// The decay λ applies to matrices and not to vectors (norms, biases).
/// Source: Loshchilov & Hutter 2019, arXiv:1711.05101.
public final class AdamW: Optimizer {
    private let parameters: [Parameter]
    private let beta1, beta2, epsilon, weightDecay: Double
    private var first: [Tensor]
    private var second: [Tensor]
    public private(set) var stepCount = 0

    public init(
        _ parameters: [Parameter], beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        weightDecay: Double = 0.1
    ) {
        self.parameters = parameters.filter(\.isTrainable)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        first = self.parameters.map { Tensor(zeros: $0.shape, $0.value.dtype) }
        second = self.parameters.map { Tensor(zeros: $0.shape, $0.value.dtype) }
    }

    public func step(learningRate: Double, gradientScale: Double = 1) {
        stepCount += 1
        for (index, parameter) in parameters.enumerated() {
            let step = AdamWStep(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                weightDecay: parameter.shape.rank >= 2 ? weightDecay : 0,
                correction1: 1 - Double.power(beta1, Double(stepCount)),
                correction2: 1 - Double.power(beta2, Double(stepCount)), gradientScale: gradientScale)
            let (value, gradient) = (parameter.value, parameter.gradient)
            let (m, v) = (first[index], second[index])
            func run<T: KernelScalar>(_: T.Type) {
                T.adamW(
                    value.count, step, value.output(T.self), gradient.input(), m.output(T.self),
                    v.output(T.self))
            }
            run(value.dtype.scalar)
        }
    }

    public var state: [(name: String, tensor: Tensor)] {
        zip(parameters, first).map { ("first." + $0.name, $1) }
            + zip(parameters, second).map { ("second." + $0.name, $1) }
    }

    public func restore(stepCount: Int, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws {
        first = try parameters.map { try tensor("first." + $0.name, $0.shape) }
        second = try parameters.map { try tensor("second." + $0.name, $0.shape) }
        self.stepCount = stepCount
    }
}
