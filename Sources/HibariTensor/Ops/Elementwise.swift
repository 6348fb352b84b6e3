import HibariKernels

/// eˣ.
public func exp(_ x: Tensor) -> Tensor { unary(.exp, .exp, x) }
/// ln x, for x > 0.
public func log(_ x: Tensor) -> Tensor { unary(.log, .log, x) }
/// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
public func tanh(_ x: Tensor) -> Tensor { unary(.tanh, .tanh, x) }
/// 1 / (1 + e⁻ˣ).
public func sigmoid(_ x: Tensor) -> Tensor { unary(.sigmoid, .sigmoid, x) }
/// max(0, x); the slope at 0 is 0.
public func relu(_ x: Tensor) -> Tensor { unary(.relu, .relu, x) }
/// ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.
public func geluTanh(_ x: Tensor) -> Tensor { unary(.geluTanh, .geluTanh, x) }
/// x·Φ(x) = ½x·(1 + erf(x/√2)). Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.
public func geluErf(_ x: Tensor) -> Tensor { unary(.geluErf, .geluErf, x) }
/// x·sigmoid(x). Source: Elfwing et al. 2017, arXiv:1702.03118.
public func silu(_ x: Tensor) -> Tensor { unary(.silu, .silu, x) }

/// ln(1 + eˣ), the smooth max(0, x).
public func softplus(_ x: Tensor) -> Tensor { unary(.softplus, .softplus, x) }
/// |x|; the slope at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { unary(.abs, .abs, x) }

private func unary(_ op: OpName, _ function: UnaryFunction, _ x: Tensor) -> Tensor {
    let input = x.detached
    return record(op, x, output: activated(function, x)) { gradient in
        x.node?.accumulate(activationGradient(function, x, gradient))
    }.remade { activated(function, input) }
}

/// f(x).
func activated(_ function: UnaryFunction, _ x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) { T.map(function, x.count, x.input(), y.output(T.self)) }
    run(x.dtype.scalar)
    return y
}

/// dx = dy · f′(x).
func activationGradient(_ function: UnaryFunction, _ x: Tensor, _ gradient: Tensor) -> Tensor {
    let dx = Tensor(uninitialized: x.shape, x.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        T.mapBackward(function, x.count, x.input(), gradient.input(), dx.output(T.self))
    }
    run(x.dtype.scalar)
    return dx
}
