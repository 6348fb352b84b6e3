import HibariKernels

/// x for x > 0, else slope · x.
///
/// The slope at 0 is `slope`. Source: Maas et al. 2013.
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) -> Tensor {
    shaped(.leakyReLU, .leakyReLU(slope: slope), x)
}

/// x for x > 0, else alpha · (eˣ − 1).
///
/// Source: Clevert et al. 2015, arXiv:1511.07289.
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor { shaped(.elu, .elu(alpha: alpha), x) }

/// scale · elu(x, alpha), with the numbers for which layers of it keep mean 0 and variance 1.
///
/// Source: Klambauer et al. 2017, arXiv:1706.02515.
public func selu(_ x: Tensor) -> Tensor { SELU.scale * elu(x, alpha: SELU.alpha) }

/// The numbers of `selu`.
package enum SELU {
    package static let alpha = 1.6732632423543772
    package static let scale = 1.0507009873554805
}

/// The nearest number to x in `range`; the slope is 1 inside and on the edges, 0 outside.
public func clamp(_ x: Tensor, to range: ClosedRange<Double>) -> Tensor {
    shaped(.clamp, .clamp(lower: range.lowerBound, upper: range.upperBound), x)
}

/// x between −1 and 1, else the nearer of the two.
public func hardTanh(_ x: Tensor) -> Tensor { clamp(x, to: -1...1) }

private func shaped(_ op: OpName, _ function: ShapedFunction, _ x: Tensor) -> Tensor {
    let input = x.detached
    func value() -> Tensor {
        let y = Tensor(uninitialized: input.shape, input.dtype)
        func run<T: KernelScalar>(_: T.Type) { T.map(function, input.count, input.input(), y.output(T.self)) }
        run(input.dtype.scalar)
        return y
    }
    return record(op, x, output: value()) { gradient in
        let dx = Tensor(uninitialized: input.shape, input.dtype)
        func run<T: KernelScalar>(_: T.Type) {
            T.mapBackward(function, input.count, input.input(), gradient.input(), dx.output(T.self))
        }
        run(input.dtype.scalar)
        x.node?.accumulate(dx)
    }.remade(by: value)
}
