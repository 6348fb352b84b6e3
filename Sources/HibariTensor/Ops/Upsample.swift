import HibariKernels

/// How numbers between the places of an image are found.
public enum Interpolation: String, Sendable, CaseIterable {
    /// Output place o takes input place ⌊o·input / output⌋.
    case nearest
    /// Weighted by the distances of the centers, which lie at (o + ½)·input / output − ½ (align_corners false):
    /// linear on a line, bilinear on an image.
    case linear
}

/// Resamples lines or images to another size.
///
/// - Parameters:
///   - x: `[N, C, L]` or `[N, C, H, W]`.
///   - size: the new spatial sizes.
/// - Returns: `[N, C, size...]`.
public func upsample(_ x: Tensor, to size: [Int], _ interpolation: Interpolation = .nearest) -> Tensor {
    let spatial = x.shape.rank - 2
    require(
        (1...2).contains(spatial) && size.count == spatial && size.allSatisfy { $0 > 0 } && x.count > 0,
        .upsample,
        "input \(x.shape) to \(size); expected [N, C, L] or [N, C, H, W] and a size for each of the last axes"
    )
    let axes = (0..<spatial).map { axis in
        interpolation == .nearest
            ? ResamplingAxis(nearest: x.shape[axis + 2], output: size[axis])
            : ResamplingAxis(linear: x.shape[axis + 2], output: size[axis])
    }
    let problem = ResamplingProblem(
        planes: x.shape[0] * x.shape[1],
        rows: spatial == 2 ? axes[0] : ResamplingAxis(nearest: 1, output: 1), columns: axes[spatial - 1])
    let y = Tensor(uninitialized: Shape([x.shape[0], x.shape[1]] + size), x.dtype)
    func forward<T: KernelScalar>(_: T.Type) { T.resample(problem, x.input(), y.output(T.self)) }
    forward(x.dtype.scalar)
    let (shape, dtype, node) = (x.shape, x.dtype, x.node)
    return record(.upsample, x, output: y) { gradient in
        func backward<T: KernelScalar>(_: T.Type) {
            node?.withBuffer(shape, dtype) { buffer, accumulates in
                T.resampleBackward(
                    problem, gradient.input(), buffer.output(T.self), accumulate: accumulates)
            }
        }
        backward(gradient.dtype.scalar)
    }
}
