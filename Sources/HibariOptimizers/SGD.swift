import HibariKernels
import HibariNN
import HibariTensor

/// Stochastic gradient descent with momentum.
///
/// g = ∇ + λp (matrices only), v = μv + g, p = p − lr·v, or p − lr·(g + μv) with Nesterov.
public final class SGD: Optimizer {
    private let parameters: [Parameter]
    private let momentum, weightDecay: Double
    private let usesNesterov: Bool
    private var velocity: [Tensor]
    public private(set) var stepCount = 0

    public init(
        _ parameters: [Parameter], momentum: Double = 0, weightDecay: Double = 0, usesNesterov: Bool = false
    ) {
        self.parameters = parameters.filter(\.isTrainable)
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.usesNesterov = usesNesterov
        velocity = self.parameters.map { Tensor(zeros: $0.shape, $0.value.dtype) }
    }

    public func step(learningRate: Double, gradientScale: Double = 1) {
        stepCount += 1
        for (parameter, velocity) in zip(parameters, velocity) {
            let step = SGDStep(
                learningRate: learningRate, momentum: momentum,
                weightDecay: parameter.shape.rank >= 2 ? weightDecay : 0, gradientScale: gradientScale,
                usesNesterov: usesNesterov)
            let (value, gradient) = (parameter.value, parameter.gradient)
            func run<T: KernelScalar>(_: T.Type) {
                T.sgd(value.count, step, value.output(T.self), gradient.input(), velocity.output(T.self))
            }
            run(value.dtype.scalar)
        }
    }

    public var state: [(name: String, tensor: Tensor)] {
        zip(parameters, velocity).map { ("velocity." + $0.name, $1) }
    }

    public func restore(stepCount: Int, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws {
        velocity = try parameters.map { try tensor("velocity." + $0.name, $0.shape) }
        self.stepCount = stepCount
    }
}
