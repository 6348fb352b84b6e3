import HibariTensor

extension Metric {
    /// |p − t|, the mean over all numbers.
    public static let meanAbsoluteError = Metric("mean_absolute_error", isHigherBetter: false) {
        ErrorMean(name: "mean_absolute_error", isSquared: false)
    }
    /// (p − t)², the mean over all numbers.
    public static let meanSquaredError = Metric("mean_squared_error", isHigherBetter: false) {
        ErrorMean(name: "mean_squared_error", isSquared: true)
    }
    /// √ of the mean of (p − t)² over all numbers.
    public static let rootMeanSquaredError = Metric("root_mean_squared_error", isHigherBetter: false) {
        RootMeanSquare()
    }
    /// R² = 1 − Σ(t − p)² / Σ(t − mean t)² of each output, and the mean over the outputs.
    ///
    /// 1 is perfect, 0 no better than the mean. Where all targets are equal: 1 if they are met, else 0, as in
    /// scikit-learn.
    public static let rSquared = Metric("r2", isHigherBetter: true) { RSquared() }
}

/// Predictions and targets side by side.
private func pairs(
    _ metric: String, _ prediction: Tensor, _ target: Tensor
) throws -> (predictions: [Double], targets: [Double]) {
    guard prediction.count == target.count, target.dtype != .int32 else {
        throw SupervisedError.wrongMetric(
            name: metric,
            problem:
                "predictions \(prediction.shape) want as many numbers, got \(target.dtype) \(target.shape)")
    }
    return (prediction.doubles, target.doubles)
}

private struct ErrorMean: MeanAccumulator {
    let name: String
    let isSquared: Bool
    var sum = 0.0
    var count = 0

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws {
        let (predictions, targets) = try pairs(name, prediction, target)
        for (p, t) in zip(predictions, targets) { sum += isSquared ? (p - t) * (p - t) : abs(p - t) }
        count += targets.count
    }
}

private struct RootMeanSquare: MetricAccumulator {
    private var squares = ErrorMean(name: "root_mean_squared_error", isSquared: true)

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws { try squares.add(prediction, target) }
    var value: Double { squares.value.squareRoot() }
}

private struct RSquared: MetricAccumulator {
    /// Of one output: errors, and the mean of the targets with Σ of their squared distances from it.
    private struct Output {
        var errors = 0.0
        var mean = 0.0
        var spread = 0.0
    }

    private var outputs: [Output] = []
    private var rows = 0

    mutating func add(_ prediction: Tensor, _ target: Tensor) throws {
        let (predictions, targets) = try pairs("r2", prediction, target)
        let width = prediction.count / max(1, prediction.shape[0])
        if outputs.isEmpty { outputs = Array(repeating: Output(), count: width) }
        guard width == outputs.count else {
            throw SupervisedError.wrongMetric(name: "r2", problem: "\(width) outputs after \(outputs.count)")
        }
        for row in 0..<prediction.shape[0] {
            rows += 1
            for column in 0..<width {
                let (p, t) = (predictions[row * width + column], targets[row * width + column])
                outputs[column].errors += (t - p) * (t - p)
                // Welford 1962: a sum of squares minus the square of a sum would lose the digits that matter.
                let distance = t - outputs[column].mean
                outputs[column].mean += distance / Double(rows)
                outputs[column].spread += distance * (t - outputs[column].mean)
            }
        }
    }

    var value: Double {
        if rows < 2 { return .nan }
        return outputs.reduce(0) { sum, output in
            sum + (output.spread == 0 ? (output.errors == 0 ? 1 : 0) : 1 - output.errors / output.spread)
        } / Double(outputs.count)
    }
}
