/// The sizes of C (+)= op(A)·op(B), with C `[rows, columns]` and a sum over `depth`. All matrices are
/// row-major.
package struct GemmProblem: Sendable {
    package var rows: Int
    package var columns: Int
    package var depth: Int
    /// A is stored `[depth, rows]`.
    package var transposesA: Bool
    /// B is stored `[columns, depth]`.
    package var transposesB: Bool
    /// Distance between stored rows of A, B and C.
    package var strideA: Int
    package var strideB: Int
    package var strideC: Int
    /// Whether the product is added to C instead of replacing it.
    package var accumulates: Bool

    package init(
        rows: Int, columns: Int, depth: Int, transposesA: Bool = false, transposesB: Bool = false,
        strideA: Int? = nil,
        strideB: Int? = nil, strideC: Int? = nil, accumulates: Bool = false
    ) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.transposesA = transposesA
        self.transposesB = transposesB
        self.strideA = strideA ?? (transposesA ? rows : depth)
        self.strideB = strideB ?? (transposesB ? depth : columns)
        self.strideC = strideC ?? columns
        self.accumulates = accumulates
    }
}

/// What is done to C after the product, while its rows are in cache: add a bias, then write an activation of
/// the result.
package struct GemmEpilogue<Scalar> {
    /// `[columns]`, added to every row.
    package var bias: UnsafePointer<Scalar>?
    package var activation: UnaryFunction?
    /// Where activation(C) goes; same layout as C.
    package var activated: UnsafeMutablePointer<Scalar>?

    package init(
        bias: UnsafePointer<Scalar>? = nil, activation: UnaryFunction? = nil,
        activated: UnsafeMutablePointer<Scalar>? = nil
    ) {
        self.bias = bias
        self.activation = activation
        self.activated = activated
    }
}

/// Functions of one variable. For each, `x` is the input of the forward pass in the backward pass as well.
package enum UnaryFunction: String, CaseIterable, Sendable {
    case exp, log, tanh, sigmoid, relu, geluTanh, geluErf, silu, softplus, abs
}

/// Functions of one variable with numbers of their own.
package enum ShapedFunction: Equatable, Sendable {
    /// x for x > 0, else slope · x.
    case leakyReLU(slope: Double)
    /// x for x > 0, else alpha · (eˣ − 1).
    case elu(alpha: Double)
    /// The nearest number in lower...upper.
    case clamp(lower: Double, upper: Double)
}

/// Functions of two variables.
package enum BinaryFunction: String, CaseIterable, Sendable {
    case add, subtract, multiply, divide
}

/// Which elements dropout keeps: a function of (seed, purpose, stream, element index) alone.
package struct DropoutMask: Sendable {
    package var key: UInt64
    package var stream: UInt64
    package var probability: Double

    package init(key: UInt64, stream: UInt64, probability: Double) {
        self.key = key
        self.stream = stream
        self.probability = probability
    }

    /// An element is kept if its 32 random bits are at least this.
    package var threshold: UInt32 { UInt32(min(probability * 0x1p32, 0x1p32 - 1)) }
}

/// LayerNorm (mean and deviation) or RMSNorm (root mean square) over the last axis.
package struct NormProblem: Sendable {
    package var rows: Int
    package var columns: Int
    package var epsilon: Double
    /// LayerNorm subtracts the mean and keeps two statistics a row (mean, 1/σ); RMSNorm keeps one (1/rms).
    package var subtractsMean: Bool

    package init(rows: Int, columns: Int, epsilon: Double, subtractsMean: Bool) {
        self.rows = rows
        self.columns = columns
        self.epsilon = epsilon
        self.subtractsMean = subtractsMean
    }

    package var statisticsPerRow: Int { subtractsMean ? 2 : 1 }
}

/// A residual connection before a norm: x + `addend` is normalized, and written to `sum`.
package struct NormResidual<Scalar> {
    package var addend: UnsafePointer<Scalar>
    package var sum: UnsafeMutablePointer<Scalar>

    package init(addend: UnsafePointer<Scalar>, sum: UnsafeMutablePointer<Scalar>) {
        self.addend = addend
        self.sum = sum
    }
}

/// The positions of rows.
package enum RowPositions: Sendable {
    /// Sequences of one length: row r has position `first + r % sequenceLength`.
    case repeating(first: Int, sequenceLength: Int)
    /// One by one.
    case listed([Int32])

    subscript(row: Int) -> Int {
        switch self {
        case .repeating(let first, let sequenceLength): first + row % sequenceLength
        case .listed(let positions): Int(positions[row])
        }
    }
}

