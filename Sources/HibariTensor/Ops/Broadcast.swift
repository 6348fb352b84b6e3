import HibariKernels

extension Tensor {
    /// Repeats axes of size 1 (and missing leading axes) to fill `shape`; the gradient is summed over them.
    ///
    /// - Precondition: aligned from the last axis, each axis has the size in `shape` or 1.
    public func broadcast(to shape: Shape) -> Tensor {
        if shape == self.shape { return self }
        require(
            broadcastShape(self.shape, shape, .broadcast) == shape, .broadcast,
            "\(self.shape) does not fill \(shape)")
        let missing = shape.rank - self.shape.rank
        let padded = Shape([Int](repeating: 1, count: missing) + self.shape.array)
        // One axis after the other, from the last: [outer, 1, inner] → [outer, n, inner].
        var current = Tensor(storage: storage, offset: offset, shape: padded, dtype: dtype)
        for axis in (0..<shape.rank).reversed() where padded[axis] != shape[axis] {
            current = current.repeated(axis: axis, count: shape[axis])
        }
        let x = self
        return record(.broadcast, x, output: current) { gradient in
            var sum = gradient
            for axis in 0..<shape.rank where padded[axis] != shape[axis] { sum = sumKeepingAxis(sum, axis) }
            x.node?.accumulate(
                Tensor(storage: sum.storage, offset: sum.offset, shape: x.shape, dtype: x.dtype))
        }
    }

    private func repeated(axis: Int, count: Int) -> Tensor {
        let (outer, _, inner) = shape.split(at: axis)
        var newShape = shape
        newShape[axis] = count
        let result = Tensor(uninitialized: newShape, dtype)
        func run<T: KernelScalar>(_: T.Type) {
            let (x, y): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (input(), result.output())
            for block in 0..<outer {
                for copy in 0..<count {
                    (y + (block * count + copy) * inner).update(from: x + block * inner, count: inner)
                }
            }
        }
        run(dtype.scalar)
        return result
    }
}

/// The shape both broadcast to.
func broadcastShape(_ left: Shape, _ right: Shape, _ op: OpName) -> Shape {
    let rank = max(left.rank, right.rank)
    return Shape(
        (0..<rank).map { axis in
            let a = axis - rank + left.rank < 0 ? 1 : left[axis - rank + left.rank]
            let b = axis - rank + right.rank < 0 ? 1 : right[axis - rank + right.rank]
            require(
                a == b || a == 1 || b == 1, op,
                "shapes do not broadcast — left \(left), right \(right); axes must be equal or 1, from the last"
            )
            return a == 1 ? b : a
        })
}
