import HibariKernels
import HibariTensor

/// An optimizer that treats every element alike: a rule, its numbers, and the names of its state.
///
/// A new one is a subclass with an initializer, a case of `UpdateRule`, and its line in the kernels. Weight decay
/// applies to matrices and not to vectors (norms, biases).
public class ElementwiseOptimizer: Optimizer {
    /// A tensor for each parameter.
    private struct State {
        let name: String
        var tensors: [Tensor]
    }

    private let parameters: [Parameter]
    private let chunks: ParameterChunks
    private let rule: UpdateRule
    private let constants: UpdateStep
    private var first, second: State?
    public private(set) var stepCount = 0

    /// - Parameters:
    ///   - first: what the rule's first place of state is called in files; nil for none.
    ///   - constants: the numbers that are the same in every step; the decays are those of matrices.
    package init(
        _ parameters: [Parameter], _ rule: UpdateRule, first: String?, second: String?,
        _ constants: UpdateStep
    ) {
        self.parameters = parameters.filter(\.isTrainable)
        self.rule = rule
        self.constants = constants
        let trained = self.parameters
        chunks = ParameterChunks(counts: trained.map(\.shape.count))
        func state(_ name: String?) -> State? {
            name.map {
                State(name: $0, tensors: trained.map { Tensor(zeros: $0.shape, $0.value.dtype) })
            }
        }
        self.first = state(first)
        self.second = state(second)
    }

    public func step(learningRate: Double, gradientScale: Double = 1) {
        stepCount += 1
        var step = constants
        step.learningRate = learningRate
        step.gradientScale = gradientScale
        step.correction1 = 1 - Double.power(step.beta1, Double(stepCount))
        step.correction2 = 1 - Double.power(step.beta2, Double(stepCount))
        prepare(&step)
        var undecayed = step
        (undecayed.decay, undecayed.penalty) = (0, 0)
        chunks.forEach { index, range in
            let parameter = parameters[index]
            guard parameter.hasGradient else { return }
            let (value, gradient) = (parameter.value, parameter.gradient)
            let numbers = value.shape.rank >= 2 ? step : undecayed
            func run<T: KernelScalar>(_: T.Type) {
                let i = range.lowerBound
                T.update(
                    rule, range.count, numbers, value.output(T.self) + i, gradient.input(T.self) + i,
                    first: (first?.tensors[index].output(T.self)).map { $0 + i },
                    second: (second?.tensors[index].output(T.self)).map { $0 + i })
            }
            run(value.dtype.scalar)
        }
    }

    /// Sets the numbers of step `stepCount` that are a rule's own.
    package func prepare(_ step: inout UpdateStep) {}

    public var state: [(name: String, tensor: Tensor)] {
        [first, second].compactMap { $0 }.flatMap { state in
            zip(parameters, state.tensors).map { (state.name + "." + $0.name, $1) }
        }
    }

    public func restore(stepCount: Int, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws {
        func restored(_ state: State?) throws -> State? {
            try state.map { state in
                State(
                    name: state.name,
                    tensors: try parameters.map { try tensor(state.name + "." + $0.name, $0.shape) })
            }
        }
        first = try restored(first)
        second = try restored(second)
        self.stepCount = stepCount
    }
}
