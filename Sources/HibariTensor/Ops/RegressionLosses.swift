/// ½·Σ (prediction − target)² over all elements: the textbooks' squared error, whose derivative is the difference.
///
/// `meanSquaredError` is 2/n of it.
///
/// - Precondition: equal shapes.
/// - Returns: a scalar.
public func halfSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    let difference = difference(prediction, target, .halfSquaredError)
    return 0.5 * (difference * difference).sum()
}

/// Mean of |prediction − target| over all elements; its minimum is the median.
///
/// - Precondition: equal shapes.
/// - Returns: a scalar.
public func absoluteError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    abs(difference(prediction, target, .absoluteError)).mean()
}

/// Mean over all elements of ½d² for |d| ≤ δ, else δ·(|d| − ½δ), with d = prediction − target.
///
/// - Parameter delta: δ > 0, where the parabola becomes a line.
/// - Precondition: equal shapes.
/// - Returns: a scalar.
/// Source: Huber 1964.
public func huber(_ prediction: Tensor, _ target: Tensor, delta: Double = 1) -> Tensor {
    require(delta > 0, .huber, "delta must be positive, got \(delta)")
    let difference = difference(prediction, target, .huber)
    // With c the difference clamped to ±δ, both cases are c·(d − ½c).
    let clamped = clamp(difference, to: -delta...delta)
    return (clamped * (difference - 0.5 * clamped)).mean()
}

/// `huber` divided by its δ, here β: ½d²/β for |d| ≤ β, else |d| − ½β.
///
/// Source: Girshick 2015, arXiv:1504.08083.
public func smoothL1(_ prediction: Tensor, _ target: Tensor, beta: Double = 1) -> Tensor {
    1 / beta * huber(prediction, target, delta: beta)
}

private func difference(_ prediction: Tensor, _ target: Tensor, _ op: OpName) -> Tensor {
    requireEqualShapes(prediction, target, op)
    return prediction - target
}

/// Losses compare element by element: broadcasting `[B]` against `[B, 1]` would give a loss of B² pairs.
func requireEqualShapes(_ prediction: Tensor, _ target: Tensor, _ op: OpName) {
    require(
        prediction.shape == target.shape, op,
        "prediction \(prediction.shape), target \(target.shape); shapes must be equal")
}
