import Glibc
import HibariOptimizers
import HibariSupport
import HibariTensor

/// Maximum likelihood for a Gaussian by gradient ascent on the mean log-likelihood
/// ℓ(m, s) = −½·(ln 2π + s + mean((x − m)²)·e^(−s)), with s = ln σ² so that no step leaves the positive numbers.
///
/// Each gradient is divided by the Fisher information of its parameter, 1/σ² for m and ½ for s, so that a rate suits all
/// deviations (Fisher's scoring, the natural gradient). Source: Amari 1998, "Natural Gradient Works Efficiently in Learning".
package struct GaussianAscent {
    /// Where each step stood, the start first.
    package private(set) var path: [(mean: Double, deviation: Double)] = []
    package private(set) var mean = 0.0
    package private(set) var variance = 0.0

    /// - Parameter start: a deviation that is rather too large than too small, which keeps the first steps small.
    package init(
        _ samples: [Double], start: (mean: Double, deviation: Double) = (0, 10), steps: Int = 3000,
        learningRate: Double = 0.1
    ) {
        let x = Tensor(samples, shape: [samples.count])
        let center = Parameter(Tensor([start.mean], shape: [1]), name: "mean")
        let logVariance = Parameter(
            Tensor([2 * log(start.deviation)], shape: [1]), name: "log variance")
        let (centerDescent, varianceDescent) = (SGD([center]), SGD([logVariance]))
        func note() {
            mean = center.value.array(of: Double.self)[0]
            variance = exp(logVariance.value.array(of: Double.self)[0])
            path.append((mean, variance.squareRoot()))
        }
        note()
        for _ in 0..<steps {
            for parameter in [center, logVariance] { parameter.clearGradient() }
            _ = valueWithGradient {
                let distance = x - center.tensor
                let spread = (distance * distance).mean() * exp(-1 * logVariance.tensor).sum()
                // −ℓ without its constant: optimizers go down.
                return 0.5 * (logVariance.tensor.sum() + spread)
            }
            centerDescent.step(learningRate: learningRate * variance)
            varianceDescent.step(learningRate: 2 * learningRate)
            note()
        }
    }
}

/// Maximum likelihood for the probability of a 1 among zeros and ones: p = σ(a), by gradient ascent on
/// ℓ(a) = mean(x·ln p + (1 − x)·ln(1 − p)), the gradient divided by the Fisher information p·(1 − p) of a.
package struct BernoulliAscent {
    package private(set) var probability = 0.5
    /// p after each step, the start first.
    package private(set) var path: [Double] = []

    package init(_ samples: [Double], steps: Int = 300, learningRate: Double = 0.1) {
        let x = Tensor(samples, shape: [samples.count])
        let logit = Parameter(Tensor([0] as [Double], shape: [1]), name: "logit")
        let optimizer = SGD([logit])
        path.append(probability)
        for _ in 0..<steps {
            logit.clearGradient()
            _ = valueWithGradient { binaryCrossEntropy(Tensor(zeros: x.shape, .float64) + logit.tensor, x) }
            optimizer.step(learningRate: learningRate / (probability * (1 - probability)))
            probability = 1 / (1 + exp(-logit.value.array(of: Double.self)[0]))
            path.append(probability)
        }
    }
}

/// Two estimates of a variance from n samples, over many samples: Σ(x − x̄)²/n, of maximum likelihood, and
/// Σ(x − x̄)²/(n − 1).
package struct VarianceEstimates {
    package let size: Int
    package private(set) var likely: [Double] = []
    package private(set) var unbiased: [Double] = []

    /// - Parameter size: n ≥ 2.
    package init(size: Int, repeats: Int, deviation: Double, seed: UInt64) {
        self.size = size
        var random = RandomStream(seed: seed, purpose: .sampling, stream: UInt64(size))
        for _ in 0..<repeats {
            let x = normalNumbers(size, mean: 0, deviation: deviation, &random)
            let mean = x.reduce(0, +) / Double(size)
            let sum = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            likely.append(sum / Double(size))
            unbiased.append(sum / Double(size - 1))
        }
    }
}

/// How an estimator does over many samples.
package struct EstimatorQuality {
    /// The mean of the estimates minus what they estimate.
    package let bias: Double
    package let variance: Double
    /// bias² + variance.
    package var meanSquaredError: Double { bias * bias + variance }

    package init(_ estimates: [Double], truth: Double) {
        let count = Double(max(1, estimates.count))
        let mean = estimates.reduce(0, +) / count
        bias = mean - truth
        variance = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    }
}

/// Independent normal numbers.
package func normalNumbers(
    _ count: Int, mean: Double, deviation: Double, _ random: inout RandomStream
) -> [Double] {
    (0..<count).map { _ in
        // Box & Muller 1958, in float64; 1 − u is in (0, 1].
        let radius = (-2 * log(1 - random.uniform())).squareRoot()
        return mean + deviation * radius * cos(2 * .pi * random.uniform())
    }
}
