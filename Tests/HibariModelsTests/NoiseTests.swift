import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// Noise layers: moments, streams, and nothing outside of training.
@Suite struct NoiseTests {
    private let training = ForwardContext.training(seed: 3, step: 5)
    private let x = Tensor(
        normal: [200, 500], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing))

    private typealias Noise = (ForwardContext, Tensor, Int) -> Tensor
    private let layers: [Noise] = [
        { $0.gaussianNoise($1, deviation: 0.3, layer: $2) },
        { $0.gaussianDropout($1, probability: 0.4, layer: $2) },
        { $0.alphaDropout($1, probability: 0.4, layer: $2) },
        { $0.channelDropout($1, probability: 0.4, layer: $2) },
    ]

    private func moments(_ tensor: Tensor) -> (mean: Double, deviation: Double) {
        let numbers = tensor.numbers
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
        return (mean, variance.squareRoot())
    }

    @Test func nothingOutsideOfTraining() {
        for layer in layers {
            let isSame = layer(ForwardContext(), x, 0).array(of: Float.self) == x.array(of: Float.self)
            #expect(isSame)
        }
    }

    @Test func streamsDependOnSeedStepAndLayer() {
        for layer in layers {
            let first = layer(training, x, 1).array(of: Float.self)
            #expect((first == layer(training, x, 1).array(of: Float.self)) as Bool)
            let others = [
                layer(training, x, 2), layer(.training(seed: 3, step: 6), x, 1),
                layer(.training(seed: 4, step: 5), x, 1),
            ]
            for other in others { #expect((first != other.array(of: Float.self)) as Bool) }
        }
    }

    /// 100,000 numbers: means within 5 standard errors of 0.0032, deviations within 1 %.
    @Test func momentsAreThoseOfTheFormulas() {
        let noise = moments(training.gaussianNoise(x, deviation: 0.3, layer: 0) - x)
        #expect(abs(noise.mean) < 0.005 && abs(noise.deviation - 0.3) < 0.003)
        let ones = Tensor(repeating: 1, shape: x.shape)
        let factors = moments(training.gaussianDropout(ones, probability: 0.4, layer: 0))
        #expect(abs(factors.mean - 1) < 0.013 && abs(factors.deviation - (0.4 / 0.6).squareRoot()) < 0.01)
        let normal = moments(training.alphaDropout(x, probability: 0.4, layer: 0))
        #expect(abs(normal.mean) < 0.016 && abs(normal.deviation - 1) < 0.01)
    }

    /// a·(m ∘ x + α′·(1 − m)) + b for p = 0.4, by hand: kept elements are one line of x, dropped ones one number.
    @Test func alphaDropoutByHand() {
        let y = training.alphaDropout(x, probability: 0.4, layer: 0).numbers
        let limit = -1.7580993408473766
        let scale = 1 / (0.6 * (1 + 0.4 * limit * limit)).squareRoot()
        let shift = -scale * 0.4 * limit
        var dropped = 0
        for (input, output) in zip(x.numbers, y) {
            let isDropped = abs(output - (scale * limit + shift)) < 1e-5
            dropped += isDropped ? 1 : 0
            #expect(isDropped || abs(output - (scale * input + shift)) < 1e-5)
        }
        // Five standard deviations of the count, √(n·p·(1 − p)) = 155.
        #expect(abs(dropped - 40_000) < 775)
    }

    @Test func channelsDropTogether() {
        let y = training.channelDropout(
            Tensor(repeating: 1, shape: [50, 40, 3, 2]), probability: 0.25, layer: 0)
        let channels = y.reshape([2000, 6])
        var kept = 0
        for channel in 0..<2000 {
            let places = channels.slice(channel..<channel + 1).numbers
            #expect(places.allSatisfy { $0 == places[0] })
            #expect(places[0] == 0 || abs(places[0] - 4.0 / 3) < 1e-6)
            kept += places[0] == 0 ? 0 : 1
        }
        #expect(abs(kept - 1500) < 97)
    }

    @Test func gradientsPassWithTheNoise() {
        for layer in layers {
            let parameter = Parameter(x.copied(), name: "x")
            _ = valueWithGradient { layer(training, parameter.tensor, 0).sum() }
            // Each is linear in x: f(x + d) − f(x) = Σ gradient·d.
            let step = Tensor(
                normal: x.shape, deviation: 0.1, stream: RandomStream(seed: 2, purpose: .testing))
            let moved = (layer(training, x + step, 0) - layer(training, x, 0)).sum().item
            let expected = (parameter.gradient * step).sum().item
            #expect(abs(moved - expected) < 1e-3 * x.numbers.count.squareRootOfDouble)
        }
    }
}

extension Int {
    fileprivate var squareRootOfDouble: Double { Double(self).squareRoot() }
}
