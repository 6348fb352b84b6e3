import HibariKernels

/// Mean and biased variance of each channel, `[C]` each.
public struct ChannelStatistics {
    public let mean, variance: Tensor

    public init(mean: Tensor, variance: Tensor) {
        self.mean = mean.detached
        self.variance = variance.detached
    }
}

/// Normalizes each channel over all images and places, then scales and shifts it.
///
/// y = (x − mean) / √(variance + ε) · weight + bias (+ residual), with the biased variance.
///
/// - Parameters:
///   - x: `[N, C]` or `[N, C, spatial...]`.
///   - weight: `[C]`.
///   - bias: `[C]`.
///   - statistics: those to use instead of the batch's own, in evaluation.
///   - residual: added after the norm, shaped as `x`.
///   - appliesReLU: gives max(0, y), in the same pass.
/// - Returns: y, and the statistics used, which have no gradient.
/// Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
public func batchNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, statistics: ChannelStatistics? = nil, epsilon: Double,
    residual: Tensor? = nil, appliesReLU: Bool = false
) -> (output: Tensor, statistics: ChannelStatistics) {
    normalizeImages(
        .batchNorm, x, weight, bias, .batch(isGiven: statistics != nil), statistics, epsilon, residual,
        appliesReLU)
}

/// Normalizes each group of channels of each image over its channels and places, then scales and shifts each channel.
///
/// y = (x − mean) / √(variance + ε) · weight + bias, with the biased variance.
///
/// - Parameters:
///   - x: `[N, C, spatial...]`.
///   - groups: divides C. One group is LayerNorm over an image; C groups are InstanceNorm.
///   - weight: `[C]`.
///   - bias: `[C]`.
///   - appliesReLU: gives max(0, y), in the same pass.
/// Source: Wu & He 2018, arXiv:1803.08494.
public func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor, bias: Tensor, epsilon: Double, appliesReLU: Bool = false
) -> Tensor {
    require(
        x.shape.rank >= 2 && groups > 0 && x.shape[1] % groups == 0, .groupNorm,
        "\(groups) groups of the channels of \(x.shape); expected a divisor of the second axis")
    return normalizeImages(
        .groupNorm, x, weight, bias, .groups(groups), nil, epsilon, nil, appliesReLU
    ).output
}

private func normalizeImages(
    _ op: OpName, _ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ scope: ImageNormProblem.Scope,
    _ given: ChannelStatistics?, _ epsilon: Double, _ residual: Tensor?, _ appliesReLU: Bool
) -> (output: Tensor, statistics: ChannelStatistics) {
    require(x.shape.rank >= 2 && x.count > 0, op, "input \(x.shape); expected [N, C, ...] and not empty")
    let channels = x.shape[1]
    let vectors = [weight, bias] + (given.map { [$0.mean, $0.variance] } ?? [])
    require(
        vectors.allSatisfy { $0.shape == [channels] && $0.dtype == x.dtype }, op,
        "vectors \(vectors.map { "\($0.dtype) \($0.shape)" }) for input \(x.dtype) \(x.shape); expected [\(channels)]"
    )
    require(
        residual == nil || (residual!.shape == x.shape && residual!.dtype == x.dtype), op,
        "residual \(String(describing: residual?.shape)) for input \(x.shape)")
    let problem = ImageNormProblem(
        batch: x.shape[0], channels: channels, plane: x.count / (x.shape[0] * channels), scope: scope,
        epsilon: epsilon, hasResidual: residual != nil, appliesReLU: appliesReLU)
    let mean = given?.mean ?? Tensor(uninitialized: [problem.statisticCount], x.dtype)
    let variance = given?.variance ?? Tensor(uninitialized: [problem.statisticCount], x.dtype)
    let y = Tensor(uninitialized: x.shape, x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.normalizeImages(
            problem, x.input(), weight: weight.input(), bias: bias.input(), residual: residual?.input(),
            y.output(T.self), mean: mean.output(), variance: variance.output())
    }
    forward(x.dtype.scalar)
    // Behind a residual, only the output tells where the rectifier is open.
    let kept = appliesReLU && residual != nil ? y : x.detached
    let residualNode = residual?.node
    let output = record(op, x, weight, bias, residual, output: y) { gradient in
        let dWeight = Tensor(zeros: weight.shape, x.dtype)
        let dBias = Tensor(zeros: bias.shape, x.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            func run(_ dx: Tensor, _ accumulatesX: Bool, _ dResidual: Tensor?, _ accumulatesResidual: Bool) {
                T.normalizeImagesBackward(
                    problem, x.input(), weight: weight.input(), bias: bias.input(), kept.input(),
                    mean: mean.input(), variance: variance.input(), gradient.input(),
                    ImageNormGradients(
                        x: dx.output(T.self), accumulatesX: accumulatesX,
                        residual: dResidual?.output(T.self), accumulatesResidual: accumulatesResidual,
                        weight: dWeight.output(T.self), bias: dBias.output(T.self)))
            }
            func withResidual(_ body: (Tensor?, Bool) -> Void) {
                guard let residualNode else { return body(nil, false) }
                // Of x itself: its two gradients are added apart, for one buffer cannot be written in both ways.
                if residualNode === x.node {
                    let dResidual = Tensor(uninitialized: x.shape, x.dtype)
                    body(dResidual, false)
                    return residualNode.accumulate(dResidual)
                }
                residualNode.withBuffer(x.shape, x.dtype) { body($0, $1) }
            }
            withResidual { dResidual, accumulatesResidual in
                if let node = x.node {
                    node.withBuffer(x.shape, x.dtype) { run($0, $1, dResidual, accumulatesResidual) }
                } else {
                    run(Tensor(uninitialized: x.shape, x.dtype), false, dResidual, accumulatesResidual)
                }
            }
        }
        backward(x.dtype.scalar)
        weight.node?.accumulate(dWeight)
        bias.node?.accumulate(dBias)
    }
    return (output, ChannelStatistics(mean: mean, variance: variance))
}
