import HibariKernels

extension Tensor {
    /// y = Σ x over `axes` (all axes if nil), which disappear from the shape.
    public func sum(axes: [Int]? = nil) -> Tensor { reduced(.sum, axes) { _ in 1 } }

    /// y = (1/n)·Σ x over `axes` (all axes if nil), which disappear from the shape.
    public func mean(axes: [Int]? = nil) -> Tensor { reduced(.mean, axes) { 1 / Double($0) } }

    private func reduced(_ op: OpName, _ axes: [Int]?, factor: (Int) -> Double) -> Tensor {
        let sorted = normalizedAxes(op, axes)
        var result = detached
        var kept = shape
        for axis in sorted.reversed() {
            result = sumKeepingAxis(result, axis)
            kept[axis] = 1
        }
        let final = Shape((0..<shape.rank).filter { !sorted.contains($0) }.map { shape[$0] })
        let scale = factor(count / Swift.max(1, kept.count))
        let output = (scale * result).viewed(as: final)
        let x = self
        return record(op, x, output: output) { gradient in
            x.node?.accumulate(scale * gradient.viewed(as: kept).broadcast(to: x.shape))
        }
    }

    /// y = max x over one axis, which disappears; the gradient goes to the first largest element. NaN counts
    /// as largest.
    public func max(axis: Int) -> Tensor {
        let (outer, n, inner) = shape.split(at: axis)
        require(n > 0, .max, "axis \(axis) of \(shape) is empty")
        let position = axis < 0 ? axis + shape.rank : axis
        let final = Shape((0..<shape.rank).filter { $0 != position }.map { shape[$0] })
        let y = Tensor(uninitialized: final, dtype)
        var winners = [Int](repeating: 0, count: outer * inner)
        func forward<T: KernelScalar>(_: T.Type) {
            let (input, output): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (self.input(), y.output())
            for index in 0..<outer * inner {
                let first = index / inner * n * inner + index % inner
                var best = first
                for k in 1..<Swift.max(1, n)
                where !(input[first + k * inner] <= input[best]) && !input[best].isNaN {
                    best = first + k * inner
                }
                winners[index] = best
                output[index] = input[best]
            }
        }
        forward(dtype.scalar)
        let x = self
        let positions = winners
        return record(.max, x, output: y) { gradient in
            let dx = Tensor(zeros: x.shape, x.dtype)
            func backward<T: KernelScalar>(_: T.Type) {
                let (from, to): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (gradient.input(), dx.output())
                for (index, winner) in positions.enumerated() { to[winner] = from[index] }
            }
            backward(x.dtype.scalar)
            x.node?.accumulate(dx)
        }
    }

    private func normalizedAxes(_ op: OpName, _ axes: [Int]?) -> [Int] {
        guard let axes else { return Array(0..<shape.rank) }
        let sorted = axes.map { $0 < 0 ? $0 + shape.rank : $0 }.sorted()
        require(
            sorted.allSatisfy { (0..<shape.rank).contains($0) } && Set(sorted).count == sorted.count, op,
            "axes \(axes) of \(shape); expected different axes in \(-shape.rank)..<\(shape.rank)")
        return sorted
    }

    /// The same storage under another shape, without a node.
    func viewed(as shape: Shape) -> Tensor {
        Tensor(storage: storage, offset: offset, shape: shape, dtype: dtype)
    }
}

/// Σ over one axis, which stays with size 1. Builds no graph.
func sumKeepingAxis(_ x: Tensor, _ axis: Int) -> Tensor {
    let (outer, n, inner) = x.shape.split(at: axis)
    var shape = x.shape
    shape[axis] = 1
    let y = Tensor(uninitialized: shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        let (input, output): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (x.input(), y.output())
        for block in 0..<outer {
            if inner == 1 {
                output[block] = T.sum(n, input + block * n)
            } else {
                T.sumRows(
                    rows: n, columns: inner, input + block * n * inner, output + block * inner,
                    accumulate: false)
            }
        }
    }
    run(x.dtype.scalar)
    return y
}
