import HibariKernels

/// z = x ∘ y for ∘ in {+, −, ×, ÷}, element by element.
///
/// Axes are aligned from the last; an axis of size 1, or a missing one, is repeated (`broadcast`). A leading
/// axis is broadcast by giving it trailing axes of size 1, e.g. `[B, 1, 1]` with `[B, T, C]`.
///
/// - Precondition: both have the same floating-point type, and shapes that broadcast.
public func + (x: Tensor, y: Tensor) -> Tensor { combine(.add, .add, x, y) }
public func - (x: Tensor, y: Tensor) -> Tensor { combine(.subtract, .subtract, x, y) }
public func * (x: Tensor, y: Tensor) -> Tensor { combine(.multiply, .multiply, x, y) }
public func / (x: Tensor, y: Tensor) -> Tensor { combine(.divide, .divide, x, y) }

private func combine(_ op: OpName, _ function: BinaryFunction, _ left: Tensor, _ right: Tensor) -> Tensor {
    require(left.dtype == right.dtype, op, "types differ — left \(left.dtype), right \(right.dtype)")
    let shape = broadcastShape(left.shape, right.shape, op)
    let (x, y) = (left.broadcast(to: shape), right.broadcast(to: shape))
    let output = elementwise(function, x, y)
    // What a gradient does not need is not kept for it, and what was broadcast is kept as it came.
    let (first, second) = (left.detached, right.detached)
    let (left, right) = (x.node, y.node)
    let backward: (Tensor) -> Void =
        switch function {
        case .add:
            { gradient in
                left?.accumulate(gradient)
                right?.accumulate(gradient)
            }
        case .subtract:
            { gradient in
                left?.accumulate(gradient)
                right?.accumulate(scaled(gradient, by: -1))
            }
        case .multiply:  // z = x·y: dx = dz·y, dy = dz·x
            { gradient in
                left?.accumulate(elementwise(.multiply, gradient, second.broadcast(to: shape)))
                right?.accumulate(elementwise(.multiply, gradient, first.broadcast(to: shape)))
            }
        case .divide:  // z = x/y: dx = dz/y, dy = −dz·z/y
            { gradient in
                let y = second.broadcast(to: shape)
                left?.accumulate(elementwise(.divide, gradient, y))
                let product = elementwise(.multiply, gradient, output)
                right?.accumulate(scaled(elementwise(.divide, product, y), by: -1))
            }
        }
    return record(op, x, y, output: output, backward: backward)
}

/// y = factor · x.
public func * (factor: Double, x: Tensor) -> Tensor {
    let node = x.node
    return record(.scale, x, output: scaled(x, by: factor), detail: "× \(factor)") { gradient in
        node?.accumulate(scaled(gradient, by: factor))
    }
}

private func elementwise(_ function: BinaryFunction, _ x: Tensor, _ y: Tensor) -> Tensor {
    let z = Tensor(uninitialized: x.shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        T.combine(function, x.count, x.input(), y.input(), z.output(T.self))
    }
    run(x.dtype.scalar)
    return z
}

private func scaled(_ x: Tensor, by factor: Double) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) { T.scale(x.count, T(factor), x.input(), y.output(T.self)) }
    run(x.dtype.scalar)
    return y
}
