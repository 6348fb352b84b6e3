import HibariKernels

/// yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis, computed after subtracting the largest element.
public func softmax(_ x: Tensor) -> Tensor {
    let (rows, columns) = (x.shape.rowCount, x.shape[-1])
    let y = Tensor(uninitialized: x.shape, x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.softmax(rows: rows, columns: columns, x.input(), y.output(T.self))
    }
    forward(x.dtype.scalar)
    return record(.softmax, x, output: y) { gradient in
        // dx = y·(dy − Σ dy·y)
        let dx = Tensor(uninitialized: x.shape, x.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            let (p, dy, out): (UnsafePointer<T>, UnsafePointer<T>, UnsafeMutablePointer<T>) =
                (y.input(), gradient.input(), dx.output())
            for row in 0..<rows {
                let i = row * columns
                T.combineScalar(.subtract, columns, dy + i, T.dot(columns, dy + i, p + i), out + i)
                T.combine(.multiply, columns, out + i, p + i, out + i)
            }
        }
        backward(x.dtype.scalar)
        x.node?.accumulate(dx)
    }
}

/// yᵢ = xᵢ − log Σⱼ exp(xⱼ) over the last axis.
public func logSoftmax(_ x: Tensor) -> Tensor {
    let (rows, columns) = (x.shape.rowCount, x.shape[-1])
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let logTotals = Tensor(uninitialized: [rows], x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.logSumExp(rows: rows, columns: columns, x.input(), logTotals.output(T.self))
        for row in 0..<rows {
            let total = logTotals.input(T.self)[row]
            T.combineScalar(
                .subtract, columns, x.input() + row * columns, total, y.output(T.self) + row * columns)
        }
    }
    forward(x.dtype.scalar)
    return record(.logSoftmax, x, output: y) { gradient in
        // dx = dy − exp(y)·Σ dy
        let dx = Tensor(uninitialized: x.shape, x.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            let (dy, out): (UnsafePointer<T>, UnsafeMutablePointer<T>) = (gradient.input(), dx.output())
            T.map(.exp, x.count, y.input(), out)
            for row in 0..<rows {
                let i = row * columns
                T.combineScalar(.multiply, columns, out + i, T.sum(columns, dy + i), out + i)
                T.combine(.subtract, columns, dy + i, out + i, out + i)
            }
        }
        backward(x.dtype.scalar)
        x.node?.accumulate(dx)
    }
}
