import HibariModels
import HibariOptimizers
import HibariSupport
import HibariTensor

/// Logistic regression on the features of a model that stays as it is.
///
/// minimizes mean cross-entropy + |W|² / (2N) over features f̂ = (f − μ)/σ of mean 0 and deviation 1 on the training
/// texts; the head is then W/σ with the bias b − W·μ/σ, which takes the features as they come.
func trainFrozenHead(
    _ features: Tensor, _ labels: [Int32], names: [String], steps: Int = 500, learningRate: Double = 0.01
) -> ClassificationHead {
    let (rows, width) = (features.shape[0], features.shape[1])
    let (mean, deviation) = columnStatistics(features)
    var scaled = features.array(of: Float.self)
    for index in scaled.indices {
        scaled[index] = (scaled[index] - mean[index % width]) / deviation[index % width]
    }
    let inputs = Tensor(scaled, shape: features.shape)
    let targets = Tensor(labels, shape: [rows])
    let weight = Parameter(
        Tensor(zeros: [names.count, width]), name: ClassificationHead.weightName, role: .output)
    let bias = Parameter(Tensor(zeros: [names.count]), name: ClassificationHead.biasName)
    let optimizer = Adam([weight, bias], beta2: 0.999, weightDecay: 1 / Double(rows))
    let schedule = LearningRateSchedule(
        shape: .cosine, peak: learningRate, minimum: 0, warmupSteps: 0, totalSteps: steps)
    for step in 0..<steps {
        weight.clearGradient()
        bias.clearGradient()
        _ = valueWithGradient {
            crossEntropy(linear(inputs, weights: [weight.tensor], bias: bias.tensor), targets)
        }
        optimizer.step(learningRate: schedule.rate(at: step), gradientScale: 1)
    }
    var folded = weight.value.array(of: Float.self)
    var shifts = bias.value.array(of: Float.self)
    for index in folded.indices {
        folded[index] /= deviation[index % width]
        shifts[index / width] -= folded[index] * mean[index % width]
    }
    return ClassificationHead(
        labels: names, weight: Tensor(folded, shape: weight.shape),
        bias: Tensor(shifts, shape: [names.count]))
}

/// Mean and standard deviation of each column of `[N, C]`, summed in double; 1 where the deviation is 0.
private func columnStatistics(_ features: Tensor) -> (mean: [Float], deviation: [Float]) {
    let (rows, width) = (features.shape[0], features.shape[1])
    let values = features.array(of: Float.self)
    var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    for index in values.indices { sums[index % width] += Double(values[index]) }
    let means = sums.map { $0 / Double(rows) }
    for index in values.indices {
        let distance = Double(values[index]) - means[index % width]
        squares[index % width] += distance * distance
    }
    let deviations = squares.map { sum in
        let deviation = (sum / Double(rows)).squareRoot()
        return Float(deviation) > 0 ? Float(deviation) : 1
    }
    return (means.map { Float($0) }, deviations)
}
