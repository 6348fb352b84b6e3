import HibariKernels
import HibariSupport

/// y[j, i, ...] = x[i, j, ...]: batches of sequences, `[B, T, C]`, as sequences of batches, and back.
///
/// - Parameter x: `[A, B, ...]`.
/// - Returns: `[B, A, ...]`.
public func swapLeadingAxes(_ x: Tensor) -> Tensor {
    require(x.shape.rank >= 2, .swapLeadingAxes, "expected two axes or more, got \(x.shape)")
    return record(.swapLeadingAxes, x, output: swapped(x)) { gradient in
        x.node?.accumulate(swapped(gradient))
    }
}

private func swapped(_ x: Tensor) -> Tensor {
    var shape = x.shape
    (shape[0], shape[1]) = (x.shape[1], x.shape[0])
    let (rows, columns) = (x.shape[0], x.shape[1])
    let width = x.shape.split(at: 1).inner
    let y = Tensor(uninitialized: shape, x.dtype)
    func copy<T: KernelScalar>(_: T.Type) {
        let (source, target): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (x.input(), y.output())
        parallelFor(columns, grain: max(1, 16_384 / max(1, rows * width))) { range in
            for column in range {
                for row in 0..<rows {
                    (target + (column * rows + row) * width).update(
                        from: source + (row * columns + column) * width, count: width)
                }
            }
        }
    }
    copy(x.dtype.scalar)
    return y
}
