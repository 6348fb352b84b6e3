import HibariKernels

/// The target that counts for nothing in `crossEntropy`.
public let ignoredTarget: Int32 = -100

/// Mean negative log-likelihood of the target classes, in nats.
///
/// L = (1/n)·Σ over rows with a target of −Σᵢ qᵢ·log softmax(x)ᵢ, q = (1 − ε)·onehot(target) + ε/V. With weights w
/// of the classes, each term of Σᵢ counts wᵢ times, and n is the sum of the weights of the targets.
///
/// - Parameters:
///   - logits: `[..., V]`.
///   - targets: `[...]`, int32; rows with `ignoredTarget` are left out of the sum and of n. With n = 0 the loss is 0.
///   - labelSmoothing: ε, 0 ≤ ε < 1.
///   - classWeights: w, `[V]`, not negative; nil: all 1. No gradient.
/// - Returns: a scalar.
public func crossEntropy(
    _ logits: Tensor, _ targets: Tensor, labelSmoothing: Double = 0, classWeights: Tensor? = nil
) -> Tensor {
    let (losses, logTotals, problem) = rowLosses(logits, targets, labelSmoothing, classWeights)
    let counted = classWeights.map { totalWeight(targets, $0) } ?? Double(countedTargets(targets))
    let share = counted == 0 ? 0 : 1 / counted
    let loss = mean(losses, share)
    return record(.crossEntropy, logits, targets, output: loss) { gradient in
        // dx = (softmax(x) − q)·dL/n
        let dx = Tensor(uninitialized: logits.shape, logits.dtype)
        func backward<T: KernelScalar>(_: T.Type) {
            T.crossEntropyBackward(
                problem, logits.input(), targets.input(Int32.self), classWeights: classWeights?.input(),
                logTotals.input(), scale: T(gradient.item * share), dx.output(T.self))
        }
        backward(logits.dtype.scalar)
        logits.node?.accumulate(dx)
    }
}

/// The loss of every row, in nats; 0 for rows with `ignoredTarget`. No gradient.
public func crossEntropyPerRow(_ logits: Tensor, _ targets: Tensor) -> Tensor {
    require(logits.node == nil, .crossEntropy, "losses per row have no gradient")
    return rowLosses(logits, targets, 0, nil).losses
}

private func rowLosses(
    _ logits: Tensor, _ targets: Tensor, _ labelSmoothing: Double, _ classWeights: Tensor?
) -> (losses: Tensor, logTotals: Tensor, problem: CrossEntropyProblem) {
    let classes = logits.shape[-1]
    checkTargets(targets, rows: logits.shape.rowCount, classes: classes, labelSmoothing, .crossEntropy)
    if let classWeights {
        require(
            classWeights.shape == [classes] && classWeights.dtype == logits.dtype && classWeights.node == nil,
            .crossEntropy,
            "class weights \(classWeights.dtype) \(classWeights.shape); expected a constant \(logits.dtype) [\(classes)]"
        )
    }
    let problem = CrossEntropyProblem(
        rows: logits.shape.rowCount, classes: classes, labelSmoothing: labelSmoothing,
        ignoredTarget: ignoredTarget)
    let losses = Tensor(uninitialized: [problem.rows], logits.dtype)
    let logTotals = Tensor(uninitialized: [problem.rows], logits.dtype)
    func forward<T: KernelScalar>(_: T.Type) {
        T.crossEntropy(
            problem, logits.input(), targets.input(Int32.self), classWeights: classWeights?.input(),
            losses.output(T.self), logTotals.output(T.self))
    }
    forward(logits.dtype.scalar)
    return (losses, logTotals, problem)
}

/// Stops unless there is one class, or `ignoredTarget`, for each row.
func checkTargets(
    _ targets: Tensor, rows: Int, classes: Int, _ labelSmoothing: Double, _ op: OpName
) {
    require(
        targets.dtype == .int32 && targets.count == rows, op,
        "\(rows) rows of logits with targets \(targets.dtype) \(targets.shape)")
    require(
        (0..<1).contains(labelSmoothing), op, "label smoothing must be in [0, 1), got \(labelSmoothing)")
    for target in UnsafeBufferPointer(start: targets.input(Int32.self), count: rows) {
        require(
            (0..<Int32(classes)).contains(target) || target == ignoredTarget, op,
            "target \(target) with \(classes) classes")
    }
}

/// How many targets are not `ignoredTarget`.
func countedTargets(_ targets: Tensor) -> Int {
    UnsafeBufferPointer(start: targets.input(Int32.self), count: targets.count)
        .reduce(0) { $0 + ($1 == ignoredTarget ? 0 : 1) }
}

/// The sum of the weights of the targets that are not `ignoredTarget`.
private func totalWeight(_ targets: Tensor, _ classWeights: Tensor) -> Double {
    let weights = classWeights.cast(to: .float64).array(of: Double.self)
    return targets.array(of: Int32.self).reduce(0) { $0 + ($1 == ignoredTarget ? 0 : weights[Int($1)]) }
}

/// Σ losses · share, summed in double: over a long batch a float sum would lose the last digits of the loss.
func mean(_ losses: Tensor, _ share: Double) -> Tensor {
    let loss = Tensor(uninitialized: [], losses.dtype)
    func run<T: KernelScalar>(_: T.Type) {
        let rows = UnsafeBufferPointer(start: losses.input(T.self), count: losses.count)
        loss.output(T.self)[0] = T(rows.reduce(0.0) { $0 + Double($1) } * share)
    }
    run(losses.dtype.scalar)
    return loss
}

/// Mean of (prediction − target)² over all elements.
///
/// - Precondition: equal shapes.
/// - Returns: a scalar.
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    require(
        prediction.shape == target.shape, .meanSquaredError,
        "prediction \(prediction.shape), target \(target.shape); shapes must be equal")
    let difference = prediction.detached - target.detached
    let loss = (difference * difference).mean()
    return record(.meanSquaredError, prediction, target, output: loss) { gradient in
        // dprediction = 2·(prediction − target)/n
        let factor = 2 * gradient.item / Double(prediction.count)
        prediction.node?.accumulate(factor * difference)
        target.node?.accumulate(-factor * difference)
    }
}
