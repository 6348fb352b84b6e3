/// Plain BatchNorm and GroupNorm.
extension KernelScalar {
    package static func normalizeImages(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, residual: Input?, _ y: Output,
        mean: Output, variance: Output
    ) {
        let n = Self(problem.elementsPerStatistic)
        if problem.usesOwnStatistics {
            mean.update(repeating: 0, count: problem.statisticCount)
            variance.update(repeating: 0, count: problem.statisticCount)
            forEachElement(problem) { index, _, statistic in mean[statistic] += x[index] / n }
            forEachElement(problem) { index, _, statistic in
                variance[statistic] += (x[index] - mean[statistic]) * (x[index] - mean[statistic]) / n
            }
        }
        forEachElement(problem) { index, channel, statistic in
            let inverse = 1 / (variance[statistic] + Self(problem.epsilon)).squareRoot()
            y[index] = (x[index] - mean[statistic]) * inverse * weight[channel] + bias[channel]
            if let residual { y[index] += residual[index] }
            if problem.appliesReLU { y[index] = evaluate(.relu, y[index]) }
        }
    }

    /// With g the gradient before the rectifier, x̂ = (x − mean)/σ and h = g·weight:
    /// dx = (h − mean(h) − x̂·mean(h·x̂))/σ, without the two means if the statistics are given.
    package static func normalizeImagesBackward(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, _ y: Input, mean: Input,
        variance: Input, _ dy: Input, _ gradients: ImageNormGradients<Self>
    ) {
        let count = problem.statisticCount
        let n = Self(problem.elementsPerStatistic)
        func values(_ index: Int, _ channel: Int, _ statistic: Int) -> (
            g: Self, normalized: Self, inverse: Self
        ) {
            let inverse = 1 / (variance[statistic] + Self(problem.epsilon)).squareRoot()
            let normalized = (x[index] - mean[statistic]) * inverse
            // Behind a residual the output tells where the rectifier is open.
            let output = problem.hasResidual ? y[index] : normalized * weight[channel] + bias[channel]
            return (problem.appliesReLU && output <= 0 ? 0 : dy[index], normalized, inverse)
        }
        let means = Output.allocate(capacity: 2 * count)
        defer { means.deallocate() }
        means.update(repeating: 0, count: 2 * count)
        forEachElement(problem) { index, channel, statistic in
            let (g, normalized, _) = values(index, channel, statistic)
            if problem.usesOwnStatistics {
                means[2 * statistic] += g * weight[channel] / n
                means[2 * statistic + 1] += g * weight[channel] * normalized / n
            }
            gradients.weight[channel] += g * normalized
            gradients.bias[channel] += g
        }
        forEachElement(problem) { index, channel, statistic in
            let (g, normalized, inverse) = values(index, channel, statistic)
            let (meanH, meanHX) = (means[2 * statistic], means[2 * statistic + 1])
            let dx = (g * weight[channel] - meanH - normalized * meanHX) * inverse
            gradients.x[index] = gradients.accumulatesX ? gradients.x[index] + dx : dx
            if let residual = gradients.residual {
                residual[index] = gradients.accumulatesResidual ? residual[index] + g : g
            }
        }
    }

    /// Calls `body` with the place of each element, its channel and its statistic.
    private static func forEachElement(_ problem: ImageNormProblem, _ body: (Int, Int, Int) -> Void) {
        for image in 0..<problem.batch {
            for channel in 0..<problem.channels {
                let first = (image * problem.channels + channel) * problem.plane
                let statistic = problem.statistic(image: image, channel: channel)
                for index in first..<first + problem.plane { body(index, channel, statistic) }
            }
        }
    }
}
