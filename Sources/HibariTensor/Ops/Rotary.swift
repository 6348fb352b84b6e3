import HibariKernels

/// s·cos(m·ωᵢ) and s·sin(m·ωᵢ) for positions m and pairs i < D/2, with inverse frequencies ω and an attention factor s.
///
/// The angles of a position are computed when it is first met, so a model that allows a million positions opens at once;
/// a table is for one thread at a time.
public struct RotaryTable {
    public let positions: Int
    public let headDim: Int
    private let rows: RotaryRows

    /// `[R, D/2]` each, with R at least the number of positions met so far.
    package var cosine: Tensor { rows.cosine }
    package var sine: Tensor { rows.sine }

    /// The frequencies of RoPE as published: ωᵢ = base^(−2i/D).
    ///
    /// - Precondition: `headDim` is even.
    public init(positions: Int, headDim: Int, base: Double, _ dtype: DType = .float32) {
        self.init(
            positions: positions,
            inverseFrequencies: Self.inverseFrequencies(headDim: headDim, base: base), dtype)
    }

    /// - Parameters:
    ///   - inverseFrequencies: ωᵢ, radians a position, one for each pair of a head.
    ///   - attentionFactor: s, which scales rotated queries and keys, so their products by s².
    public init(
        positions: Int, inverseFrequencies: [Double], attentionFactor: Double = 1, _ dtype: DType = .float32
    ) {
        self.positions = positions
        headDim = 2 * inverseFrequencies.count
        rows = RotaryRows(inverseFrequencies, attentionFactor, dtype)
    }

    /// base^(−2i/D) for i < D/2.
    ///
    /// - Precondition: `headDim` is even.
    public static func inverseFrequencies(headDim: Int, base: Double) -> [Double] {
        precondition(headDim % 2 == 0, "RotaryTable: the head size must be even, got \(headDim)")
        return (0..<headDim / 2).map { Double.power(base, -2 * Double($0) / Double(headDim)) }
    }

    /// Stops unless the rows of `qkv` from `firstPosition` on, or those of each segment, have their angles here.
    func check(_ qkv: Tensor, _ layout: HeadLayout, firstPosition: Int, segments: [Int]?, _ op: OpName) {
        layout.check(qkv, op)
        checkSegments(segments, qkv, op)
        require(
            segments == nil || firstPosition == 0, op, "segments from position \(firstPosition); expected 0")
        let time = segments.map { $0.max() ?? 0 } ?? qkv.shape[-2]
        require(
            firstPosition >= 0 && firstPosition + time <= positions && headDim == layout.headDim, op,
            "positions \(firstPosition)..<\(firstPosition + time) with heads of \(layout.headDim), "
                + "table has \(positions) of \(headDim)")
        rows.grow(to: firstPosition + time, limit: positions)
    }
}

/// The rows of a table so far.
private final class RotaryRows {
    private(set) var cosine, sine: Tensor
    private let inverseFrequencies: [Double]
    private let attentionFactor: Double

    init(_ inverseFrequencies: [Double], _ attentionFactor: Double, _ dtype: DType) {
        self.inverseFrequencies = inverseFrequencies
        self.attentionFactor = attentionFactor
        cosine = Tensor(zeros: [0, inverseFrequencies.count], dtype)
        sine = cosine
    }

    /// Makes at least `count` rows, and twice as many as before, so that a text written token by token rarely waits.
    func grow(to count: Int, limit: Int) {
        guard count > cosine.shape[0] else { return }
        let count = min(limit, max(count, 2 * cosine.shape[0]))
        let (pairs, dtype) = (inverseFrequencies.count, cosine.dtype)
        var (cosines, sines): ([Double], [Double]) = ([], [])
        cosines.reserveCapacity(count * pairs)
        sines.reserveCapacity(count * pairs)
        for position in 0..<count {
            for frequency in inverseFrequencies {
                let turns = Double(position) * frequency / (2 * Double.pi)
                cosines.append(attentionFactor * Double.cosine(turns: turns))
                sines.append(attentionFactor * Double.sine(turns: turns))
            }
        }
        cosine = Tensor(cosines, shape: [count, pairs]).cast(to: dtype)
        sine = Tensor(sines, shape: [count, pairs]).cast(to: dtype)
    }
}

/// Rotates every query and key head by its position (RoPE); values pass through.
///
/// Pairs are (xᵢ, xᵢ₊D/₂), the half-split convention of LLaMA in `transformers`:
/// yᵢ = xᵢ·cos − xᵢ₊D/₂·sin, yᵢ₊D/₂ = xᵢ₊D/₂·cos + xᵢ·sin, with angle m·ωᵢ at position m; see `RotaryTable`.
///
/// - Parameters:
///   - qkv: `[B, T, (H + 2K)·D]`.
///   - firstPosition: the position of t = 0.
///   - segments: lengths of documents one after the other in a batch of one row, each with positions from 0; nil for
///     sequences that fill their rows.
/// Source: Su et al. 2021, arXiv:2104.09864.
public func rotary(
    _ qkv: Tensor, _ layout: HeadLayout, _ table: RotaryTable, firstPosition: Int = 0, segments: [Int]? = nil
) -> Tensor {
    table.check(qkv, layout, firstPosition: firstPosition, segments: segments, .rotary)
    let problem = RotaryProblem(
        rows: qkv.shape.rowCount, heads: layout.heads + 2 * layout.keyValueHeads,
        rotatedHeads: layout.heads + layout.keyValueHeads, headDim: layout.headDim,
        positions: RowPositions(of: qkv, firstPosition: firstPosition, segments: segments))
    func rotated(_ x: Tensor, inverse: Bool) -> Tensor {
        let y = Tensor(uninitialized: x.shape, x.dtype)
        func run<T: KernelScalar>(_: T.Type) {
            T.rotate(
                problem, x.input(), cosine: table.cosine.input(), sine: table.sine.input(), y.output(T.self),
                inverse: inverse)
        }
        run(x.dtype.scalar)
        return y
    }
    // The gradient needs no input, so that none is kept.
    let node = qkv.node
    return record(.rotary, qkv, output: rotated(qkv, inverse: false)) { gradient in
        // A rotation's transpose is the rotation back, scaled by the same attention factor.
        node?.accumulate(rotated(gradient, inverse: true))
    }
}
