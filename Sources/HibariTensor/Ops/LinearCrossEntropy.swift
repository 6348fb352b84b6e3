import HibariKernels

/// Mean negative log-likelihood of the target classes under the logits x·Wᵀ, without holding the logits.
///
/// The value and the gradients of `crossEntropy(linear(x, weights: [weight]), targets)`. Rows are taken in
/// chunks, and the gradients of a chunk are made on the way forward, as soon as its logits are there, scaled
/// by the weight of the running `valueWithGradient`. To scale the loss, use that weight: gradients for another
/// factor f are corrected afterwards, which loses 1/f of the precision. And where the computation stops with an
/// error after this op, parameters keep the gradients it gave them.
///
/// - Parameters:
///   - x: `[..., C]`.
///   - weight: `[V, C]`; one of blocks, with x of float32, gets no gradient.
///   - targets: `[...]`, int32; rows with `ignoredTarget` are left out. With no other row the loss is 0.
///   - labelSmoothing: ε, 0 ≤ ε < 1, the share of the target spread over all classes.
/// - Returns: a scalar.
/// - Precondition: inside `valueWithGradient`, its value depends on the result.
public func linearCrossEntropy(
    _ x: Tensor, weight: Tensor, _ targets: Tensor, labelSmoothing: Double = 0
) -> Tensor {
    let problem = ProjectedLoss(x, weight, targets, labelSmoothing)
    let counted = countedTargets(targets)
    if counted > 0, counted < problem.rows {
        // Rows without a target need no logits.
        let (rows, wanted) = problem.rowsWithTarget
        return linearCrossEntropy(
            embedding(rows, x.reshape([problem.rows, x.shape[-1]])), weight: weight, wanted,
            labelSmoothing: labelSmoothing)
    }
    let losses = Tensor(uninitialized: [problem.rows], x.dtype)
    let share = counted == 0 ? 0 : 1 / Double(counted)
    // What the gradient of the result will be, unless the caller scales the loss.
    let expected = Tape.current?.seed ?? 0
    problem.run(into: losses, gradientScale: expected * share)
    let loss = mean(losses, share)
    return record(
        .linearCrossEntropy, x, weight, targets, output: loss, product: problem.sizes, isEager: true
    ) { gradient in
        let missing = gradient.item - expected
        if missing != 0 { problem.run(into: losses, gradientScale: missing * share) }
    }
}

/// The loss of every row, in nats; 0 for rows with `ignoredTarget`. No gradient.
///
/// - Parameters: as of `linearCrossEntropy`.
public func linearCrossEntropyPerRow(_ x: Tensor, weight: Tensor, _ targets: Tensor) -> Tensor {
    require(x.node == nil && weight.node == nil, .linearCrossEntropy, "losses per row have no gradient")
    let problem = ProjectedLoss(x, weight, targets, 0)
    let losses = Tensor(uninitialized: [problem.rows], x.dtype)
    problem.run(into: losses, gradientScale: 0)
    return losses
}

/// Logits and loss chunk by chunk.
private struct ProjectedLoss {
    let rows: Int
    private let width, classes: Int
    private let x, weight, targets: Tensor
    private let labelSmoothing: Double

    /// The numbers of the rows that have a target, and the targets; each `[n]`.
    var rowsWithTarget: (rows: Tensor, targets: Tensor) {
        let all = targets.array(of: Int32.self)
        let kept = all.indices.filter { all[$0] != ignoredTarget }
        return (
            Tensor(kept.map { Int32($0) }, shape: [kept.count]),
            Tensor(kept.map { all[$0] }, shape: [kept.count])
        )
    }

    /// Of all logits.
    var sizes: OpProfile.ProductSizes { .init(rows: rows, columns: classes, depth: width) }

    /// Logits of one chunk: eight megabytes, and at least 256 rows to keep the products efficient.
    private var chunkRows: Int { max(256, (1 << 21) / classes) }

