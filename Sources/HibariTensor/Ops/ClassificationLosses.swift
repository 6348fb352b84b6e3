import HibariKernels

/// Mean cross-entropy of independent yes–no answers, from logits, in nats.
///
/// With p = σ(x): −w·t·ln p − (1 − t)·ln(1 − p) = ln(1 + eˣ) − t·x + (w − 1)·t·ln(1 + e⁻ˣ), which no logit makes
/// infinite.
///
/// - Parameters:
///   - logits: x, any shape.
///   - targets: t in 0...1, the same shape.
///   - positiveWeight: w, how often a positive answer counts; above 1 where positives are rare.
/// - Returns: a scalar.
public func binaryCrossEntropy(
    _ logits: Tensor, _ targets: Tensor, positiveWeight: Double = 1
) -> Tensor {
    requireEqualShapes(logits, targets, .binaryCrossEntropy)
    let losses = softplus(logits) - targets * logits
    if positiveWeight == 1 { return losses.mean() }
    return (losses + (positiveWeight - 1) * (targets * softplus(-1 * logits))).mean()
}

/// Mean of ln(1 + e^(−y·x)): `binaryCrossEntropy` for labels of −1 and +1.
///
/// - Parameters:
///   - logits: x, any shape.
///   - labels: y, −1 or +1, the same shape.
/// - Returns: a scalar.
public func logisticLoss(_ logits: Tensor, _ labels: Tensor) -> Tensor {
    requireEqualShapes(logits, labels, .logistic)
    return softplus(-1 * (labels * logits)).mean()
}

/// Mean of max(0, margin − y·x), for labels y of −1 and +1: the loss of support vector machines.
///
/// - Parameters:
///   - scores: x, any shape.
///   - labels: y, the same shape.
/// - Returns: a scalar.
/// Source: Cortes & Vapnik 1995.
public func hingeLoss(_ scores: Tensor, _ labels: Tensor, margin: Double = 1) -> Tensor {
    requireEqualShapes(scores, labels, .hinge)
    let agreement = labels * scores
    return relu(Tensor(repeating: margin, shape: agreement.shape, agreement.dtype) - agreement).mean()
}

/// The hinge loss of many classes: mean over the rows with a target of Σ_{j ≠ t} max(0, margin − x_t + x_j) / V.
///
/// - Parameters:
///   - scores: x, `[..., V]`.
///   - targets: t, `[...]`, int32, each in 0..<V; rows with `ignoredTarget` do not count. If none counts the loss is 0.
/// - Returns: a scalar.
/// Source: Crammer & Singer 2001 with a sum in place of the maximum; torch.nn.MultiMarginLoss.
public func multiclassHingeLoss(_ scores: Tensor, _ targets: Tensor, margin: Double = 1) -> Tensor {
    let classes = scores.shape[-1]
    let chosen = oneHot(
        targets, classes: classes, scores.dtype, .multiclassHinge, passesOver: ignoredTarget)
    require(
        chosen.shape == scores.shape, .multiclassHinge,
        "scores \(scores.shape), targets \(targets.shape); expected a class for each row")
    let right = (scores * chosen).sum(axes: [-1]).reshape(scores.shape.replacingLast(with: 1))
    // The margin of the other classes; 0 for the right one, whose term is then 0.
    let margins = Tensor(repeating: margin, shape: scores.shape, scores.dtype) - margin * chosen
    // 1 in the rows that count: Σ of their row of `chosen`.
    let counts = chosen.sum(axes: [-1]).reshape(right.shape)
    let terms = Double(max(1, countedTargets(targets)) * classes)
    return 1 / terms * (relu(scores - right + margins) * counts).sum()
}

/// Kullback–Leibler divergence of a predicted distribution from a target: Σ t·(ln t − ln q), mean over rows.
///
/// - Parameters:
///   - logProbabilities: ln q, `[..., V]`, e.g. of `logSoftmax`.
///   - targets: t, the same shape, rows of probabilities; 0·ln 0 counts as 0. Has no gradient: traps if asked.
/// - Returns: a scalar, in nats; for two axes torch.nn.KLDivLoss with reduction "batchmean".
public func klDivergence(_ logProbabilities: Tensor, _ targets: Tensor) -> Tensor {
    requireEqualShapes(logProbabilities, targets, .klDivergence)
    require(targets.node == nil, .klDivergence, "the targets have no gradient")
    let rows = max(1, targets.shape.rowCount)
    func negativeEntropy<T: KernelScalar>(_: T.Type) -> Double {
        UnsafeBufferPointer(start: targets.input(T.self), count: targets.count)
            .reduce(0) { $1 > 0 ? $0 + Double($1) * Double.logarithm(Double($1)) : $0 }
    }
    let constant = Tensor(
        repeating: negativeEntropy(targets.dtype.scalar) / Double(rows), shape: [], targets.dtype)
    return constant - 1 / Double(rows) * (targets * logProbabilities).sum()
}

/// Rows of zeros with a 1 at the place of their class.
///
/// - Parameter targets: `[...]`, int32, each in 0..<`classes`.
/// - Returns: `[..., classes]`.
public func oneHot(_ targets: Tensor, classes: Int, _ dtype: DType = .float32) -> Tensor {
    oneHot(targets, classes: classes, dtype, .embedding)
}

/// - Parameter passesOver: the target whose row stays zero; nil for none.
private func oneHot(
    _ targets: Tensor, classes: Int, _ dtype: DType, _ op: OpName, passesOver: Int32? = nil
) -> Tensor {
    let rows = Tensor(zeros: Shape(targets.shape.array + [classes]), dtype)
    func fill<T: KernelScalar>(_: T.Type) {
        for (row, target) in targets.array(of: Int32.self).enumerated() where target != passesOver {
            require(
                (0..<Int32(classes)).contains(target), op, "target \(target) with \(classes) classes")
            rows.output(T.self)[row * classes + Int(target)] = 1
        }
    }
    fill(dtype.scalar)
    return rows
}
