import HibariKernels
import HibariSupport

/// Which elements a dropout keeps: a pure function of seed, step and layer, so that a resumed run draws the
/// same.
public struct DropoutStream: Sendable {
    package let key: UInt64
    package let stream: UInt64

    /// - Parameters:
    ///   - seed: the run's seed.
    ///   - step: the training step, counting micro-batches.
    ///   - layer: which dropout of the model; different ones are independent.
    public init(seed: UInt64, step: UInt64, layer: UInt64) {
        key = seed
        stream = (step << 16 | layer & 0xFFFF) << 8 | UInt64(RandomPurpose.dropout.rawValue)
    }
}

/// Sets each element to 0 with the given probability and scales the others by 1 / (1 − probability).
///
/// - Precondition: 0 ≤ probability < 1.
/// Source: Srivastava et al. 2014.
public func dropout(_ x: Tensor, probability: Double, _ stream: DropoutStream) -> Tensor {
    require(
        probability >= 0 && probability < 1, .dropout, "probability must be in [0, 1), got \(probability)")
    if probability == 0 { return x }
    let mask = DropoutMask(key: stream.key, stream: stream.stream, probability: probability)
    func masked(_ x: Tensor) -> Tensor {
        let y = Tensor(uninitialized: x.shape, x.dtype)
        func run<T: KernelScalar>(_: T.Type) { T.dropout(x.count, mask, x.input(), y.output(T.self)) }
        run(x.dtype.scalar)
        return y
    }
    let node = x.node
    return record(.dropout, x, output: masked(x)) { gradient in node?.accumulate(masked(gradient)) }
}