/// A rotary embedding of each head after its norm.
package struct HeadRotation<Scalar> {
    /// `[positions, D/2]` each.
    package var cosine, sine: UnsafePointer<Scalar>
    package var positions: RowPositions

    package init(cosine: UnsafePointer<Scalar>, sine: UnsafePointer<Scalar>, positions: RowPositions) {
        self.cosine = cosine
        self.sine = sine
        self.positions = positions
    }

    /// Where the angles of a row begin, for heads of `headDim`.
    func offset(ofRow row: Int, headDim: Int) -> Int { positions[row] * (headDim / 2) }
}

/// RMSNorm of each query and key head on its own (QK-norm) in packed rows `[rows, (H + 2K)·D]`; values are
/// copied.
package struct HeadNormProblem: Sendable {
    package var rows: Int
    package var heads: Int
    package var keyValueHeads: Int
    package var headDim: Int
    package var epsilon: Double

    package init(rows: Int, heads: Int, keyValueHeads: Int, headDim: Int, epsilon: Double) {
        self.rows = rows
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
        self.epsilon = epsilon
    }

    package var normalizedHeads: Int { heads + keyValueHeads }
    package var rowWidth: Int { (heads + 2 * keyValueHeads) * headDim }
}

/// Rotary embedding of the first `rotatedHeads` heads of each row of `[rows, heads · headDim]`; the rest is
/// copied.
package struct RotaryProblem: Sendable {
    package var rows: Int
    package var heads: Int
    package var rotatedHeads: Int
    package var headDim: Int
    package var positions: RowPositions

    package init(rows: Int, heads: Int, rotatedHeads: Int, headDim: Int, positions: RowPositions) {
        self.rows = rows
        self.heads = heads
        self.rotatedHeads = rotatedHeads
        self.headDim = headDim
        self.positions = positions
    }
}

/// Causal attention on packed rows `[B·T, (H + 2K)·D]`: H query heads, then K key heads, then K value heads.
package struct AttentionProblem: Sendable {
    package var batch: Int
    package var time: Int
    package var heads: Int
    package var keyValueHeads: Int
    package var headDim: Int
    /// Query i sees keys j with i − window < j ≤ i; nil: all j ≤ i.
    package var window: Int?
    /// The row of the buffers where the first sequence begins.
    package private(set) var firstRow = 0

    package init(batch: Int, time: Int, heads: Int, keyValueHeads: Int, headDim: Int, window: Int? = nil) {
        self.batch = batch
        self.time = time
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
        self.window = window
    }

    package var rowWidth: Int { (heads + 2 * keyValueHeads) * headDim }
    package var outputWidth: Int { heads * headDim }

    /// Problems on the same rows for sequences of these lengths, one after the other.
    ///
    /// - Precondition: the lengths sum to the rows of this problem.
    package func divided(into segments: [Int]) -> [AttentionProblem] {
        precondition(segments.reduce(0, +) == batch * time, "AttentionProblem: segments of other length")
        var row = firstRow
        return segments.map { length in
            var part = self
            (part.batch, part.time, part.firstRow) = (1, length, row)
            row += length
            return part
        }
    }

    /// Where the logarithms of the denominators of a head of a sequence begin: those of each problem lie together.
    func firstStatistic(sequence b: Int, head h: Int) -> Int { firstRow * heads + (b * heads + h) * time }

    package var groupSize: Int { heads / keyValueHeads }

    /// The first key that query `i` sees.
    package func firstKey(of i: Int) -> Int { window.map { max(0, i - $0 + 1) } ?? 0 }
}

/// Attention of `rows` new queries over a cache of keys and values, in an order of sums that depends on each
/// query's position alone, so that a text does not change with how it was cut into calls or with the number
/// of threads.
package struct CachedAttentionProblem: Sendable {
    /// New positions: query r is at `firstPosition + r`, and keys up to there are in the cache.
    package var rows: Int
    package var firstPosition: Int
    package var heads: Int
    package var keyValueHeads: Int
    package var headDim: Int
    package var window: Int?
    /// Distance between query rows (the packed QKV width).
    package var queryStride: Int

    package init(
        rows: Int, firstPosition: Int, heads: Int, keyValueHeads: Int, headDim: Int, window: Int?,
        queryStride: Int
    ) {
        self.rows = rows
        self.firstPosition = firstPosition
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
        self.window = window
        self.queryStride = queryStride
    }

    package func firstKey(of position: Int) -> Int { window.map { max(0, position - $0 + 1) } ?? 0 }
}

/// Cross-entropy of `[rows, classes]` against a class per row.
package struct CrossEntropyProblem: Sendable {
    package var rows: Int
    package var classes: Int
    /// The share of the target distribution spread evenly over all classes.
    package var labelSmoothing: Double
    /// Rows with this target count for nothing.
    package var ignoredTarget: Int32

    package init(rows: Int, classes: Int, labelSmoothing: Double = 0, ignoredTarget: Int32 = -100) {
        self.rows = rows
        self.classes = classes
        self.labelSmoothing = labelSmoothing
        self.ignoredTarget = ignoredTarget
    }
}
