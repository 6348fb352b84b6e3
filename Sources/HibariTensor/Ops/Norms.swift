import HibariKernels

/// Normalizes each row to mean 0 and variance 1, then multiplies by `weight` and adds `bias`.
///
/// y = (x − mean(x)) / sqrt(var(x) + epsilon) · weight + bias, over the last axis, with the biased variance.
///
/// - Parameters:
///   - x: `[..., C]`.
///   - weight: `[C]`.
///   - bias: `[C]`, or nil for none.
/// Source: Ba et al. 2016, arXiv:1607.06450.
public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor?, epsilon: Double) -> Tensor {
    normalize(.layerNorm, x, weight, bias, epsilon)
}

/// Scales each row to unit root-mean-square, then multiplies by `weight`.
///
/// y = x / sqrt(mean(x²) + epsilon) · weight, over the last axis.
///
/// - Parameters:
///   - x: `[..., C]`.
///   - weight: `[C]`.
///   - epsilon: added to the mean square before the root; models differ (1e-5 or 1e-6), take it from the config.
/// Source: Zhang & Sennrich 2019, arXiv:1910.07467.
public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Double) -> Tensor {
    normalize(.rmsNorm, x, weight, nil, epsilon)
}

/// x + addend, and its norm: a residual connection and the norm that reads it, in one pass.
///
/// - Parameters:
///   - x: `[..., C]`.
///   - addend: as `x`.
///   - bias: nil for none; RMSNorm has none.
///   - subtractsMean: LayerNorm if true, else RMSNorm; see `layerNorm` and `rmsNorm`.
/// - Returns: the sum, and the norm of the sum, both `[..., C]`.
public func addNorm(
    _ x: Tensor, _ addend: Tensor, weight: Tensor, bias: Tensor?, epsilon: Double, subtractsMean: Bool
) -> (sum: Tensor, normalized: Tensor) {
    require(x.shape == addend.shape, .add, "a residual \(addend.shape) added to \(x.shape)")
    let sum = Tensor(uninitialized: x.shape, x.dtype)
    // The gradients need no input, so that none is kept.
    let (left, right) = (x.node, addend.node)
    let recorded = record(.add, x, addend, output: sum) { gradient in
        left?.accumulate(gradient)
        right?.accumulate(gradient)
    }
    let op = subtractsMean ? OpName.layerNorm : .rmsNorm
    return (recorded, normalize(op, recorded, of: (x, addend), weight, bias, epsilon))
}

/// - Parameter terms: where given, the two terms of `x`, which is yet to be written.
private func normalize(
    _ op: OpName, _ x: Tensor, of terms: (Tensor, Tensor)? = nil, _ weight: Tensor, _ bias: Tensor?,
    _ epsilon: Double
) -> Tensor {
    let columns = x.shape[-1]
    require(
        weight.shape == [columns] && (bias == nil || bias!.shape == [columns]), op,
        "weight \(weight.shape) or bias \(String(describing: bias?.shape)) for input \(x.shape); expected [\(columns)]"
    )
    let problem = NormProblem(
        rows: x.shape.rowCount, columns: columns, epsilon: epsilon, subtractsMean: op == .layerNorm)
    let statistics = Tensor(uninitialized: [problem.rows, problem.statisticsPerRow], x.dtype)
    let (input, scale, shift) = (x.detached, weight.detached, bias?.detached)
    func forward(of terms: (Tensor, Tensor)?) -> Tensor {
        let y = Tensor(uninitialized: input.shape, input.dtype)
        func run<T: KernelScalar>(_: T.Type) {
            let residual = terms.map { NormResidual<T>(addend: $0.1.input(), sum: input.output()) }
            T.normalize(
                problem, (terms?.0 ?? input).input(), residual, weight: scale.input(), bias: shift?.input(),
                y.output(T.self), statistics.output(T.self))
        }
        run(input.dtype.scalar)
        return y
    }
    let y = forward(of: terms)
    return record(op, x, weight, bias, output: y) { gradient in
        let dWeight = Tensor(zeros: weight.shape, x.dtype)
        let dBias = bias.map { Tensor(zeros: $0.shape, x.dtype) }
        func backward<T: KernelScalar>(_: T.Type) {
            func run(_ dx: Tensor, accumulate: Bool) {
                T.normalizeBackward(
                    problem, x.input(), weight: weight.input(), statistics.input(), gradient.input(),
                    dx.output(T.self), accumulate: accumulate, dWeight: dWeight.output(T.self),
                    dBias: dBias?.output(T.self))
            }
            if let node = x.node {
                node.withBuffer(x.shape, x.dtype) { run($0, accumulate: $1) }
            } else {
                run(Tensor(uninitialized: x.shape, x.dtype), accumulate: false)
            }
        }
        backward(x.dtype.scalar)
        weight.node?.accumulate(dWeight)
        if let dBias { bias?.node?.accumulate(dBias) }
    }.remade { forward(of: nil) }
}
