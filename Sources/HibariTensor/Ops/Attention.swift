import HibariKernels

/// Causal scaled dot-product attention on packed rows.
///
/// For each head, y_t = Σⱼ softmax_j(q_t·k_j / √D)·v_j over the keys j ≤ t (with a window W: t − W < j ≤ t).
/// Query heads share key and value heads in groups of H/K.
///
/// - Parameters:
///   - qkv: `[B, T, (H + 2K)·D]`: query heads, then key heads, then value heads.
///   - window: how many keys a query sees, itself included; nil for all.
///   - segments: lengths of documents one after the other in a batch of one row, which do not see each other; nil for
///     sequences that fill their rows.
/// - Returns: `[B, T, H·D]`.
/// Source: Vaswani et al. 2017, arXiv:1706.03762; Ainslie et al. 2023 (grouped queries), arXiv:2305.13245.
public func causalAttention(
    _ qkv: Tensor, _ layout: HeadLayout, window: Int? = nil, segments: [Int]? = nil
) -> Tensor {
    require(qkv.shape.rank == 3, .attention, "expected [B, T, (H + 2K)·D], got \(qkv.shape)")
    require(window.map { $0 > 0 } ?? true, .attention, "the window must be positive, got \(window ?? 0)")
    layout.check(qkv, .attention)
    checkSegments(segments, qkv, .attention)
    let problem = AttentionProblem(
        batch: qkv.shape[0], time: qkv.shape[1], heads: layout.heads, keyValueHeads: layout.keyValueHeads,
        headDim: layout.headDim, window: window)
    let y = Tensor(uninitialized: qkv.shape.replacingLast(with: problem.outputWidth), qkv.dtype)
    let problems = segments.map(problem.divided) ?? [problem]
    let logSumExp = Tensor(uninitialized: [problem.batch, problem.heads, problem.time], qkv.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.attention(problems, qkv.input(), y.output(T.self), logSumExp.output(T.self))
    }
    forward(qkv.dtype.scalar)
    let input = SavedTensor(qkv)
    return record(.attention, qkv, output: y) { gradient in
        let qkv = input.value
        let dQKV = Tensor(uninitialized: qkv.shape, qkv.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            T.attentionBackward(
                problems, qkv.input(), y.input(), logSumExp.input(), gradient.input(), dQKV.output(T.self))
        }
        backward(qkv.dtype.scalar)
        input.node?.accumulate(dQKV)
    }
}

/// Attention of new rows over cached keys and values; the sums depend on each row's position alone.
///
/// - Parameters:
///   - qkv: `[1, T, (H + 2K)·D]`, of positions `firstPosition`…; their keys and values are in the cache already.
///   - keys: `[capacity, K·D]`.
///   - values: `[capacity, K·D]`.
/// - Returns: `[1, T, H·D]`. No gradient.
package func cachedAttention(
    _ qkv: Tensor, _ layout: HeadLayout, keys: Tensor, values: Tensor, firstPosition: Int, window: Int?
) -> Tensor {
    layout.check(qkv, .attention)
    require(window.map { $0 > 0 } ?? true, .attention, "the window must be positive, got \(window ?? 0)")
    require(qkv.node == nil, .attention, "attention over a cache has no gradient")
    let rows = qkv.shape.rowCount
    require(
        firstPosition >= 0 && firstPosition + rows <= keys.shape[0], .attention,
        "positions \(firstPosition)..<\(firstPosition + rows), the cache has \(keys.shape[0])")
    let width = layout.keyValueHeads * layout.headDim
    require(
        keys.shape == values.shape && keys.shape[-1] == width, .attention,
        "keys \(keys.shape) and values \(values.shape); expected [capacity, \(width)]")
    let problem = CachedAttentionProblem(
        rows: rows, firstPosition: firstPosition, heads: layout.heads, keyValueHeads: layout.keyValueHeads,
        headDim: layout.headDim, window: window, queryStride: layout.rowWidth)
    let y = Tensor(uninitialized: qkv.shape.replacingLast(with: layout.heads * layout.headDim), qkv.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        T.cachedAttention(problem, qkv.input(), keys: keys.input(), values: values.input(), y.output(T.self))
    }
    run(qkv.dtype.scalar)
    return y
}

/// Copies the key and value parts of packed rows into the rows from `firstPosition` of a cache.
package func storeKeysAndValues(
    _ qkv: Tensor, _ layout: HeadLayout, keys: Tensor, values: Tensor, firstPosition: Int
) {
    layout.check(qkv, .attention)
    let rows = qkv.shape.rowCount
    let width = layout.keyValueHeads * layout.headDim
    require(
        firstPosition >= 0 && firstPosition + rows <= keys.shape[0] && keys.shape == values.shape
            && keys.shape[1] == width, .attention,
        "\(rows) rows at \(firstPosition) in a cache of \(keys.shape)")
    func run<T: KernelScalar>(_: T.Type) {
        for row in 0..<rows {
            let source = qkv.input(T.self) + row * layout.rowWidth + layout.heads * layout.headDim
            let target = (firstPosition + row) * width
            (keys.output(T.self) + target).update(from: source, count: width)
            (values.output(T.self) + target).update(from: source + width, count: width)
        }
    }
    run(qkv.dtype.scalar)
}
