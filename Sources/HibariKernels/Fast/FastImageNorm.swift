import CKernels
import HibariSupport

/// BatchNorm and GroupNorm. A task has all elements of one statistic, so that the second pass over them finds them in
/// the cache.
extension Float {
    package static func normalizeImages(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, residual: Input?, _ y: Output,
        mean: Output, variance: Output
    ) {
        if problem.isOfVectors {
            return problem.normalizeVectors(
                x, weight: weight, bias: bias, residual: residual, y, mean: mean, variance: variance)
        }
        let table = KernelTable.active
        let n = problem.plane
        ThreadPool.shared.run(problem.statisticCount) { statistic in
            let planes = problem.planes(of: statistic)
            if problem.usesOwnStatistics {
                (mean[statistic], variance[statistic]) = table.statistics(of: planes, n, x)
            }
            let inverse = 1 / (variance[statistic] + Float(problem.epsilon)).squareRoot()
            for plane in planes {
                let channel = plane % problem.channels
                let scale = weight[channel] * inverse
                table.normalize_plane(
                    n, scale, bias[channel] - mean[statistic] * scale, x + plane * n,
                    residual.map { $0 + plane * n }, problem.appliesReLU ? 1 : 0, y + plane * n)
            }
        }
    }

    package static func normalizeImagesBackward(
        _ problem: ImageNormProblem, _ x: Input, weight: Input, bias: Input, _ y: Input, mean: Input,
        variance: Input, _ dy: Input, _ gradients: ImageNormGradients<Float>
    ) {
        if problem.isOfVectors {
            return problem.normalizeVectorsBackward(
                x, weight: weight, bias: bias, y, mean: mean, variance: variance, dy, gradients)
        }
        let table = KernelTable.active
        let (n, channels) = (problem.plane, problem.channels)
        let relu =
            !problem.appliesReLU
            ? HIBARI_RELU_NONE : problem.hasResidual ? HIBARI_RELU_OUTPUT : HIBARI_RELU_INPUT
        // Σ g and Σ g·(x − mean) of each plane.
        withScratch(Float.self, count: 2 * problem.batch * channels) { sums in
            ThreadPool.shared.run(problem.statisticCount) { statistic in
                let planes = problem.planes(of: statistic)
                let inverse = 1 / (variance[statistic] + Float(problem.epsilon)).squareRoot()
                let center = mean[statistic]
                var (total, product) = (0.0, 0.0)
                for plane in planes {
                    let channel = plane % channels
                    let scale = weight[channel] * inverse
                    let own = sums + 2 * plane
                    table.normalize_sums(
                        n, relu, scale, bias[channel] - center * scale, center, x + plane * n, y + plane * n,
                        dy + plane * n, own, own + 1)
                    total += Double(own[0] * weight[channel])
                    product += Double(own[1] * weight[channel])
                    own[1] *= inverse
                }
                // dx = (h − mean(h) − (x − mean)·mean(h·(x − mean))/σ²)/σ
                let count = problem.usesOwnStatistics ? Float(problem.elementsPerStatistic) : .infinity
                let (meanH, meanHX) = (Float(total) / count, Float(product) / count)
                for plane in planes {
                    let channel = plane % channels
                    let scale = weight[channel] * inverse
                    let coefficients = [
                        scale, -meanHX * inverse * inverse * inverse, -meanH * inverse, center,
                    ]
                    table.normalize_gradient(
                        n, relu, scale, bias[channel] - center * scale, coefficients, x + plane * n,
                        y + plane * n, dy + plane * n, gradients.x + plane * n,
                        gradients.accumulatesX ? 1 : 0, gradients.residual.map { $0 + plane * n },
                        gradients.accumulatesResidual ? 1 : 0)
                }
            }
            for channel in 0..<channels {
                var (total, product) = (0.0, 0.0)
                for image in 0..<problem.batch {
                    let own = sums + 2 * (image * channels + channel)
                    total += Double(own[0])
                    product += Double(own[1])
                }
                gradients.bias[channel] += Float(total)
                gradients.weight[channel] += Float(product)
            }
        }
    }
}

extension ImageNormProblem {
    /// The planes (image · channels + channel) that share a statistic.
    fileprivate func planes(of statistic: Int) -> StrideTo<Int> {
        switch scope {
        case .batch: stride(from: statistic, to: batch * channels, by: channels)
        case .groups(let groups):
            stride(
                from: statistic * (channels / groups), to: (statistic + 1) * (channels / groups), by: 1)
        }
    }
}

extension hibari_kernel_table {
    /// Mean and biased variance of some planes: of each about its own mean, joined by Chan's formula.
    fileprivate func statistics(
        of planes: StrideTo<Int>, _ n: Int, _ x: UnsafePointer<Float>
    ) -> (mean: Float, variance: Float) {
        var (count, mean, deviations) = (0.0, 0.0, 0.0)
        for plane in planes {
            var own: (mean: Float, deviations: Float) = (0, 0)
            moments(n, x + plane * n, &own.mean, &own.deviations)
            let difference = Double(own.mean) - mean
            let total = count + Double(n)
            deviations += Double(own.deviations) + difference * difference * count * Double(n) / total
            mean += difference * Double(n) / total
            count = total
        }
        return (Float(mean), Float(deviations / count))
    }
}
