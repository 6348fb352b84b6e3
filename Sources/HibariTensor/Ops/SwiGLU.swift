import HibariKernels

/// y = silu(gate) · up, the gated activation of LLaMA's MLP.
///
/// - Parameter gateUp: `[..., 2F]`, the gate in the first half of the last axis.
/// - Returns: `[..., F]`.
/// Source: Shazeer 2020, arXiv:2002.05202.
public func swiGLU(_ gateUp: Tensor) -> Tensor {
    require(gateUp.shape[-1] % 2 == 0, .swiGLU, "the last axis must be even, got \(gateUp.shape)")
    let (rows, width) = (gateUp.shape.rowCount, gateUp.shape[-1] / 2)
    let input = gateUp.detached
    func forward() -> Tensor {
        let y = Tensor(uninitialized: input.shape.replacingLast(with: width), input.dtype)
        func run<T: KernelScalar>(_: T.Type) {
            T.swiGLU(rows: rows, width: width, input.input(), y.output(T.self))
        }
        run(input.dtype.scalar)
        return y
    }
    return record(.swiGLU, gateUp, output: forward()) { gradient in
        let dx = Tensor(uninitialized: gateUp.shape, gateUp.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            T.swiGLUBackward(rows: rows, width: width, gateUp.input(), gradient.input(), dx.output(T.self))
        }
        backward(gateUp.dtype.scalar)
        gateUp.node?.accumulate(dx)
    }.remade(by: forward)
}