    init(_ x: Tensor, _ weight: Tensor, _ targets: Tensor, _ labelSmoothing: Double) {
        rows = x.shape.rowCount
        width = x.shape[-1]
        classes = weight.shape[0]
        require(
            weight.shape.rank == 2 && weight.shape[1] == width
                && (weight.dtype == x.dtype || weight.dtype == .blocks && x.dtype == .float32),
            .linearCrossEntropy,
            "input \(x.dtype) \(x.shape) does not fit weight \(weight.dtype) \(weight.shape) stored [out, in]"
        )
        checkTargets(targets, rows: rows, classes: classes, labelSmoothing, .linearCrossEntropy)
        (self.x, self.weight, self.targets, self.labelSmoothing) = (x, weight, targets, labelSmoothing)
    }

    /// Writes every row's loss and, where a tape is recording, adds the gradients of `gradientScale` · Σ losses.
    func run(into losses: Tensor, gradientScale: Double) {
        func run<T: KernelScalar>(_: T.Type) {
            let logits = Tensor(uninitialized: [min(rows, chunkRows), classes], x.dtype)
            let totals = Tensor(uninitialized: [min(rows, chunkRows)], x.dtype)
            func chunks(_ body: (Range<Int>) -> Void) {
                for start in stride(from: 0, to: rows, by: chunkRows) {
                    body(start..<min(rows, start + chunkRows))
                }
            }
            func forward(_ chunk: Range<Int>) {
                if weight.dtype == .blocks {
                    Float.linear(
                        weight.blocks, rows: chunk.count, x.input(Float.self) + chunk.lowerBound * width,
                        logits.output(Float.self))
                } else {
                    T.gemm(
                        GemmProblem(rows: chunk.count, columns: classes, depth: width, transposesB: true),
                        x.input() + chunk.lowerBound * width, weight.input(), logits.output(T.self),
                        GemmEpilogue())
                }
                T.crossEntropy(
                    problem(chunk), logits.input(), targets.input(Int32.self) + chunk.lowerBound,
                    classWeights: nil, losses.output(T.self) + chunk.lowerBound, totals.output(T.self))
            }
            func backward(_ chunk: Range<Int>, _ dx: Tensor?, addsToInput: Bool) {
                T.crossEntropyBackward(
                    problem(chunk), logits.input(), targets.input(Int32.self) + chunk.lowerBound,
                    classWeights: nil, totals.input(), scale: T(gradientScale), logits.output(T.self))
                if let dx, weight.dtype == .blocks {
                    Float.linearInputGradient(
                        weight.blocks, rows: chunk.count, logits.input(Float.self),
                        dx.output(Float.self) + chunk.lowerBound * width, accumulates: addsToInput)
                } else if let dx {
                    T.gemm(
                        GemmProblem(
                            rows: chunk.count, columns: width, depth: classes, accumulates: addsToInput),
                        logits.input(), weight.input(), dx.output(T.self) + chunk.lowerBound * width,
                        GemmEpilogue())
                }
                weight.node?.withBuffer(weight.shape, x.dtype) { buffer, accumulates in
                    T.gemm(
                        GemmProblem(
                            rows: classes, columns: width, depth: chunk.count, transposesA: true,
                            accumulates: accumulates),
                        logits.input(), x.input() + chunk.lowerBound * width, buffer.output(T.self),
                        GemmEpilogue())
                }
            }
            if let node = x.node {
                node.withBuffer(x.shape, x.dtype) { buffer, accumulates in
                    chunks {
                        forward($0)
                        backward($0, buffer, addsToInput: accumulates)
                    }
                }
            } else {
                chunks {
                    forward($0)
                    if weight.node != nil { backward($0, nil, addsToInput: false) }
                }
            }
        }
        run(x.dtype.scalar)
    }

    private func problem(_ chunk: Range<Int>) -> CrossEntropyProblem {
        CrossEntropyProblem(
            rows: chunk.count, classes: classes, labelSmoothing: labelSmoothing, ignoredTarget: ignoredTarget)
    }
}
