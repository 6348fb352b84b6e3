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

private func normalize(_ op: OpName, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ epsilon: Double)
    -> Tensor
{
    let columns = x.shape[-1]
    require(
        weight.shape == [columns] && (bias == nil || bias!.shape == [columns]), op,
        "weight \(weight.shape) or bias \(String(describing: bias?.shape)) for input \(x.shape); expected [\(columns)]"
    )
    let problem = NormProblem(
        rows: x.shape.rowCount, columns: columns, epsilon: epsilon, subtractsMean: op == .layerNorm)
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let statistics = Tensor(uninitialized: [problem.rows, problem.statisticsPerRow], x.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.normalize(
            problem, x.input(), weight: weight.input(), bias: bias?.input(), y.output(T.self),
            statistics.output(T.self))
    }
    forward(x.dtype.scalar)
    return record(op, x, weight, bias, output: y) { gradient in
        let dx = Tensor(uninitialized: x.shape, x.dtype)
        let dWeight = Tensor(zeros: weight.shape, x.dtype)
        let dBias = bias.map { Tensor(zeros: $0.shape, x.dtype) }
        func backward<T: KernelScalar>(_: T.Type) {
            T.normalizeBackward(
                problem, x.input(), weight: weight.input(), statistics.input(), gradient.input(),
                dx.output(T.self),
                dWeight: dWeight.output(T.self), dBias: dBias?.output(T.self))
        }
        backward(x.dtype.scalar)
        x.node?.accumulate(dx)
        weight.node?.accumulate(dWeight)
        if let dBias { bias?.node?.accumulate(dBias) }
    }
}

/// The heads of a packed row: H query heads, then K key heads, then K value heads, each of D elements.
public struct HeadLayout: Sendable {
    public let heads: Int
    public let keyValueHeads: Int
    public let headDim: Int

    /// - Precondition: `heads` is a multiple of `keyValueHeads`.
    public init(heads: Int, keyValueHeads: Int, headDim: Int) {
        precondition(
            heads > 0 && keyValueHeads > 0 && headDim > 0 && heads % keyValueHeads == 0,
            "HeadLayout: \(heads) heads, \(keyValueHeads) key-value heads, head size \(headDim)")
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
    }

    /// (H + 2K)·D.
    public var rowWidth: Int { (heads + 2 * keyValueHeads) * headDim }

    func check(_ x: Tensor, _ op: OpName) {
        require(x.shape[-1] == rowWidth, op, "input \(x.shape) for packed rows of \(rowWidth)")
    }
}

/// RMSNorm of every query and key head (QK-norm); values pass through.
///
/// - Parameters:
///   - qkv: `[..., (H + 2K)·D]`.
///   - queryWeight: `[D]`.
///   - keyWeight: `[D]`.
/// Source: Henry et al. 2020, arXiv:2010.04245; the RMS form of Qwen3.
public func headNorm(
    _ qkv: Tensor, _ layout: HeadLayout, queryWeight: Tensor, keyWeight: Tensor, epsilon: Double
) -> Tensor {
    layout.check(qkv, .headNorm)
    require(
        queryWeight.shape == [layout.headDim] && keyWeight.shape == [layout.headDim], .headNorm,
        "weights \(queryWeight.shape) and \(keyWeight.shape) for heads of \(layout.headDim)")
    let problem = HeadNormProblem(
        rows: qkv.shape.rowCount, heads: layout.heads, keyValueHeads: layout.keyValueHeads,
        headDim: layout.headDim,
        epsilon: epsilon)
    let y = Tensor(uninitialized: qkv.shape, qkv.dtype)
    let inverseRMS = Tensor(uninitialized: [problem.rows, problem.normalizedHeads], qkv.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.normalizeHeads(
            problem, qkv.input(), queryWeight: queryWeight.input(), keyWeight: keyWeight.input(),
            y.output(T.self),
            inverseRMS.output(T.self))
    }
    forward(qkv.dtype.scalar)
    return record(.headNorm, qkv, queryWeight, keyWeight, output: y) { gradient in
        let dx = Tensor(uninitialized: qkv.shape, qkv.dtype)
        let dQuery = Tensor(zeros: queryWeight.shape, qkv.dtype)
        let dKey = Tensor(zeros: keyWeight.shape, qkv.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            T.normalizeHeadsBackward(
                problem, qkv.input(), queryWeight: queryWeight.input(), keyWeight: keyWeight.input(),
                inverseRMS.input(), gradient.input(), dx.output(T.self), dQueryWeight: dQuery.output(T.self),
                dKeyWeight: dKey.output(T.self))
        }
        backward(qkv.dtype.scalar)
        qkv.node?.accumulate(dx)
        queryWeight.node?.accumulate(dQuery)
        keyWeight.node?.accumulate(dKey)
    }
}
