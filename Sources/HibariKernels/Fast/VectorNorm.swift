import HibariSupport

/// BatchNorm of vectors `[N, C]`. Channels are columns there; as the rows of the transpose they are one image with
/// planes of N places, for which the vector kernels are made.
extension ImageNormProblem {
    var isOfVectors: Bool {
        if case .batch = scope { return plane == 1 && batch > 1 }
        return false
    }

    private var transposed: ImageNormProblem {
        var problem = self
        (problem.batch, problem.plane) = (1, batch)
        return problem
    }

    func normalizeVectors(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        residual: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
        variance: UnsafeMutablePointer<Float>
    ) {
        withScratch(Float.self, count: 3 * count) { columns in
            let (xs, ys, residuals) = (columns, columns + count, columns + 2 * count)
            transpose(batch, channels, x, xs)
            if let residual { transpose(batch, channels, residual, residuals) }
            Float.normalizeImages(
                transposed, xs, weight: weight, bias: bias, residual: hasResidual ? residuals : nil, ys,
                mean: mean, variance: variance)
            transpose(channels, batch, ys, y)
        }
    }

    func normalizeVectorsBackward(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        _ y: UnsafePointer<Float>, mean: UnsafePointer<Float>, variance: UnsafePointer<Float>,
        _ dy: UnsafePointer<Float>, _ gradients: ImageNormGradients<Float>
    ) {
        withScratch(Float.self, count: 5 * count) { columns in
            let (xs, ys, dys) = (columns, columns + count, columns + 2 * count)
            let (dxs, residuals) = (columns + 3 * count, columns + 4 * count)
            transpose(batch, channels, x, xs)
            transpose(batch, channels, dy, dys)
            if appliesReLU, hasResidual { transpose(batch, channels, y, ys) }
            if gradients.accumulatesX { transpose(batch, channels, gradients.x, dxs) }
            if let residual = gradients.residual, gradients.accumulatesResidual {
                transpose(batch, channels, residual, residuals)
            }
            Float.normalizeImagesBackward(
                transposed, xs, weight: weight, bias: bias, ys, mean: mean, variance: variance, dys,
                ImageNormGradients(
                    x: dxs, accumulatesX: gradients.accumulatesX,
                    residual: gradients.residual == nil ? nil : residuals,
                    accumulatesResidual: gradients.accumulatesResidual, weight: gradients.weight,
                    bias: gradients.bias))
            transpose(channels, batch, dxs, gradients.x)
            if let residual = gradients.residual { transpose(channels, batch, residuals, residual) }
        }
    }
}

/// y[j, i] = x[i, j], in blocks whose lines stay in the first-level cache.
private func transpose(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
) {
    parallelFor(rows, grain: 16) { block in
        for first in stride(from: 0, to: columns, by: 16) {
            for j in first..<min(columns, first + 16) {
                for i in block { y[j * rows + i] = x[i * columns + j] }
            }
        }
    }
}
