import HibariKernels
import HibariTensor

/// A moving average of the weights beside those that are trained: what the noise of the last steps leaves alone.
///
/// w̄ = d·w̄ + (1 − d)·w after step t = 1, 2, …, with d = min(decay, (1 + t)/(10 + t)), so that a short run is not
/// held back by where it began.
/// Source: Polyak & Juditsky 1992; the ramp of TensorFlow's ExponentialMovingAverage.
public final class WeightAverage {
    private let parameters: [Parameter]
    private let chunks: ParameterChunks
    private let decay: Double
    /// The averages; while they stand in for the weights, the weights.
    private var values: [Tensor]

    /// Begins with the weights as they are.
    public init(_ parameters: [Parameter], decay: Double) {
        self.parameters = parameters.filter(\.isTrainable)
        self.decay = decay
        chunks = ParameterChunks(counts: self.parameters.map(\.shape.count))
        values = self.parameters.map { $0.value.copied() }
    }

    /// Takes in the weights after step `step`, counted from 1.
    public func update(step: Int) {
        let kept = min(decay, Double(1 + step) / Double(10 + step))
        chunks.forEach { index, range in
            let (value, average) = (parameters[index].value, values[index])
            func run<T: KernelScalar>(_: T.Type) {
                let mean = average.output(T.self) + range.lowerBound
                T.blend(
                    range.count, T(kept), mean, T(1 - kept), value.input(T.self) + range.lowerBound, mean)
            }
            run(value.dtype.scalar)
        }
    }

    /// Runs `body` with the averages in place of the weights.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        exchange()
        defer { exchange() }
        return try body()
    }

    private func exchange() {
        for (index, parameter) in parameters.enumerated() { parameter.exchangeValue(with: &values[index]) }
    }

    /// The weights that are trained, by name: what `restore` takes.
    public var weights: [(name: String, tensor: Tensor)] {
        parameters.map { ("weights." + $0.name, $0.value) }
    }

    /// Goes on from a checkpoint: the parameters hold the averages and get back the weights.
    public func restore(_ tensor: (_ name: String, _ shape: Shape) throws -> Tensor) throws {
        values = try parameters.map { try tensor("weights." + $0.name, $0.shape) }
        exchange()
    }
}
