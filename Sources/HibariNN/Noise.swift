import HibariKernels
import HibariSupport
import HibariTensor

/// Noise layers: all of them pass their input through when not training, and draw from the stream of seed, step
/// and `layer`, the number of the noise in the model, so that a resumed run draws the same.
extension ForwardContext {
    /// x + e, e from N(0, deviation²) for each element.
    public func gaussianNoise(_ x: Tensor, deviation: Double, layer: Int) -> Tensor {
        guard let noise = normal(x.shape, deviation: deviation, x.dtype, layer: layer) else { return x }
        return x + noise
    }

    /// x ∘ (1 + e), e from N(0, p / (1 − p)): as dropout with probability p, of the same mean and variance.
    ///
    /// Source: Srivastava et al. 2014, section 10.
    public func gaussianDropout(_ x: Tensor, probability: Double, layer: Int) -> Tensor {
        requireProbability(probability)
        let deviation = (probability / (1 - probability)).squareRoot()
        guard let noise = normal(x.shape, deviation: deviation, x.dtype, layer: layer) else { return x }
        return x + x * noise
    }

    /// Dropout for `selu`: dropped elements become its negative limit, and all are scaled and shifted so that mean
    /// 0 and variance 1 stay.
    ///
    /// With α′ = −scale·alpha of `selu` and q = 1 − p: y = a·(m ∘ x + α′·(1 − m)) + b, a = 1/√(q·(1 + p·α′²)),
    /// b = −a·p·α′.
    /// Source: Klambauer et al. 2017, arXiv:1706.02515.
    public func alphaDropout(_ x: Tensor, probability: Double, layer: Int) -> Tensor {
        requireProbability(probability)
        guard let mask = mask(x.shape, probability, x.dtype, layer: layer) else { return x }
        let limit = -SELU.scale * SELU.alpha
        let scale = 1 / ((1 - probability) * (1 + probability * limit * limit)).squareRoot()
        // a·m ∘ x + (a·α′ + b) − a·α′·m
        let shift = Tensor(
            repeating: scale * limit * (1 - probability), shape: x.shape, x.dtype)
        return (scale * mask) * x + (shift - scale * limit * mask)
    }

    /// Dropout of whole channels, `[B, C, ...]`: all places of a channel of an example are kept or zero together.
    ///
    /// Source: Tompson et al. 2015, arXiv:1411.4280.
    public func channelDropout(_ x: Tensor, probability: Double, layer: Int) -> Tensor {
        requireProbability(probability)
        precondition(x.shape.rank >= 2, "channelDropout: expected [B, C, ...], got \(x.shape)")
        let shape = Shape(x.shape.array.enumerated().map { $0.offset < 2 ? $0.element : 1 })
        guard let mask = mask(shape, probability, x.dtype, layer: layer) else { return x }
        return x * (1 / (1 - probability) * mask)
    }

    /// Whether each element is kept, 1 or 0; nil when not training or nothing is dropped.
    private func mask(_ shape: Shape, _ probability: Double, _ dtype: DType, layer: Int) -> Tensor? {
        guard dropoutStep != nil, probability > 0 else { return nil }
        return step(
            dropout(Tensor(repeating: 1, shape: shape, dtype), probability: probability, layer: layer))
    }

    private func normal(_ shape: Shape, deviation: Double, _ dtype: DType, layer: Int) -> Tensor? {
        guard let dropoutStep, deviation > 0 else { return nil }
        let stream = RandomStream(
            seed: dropoutStep.seed, purpose: .noise, stream: dropoutStep.step << 16 | UInt64(layer) & 0xFFFF)
        return Tensor(normal: shape, deviation: deviation, stream: stream, dtype)
    }

    private func requireProbability(_ probability: Double) {
        precondition(
            probability >= 0 && probability < 1, "probability must be in [0, 1), got \(probability)")
    }
}
