import HibariKernels

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

/// RMSNorm of every query and key head (QK-norm), then, with a table, rotation by its position; values pass
/// through.
///
/// - Parameters:
///   - qkv: `[B, T, (H + 2K)·D]`.
///   - queryWeight: `[D]`.
///   - keyWeight: `[D]`.
///   - table: of the rotation, in the same pass as the norm; nil for none. See `rotary`.
///   - firstPosition: the position of t = 0.
///   - segments: of the rotation, as in `rotary`.
/// Source: Henry et al. 2020, arXiv:2010.04245; the RMS form of Qwen3.
public func headNorm(
    _ qkv: Tensor, _ layout: HeadLayout, queryWeight: Tensor, keyWeight: Tensor, epsilon: Double,
    rotatedBy table: RotaryTable? = nil, firstPosition: Int = 0, segments: [Int]? = nil
) -> Tensor {
    table?.check(qkv, layout, firstPosition: firstPosition, segments: segments, .headNorm)
    layout.check(qkv, .headNorm)
    require(
        queryWeight.shape == [layout.headDim] && keyWeight.shape == [layout.headDim], .headNorm,
        "weights \(queryWeight.shape) and \(keyWeight.shape) for heads of \(layout.headDim)")
    let problem = HeadNormProblem(
        rows: qkv.shape.rowCount, heads: layout.heads, keyValueHeads: layout.keyValueHeads,
        headDim: layout.headDim,
        epsilon: epsilon)
    let rotation = table.map { table in
        (table: table, positions: RowPositions(of: qkv, firstPosition: firstPosition, segments: segments))
    }
    func kernelRotation<T: KernelScalar>() -> HeadRotation<T>? {
        rotation.map {
            HeadRotation(
                cosine: $0.table.cosine.input(), sine: $0.table.sine.input(), positions: $0.positions)
        }
    }
    let inverseRMS = Tensor(uninitialized: [problem.rows, problem.normalizedHeads], qkv.dtype)
    let (input, queryScale, keyScale) = (qkv.detached, queryWeight.detached, keyWeight.detached)
    func forward() -> Tensor {
        let y = Tensor(uninitialized: input.shape, input.dtype)
        func run<T: KernelScalar>(_: T.Type) {
            T.normalizeHeads(
                problem, input.input(), queryWeight: queryScale.input(), keyWeight: keyScale.input(),
                kernelRotation(), y.output(T.self), inverseRMS.output(T.self))
        }
        run(input.dtype.scalar)
        return y
    }
    return record(.headNorm, qkv, queryWeight, keyWeight, output: forward()) { gradient in
        let dx = Tensor(uninitialized: qkv.shape, qkv.dtype)
        let dQuery = Tensor(zeros: queryWeight.shape, qkv.dtype)
        let dKey = Tensor(zeros: keyWeight.shape, qkv.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            T.normalizeHeadsBackward(
                problem, qkv.input(), queryWeight: queryWeight.input(), keyWeight: keyWeight.input(),
                kernelRotation(), inverseRMS.input(), gradient.input(), dx.output(T.self),
                dQueryWeight: dQuery.output(T.self),
                dKeyWeight: dKey.output(T.self))
        }
        backward(qkv.dtype.scalar)
        qkv.node?.accumulate(dx)
        queryWeight.node?.accumulate(dQuery)
        keyWeight.node?.accumulate(dKey)
    }.remade(by: forward)
}
