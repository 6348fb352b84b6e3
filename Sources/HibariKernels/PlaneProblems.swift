/// A norm of images `[batch, channels, plane]` with a weight and a bias for each channel: BatchNorm over each channel
/// of the whole batch, or GroupNorm over each group of channels of an image.
///
/// y = (x − mean) / √(variance + ε) · weight + bias (+ residual), its positive part if `appliesReLU`.
package struct ImageNormProblem: Sendable, Equatable {
    /// What is normalized together.
    package enum Scope: Sendable, Equatable {
        /// A channel of all images; with `isGiven`, mean and variance are inputs.
        case batch(isGiven: Bool)
        case groups(Int)
    }

    package var batch, channels, plane: Int
    package var scope: Scope
    package var epsilon: Double
    package var hasResidual: Bool
    package var appliesReLU: Bool

    package init(
        batch: Int, channels: Int, plane: Int, scope: Scope, epsilon: Double, hasResidual: Bool = false,
        appliesReLU: Bool = false
    ) {
        self.batch = batch
        self.channels = channels
        self.plane = plane
        self.scope = scope
        self.epsilon = epsilon
        self.hasResidual = hasResidual
        self.appliesReLU = appliesReLU
    }

    package var count: Int { batch * channels * plane }

    /// Means, and as many variances: `[channels]` or `[batch, groups]`.
    package var statisticCount: Int {
        switch scope {
        case .batch: channels
        case .groups(let groups): batch * groups
        }
    }

    /// The elements of each mean.
    package var elementsPerStatistic: Int { statisticCount == 0 ? 0 : count / statisticCount }

    /// Whether the statistics depend on x.
    package var usesOwnStatistics: Bool { scope != .batch(isGiven: true) }

    /// The mean that belongs to a channel of an image.
    func statistic(image: Int, channel: Int) -> Int {
        switch scope {
        case .batch: channel
        case .groups(let groups): image * groups + channel / (channels / groups)
        }
    }
}

/// Where the gradients of a norm of images go.
package struct ImageNormGradients<Scalar> {
    package var x: UnsafeMutablePointer<Scalar>
    package var accumulatesX: Bool
    package var residual: UnsafeMutablePointer<Scalar>?
    package var accumulatesResidual: Bool
    /// `[channels]` each; added to.
    package var weight, bias: UnsafeMutablePointer<Scalar>

    package init(
        x: UnsafeMutablePointer<Scalar>, accumulatesX: Bool, residual: UnsafeMutablePointer<Scalar>? = nil,
        accumulatesResidual: Bool = false, weight: UnsafeMutablePointer<Scalar>,
        bias: UnsafeMutablePointer<Scalar>
    ) {
        self.x = x
        self.accumulatesX = accumulatesX
        self.residual = residual
        self.accumulatesResidual = accumulatesResidual
        self.weight = weight
        self.bias = bias
    }
}

/// The windows of pooling along one axis.
package struct PoolingAxis: Sendable, Equatable {
    package let input: Int
    /// Input places of each output place, without padding.
    package let windows: [Range<Int>]
    /// What a sum over each window is divided by.
    package let divisors: [Int]
    /// Stride and size of the windows, where all are alike but for the padding.
    let regular: (stride: Int, kernel: Int, padding: Int)?

    package var output: Int { windows.count }

    /// Windows of `kernel` places, `stride` apart; only whole ones (ceil_mode false).
    ///
    /// - Parameter countsPadding: whether places of the padding count in means (count_include_pad).
    /// - Precondition: `padding` ≤ `kernel` / 2, and there is a window.
    package init(input: Int, kernel: Int, stride: Int, padding: Int, countsPadding: Bool = true) {
        precondition(kernel > 0 && stride > 0 && (0...kernel / 2).contains(padding))
        self.input = input
        let count = (input + 2 * padding - kernel) / stride + 1
        let starts = (0..<max(0, count)).map { $0 * stride - padding }
        windows = starts.map { max(0, $0)..<min(input, $0 + kernel) }
        divisors =
            countsPadding ? starts.map { min($0 + kernel, input + padding) - $0 } : windows.map(\.count)
        regular = (stride, kernel, padding)
    }

    /// `output` windows that cover the input: from ⌊i·input / output⌋ to ⌈(i + 1)·input / output⌉.
    package init(input: Int, output: Int) {
        self.input = input
        windows = (0..<output).map { $0 * input / output..<(($0 + 1) * input + output - 1) / output }
        divisors = windows.map(\.count)
        regular = nil
    }

    package static func == (a: PoolingAxis, b: PoolingAxis) -> Bool {
        a.input == b.input && a.windows == b.windows && a.divisors == b.divisors
    }
}

/// Pooling of `planes` planes `[rows, columns]`.
package struct PoolingProblem: Sendable, Equatable {
    package var planes: Int
    package var rows, columns: PoolingAxis

    package init(planes: Int, rows: PoolingAxis, columns: PoolingAxis) {
        self.planes = planes
        self.rows = rows
        self.columns = columns
    }

    package var inputPlane: Int { rows.input * columns.input }
    package var outputPlane: Int { rows.output * columns.output }
}

/// Where each output place of one axis of a resampled image lies between two input places.
package struct ResamplingAxis: Sendable, Equatable {
    package let input: Int
    let low, high: [Int]
    /// Of `high`; `low` has the rest.
    let weights: [Double]

    package var output: Int { low.count }

    /// The input place ⌊o·input / output⌋.
    package init(nearest input: Int, output: Int) {
        self.input = input
        low = (0..<output).map { $0 * input / output }
        high = low
        weights = low.map { _ in 0 }
    }

    /// Around (o + ½)·input / output − ½, at least 0, as align_corners false.
    package init(linear input: Int, output: Int) {
        self.input = input
        let places = (0..<output).map {
            max(0, (Double($0) + 0.5) * Double(input) / Double(output) - 0.5)
        }
        low = places.map { min(input - 1, Int($0)) }
        high = low.map { min(input - 1, $0 + 1) }
        weights = zip(places, low).map { $0 - Double($1) }
    }
}

/// Resampling of `planes` planes `[rows, columns]`.
package struct ResamplingProblem: Sendable, Equatable {
    package var planes: Int
    package var rows, columns: ResamplingAxis

    package init(planes: Int, rows: ResamplingAxis, columns: ResamplingAxis) {
        self.planes = planes
        self.rows = rows
        self.columns = columns
    }

    package var inputPlane: Int { rows.input * columns.input }
    package var outputPlane: Int { rows.output * columns.output }
}
