import HibariKernels
import HibariSupport
import HibariTensor

/// Momentum orthogonalized by Newton–Schulz, for the hidden matrices; AdamW for all other parameters.
///
/// m = μm + (1 − μ)g, u = (1 − μ)g + μm, p = p·(1 − lr·λ) − lr·√max(1, out/in)·orthogonalize(u). The moving
/// average is torch.optim.Muon's form of the published sum m = μm + g: orthogonalizing forgets the scale.
/// Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/.
public final class Muon: Optimizer {
    private struct Matrix {
        let parameter: Parameter
        /// √max(1, out/in).
        let scale: Double
        var momentum: Tensor

        /// What orthogonalizing takes, up to a factor.
        var cost: Double {
            let (rows, columns) = (Double(parameter.shape[0]), Double(parameter.shape[1]))
            let least = min(rows, columns)
            return least * least * (8.5 * least + 1.5 * max(rows, columns))
        }
    }

    private let momentum, weightDecay, rateRatio: Double
    private var matrices: [Matrix]
    /// The part of the work that the largest matrix is.
    private let largestShare: Double
    private let others: AdamW

    /// - Parameters:
    ///   - rateRatio: the learning rate of the hidden matrices divided by that of the others.
    public init(
        _ parameters: [Parameter], rateRatio: Double, momentum: Double = 0.95, beta1: Double = 0.9,
        beta2: Double = 0.95, epsilon: Double = 1e-8, weightDecay: Double = 0.1
    ) {
        self.rateRatio = rateRatio
        self.momentum = momentum
        self.weightDecay = weightDecay
        var (matrices, others): ([Matrix], [Parameter]) = ([], [])
        for parameter in parameters where parameter.isTrainable {
            guard case .hiddenMatrix(let layout) = parameter.role else {
                others.append(parameter)
                continue
            }
            let (rows, columns) = (Double(parameter.shape[0]), Double(parameter.shape[1]))
            let ratio = layout == .outputMajor ? rows / columns : columns / rows
            matrices.append(
                Matrix(
                    parameter: parameter, scale: max(1, ratio).squareRoot(),
                    momentum: Tensor(zeros: parameter.shape, parameter.value.dtype)))
        }
        // The longest first, so that no thread waits long for the last one.
        self.matrices = matrices.sorted { $0.cost > $1.cost }
        largestShare = (self.matrices.first?.cost ?? 0) / self.matrices.reduce(1) { $0 + $1.cost }
        self.others = AdamW(
            others, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    public var stepCount: Int { others.stepCount }

    public func step(learningRate: Double, gradientScale: Double = 1) {
        others.step(learningRate: learningRate, gradientScale: gradientScale)
        let rate = learningRate * rateRatio
        // A matrix per task needs no waiting inside; where one matrix is more than a thread's share of the
        // work, the threads share its products instead.
        if largestShare * Double(ThreadPool.shared.threadCount) <= 1 {
            ThreadPool.shared.run(matrices.count) { update(matrices[$0], rate, gradientScale) }
        } else {
            for matrix in matrices { update(matrix, rate, gradientScale) }
        }
    }

    private func update(_ matrix: Matrix, _ rate: Double, _ gradientScale: Double) {
        guard matrix.parameter.hasGradient else { return }
        let (value, gradient) = (matrix.parameter.value, matrix.parameter.gradient)
        let (rows, columns) = (value.shape[0], value.shape[1])
        func run<T: KernelScalar>(_: T.Type) {
            let (p, g, m) = (value.output(T.self), gradient.input(T.self), matrix.momentum.output(T.self))
            let (kept, added) = (T(momentum), T((1 - momentum) * gradientScale))
            withScratch(T.self, count: 2 * value.count) { direction in
                let orthogonal = direction + value.count
                T.blend(value.count, kept, m, added, g, m)
                T.blend(value.count, kept, m, added, g, direction)
                T.orthogonalize(rows: rows, columns: columns, direction, orthogonal)
                T.blend(
                    value.count, T(1 - rate * weightDecay), p, T(-rate * matrix.scale), orthogonal, p)
            }
        }
        run(value.dtype.scalar)
    }

    public var state: [(name: String, tensor: Tensor)] {
        matrices.map { ("momentum." + $0.parameter.name, $0.momentum) } + others.state
    }

    public func restore(stepCount: Int, _ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws {
        for index in matrices.indices {
            let parameter = matrices[index].parameter
            matrices[index].momentum = try tensor("momentum." + parameter.name, parameter.shape)
        }
        try others.restore(stepCount: stepCount, tensor)
    }
}
