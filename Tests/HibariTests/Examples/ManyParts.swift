import Hibari

// example: block
/// Two layers with a way around them, as one layer.
struct Block: ComposedLayer {
    var width: Int

    var layers: [any LayerSpecification] {
        Residual(activation: .relu) {
            Dense(width, activation: .relu, initializer: .heNormal)
            Dense(width, initializer: .heNormal)
        }
    }
}
// end

/// The examples "composed" and "transfer" of Docs/library.md.
func composedAndTransfer() throws -> (old: Model, new: Model) {
    // example: composed
    let model = try Sequential {
        Dense(64, activation: .relu).named("stem")
        for _ in 0..<3 { Block(width: 64) }
        Parallel(.concatenate) {
            Dense(16, activation: .tanh)
            Dense(16, activation: .sigmoid)
        }
        Dense(10).named("head")
    }.build(input: [20], seed: 1)
    // end

    // example: transfer
    try model.freeze("*")
    let other = try model.replacingHead(with: Dense(3), seed: 2)  // only the new head is trained
    // … fit, and then all of it, slowly:
    try other.unfreeze("*")
    // end
    return (model, other)
}

// example: layer
/// Multiplies each channel by a number that is learned.
struct Scale: LayerSpecification {
    func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank == 1, input, wanted: "[channels]")
        let factor = try scope.parameter("factor", [input[0]], .ones, role: .vector)
        return BuiltLayer(Factor(factor: factor), output: input)
    }

    private struct Factor: Layer {
        let factor: Parameter
        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { x * factor.tensor }
    }
}
// end

// example: callback
/// Notes the epochs in which the loss rose.
final class Rises: Callback {
    private(set) var epochs: [Int] = []
    private var last = Double.infinity

    func epochEnded(_ report: EpochReport, _ control: TrainingControl) {
        let loss = report["loss"] ?? .nan
        if loss > last { epochs.append(report.epoch) }
        last = loss
    }
}
// end

// example: source
/// Sums of two digits, made when they are asked for: no table of them is ever held.
struct Sums: ExampleSource {
    var count: Int { 10_000 }

    func batch(indices: [Int], random: RandomStream?) -> (input: Tensor, target: Tensor) {
        let pairs = indices.map { (Float($0 / 10 % 10), Float($0 % 10)) }
        return (
            Tensor(pairs.flatMap { [$0 / 10, $1 / 10] }, shape: [indices.count, 2]),
            Tensor(pairs.map { ($0 + $1) / 10 }, shape: [indices.count, 1])
        )
    }
}
// end

/// The example "low-level" of Docs/library.md.
func gradientDescent() -> Float {
    // example: low-level
    let x = Parameter(Tensor([5] as [Float], shape: [1]), name: "x")
    let optimizer = SGD([x])
    for _ in 0..<50 {
        x.clearGradient()
        let loss = valueWithGradient {
            let difference = x.tensor - Tensor([3] as [Float], shape: [1])
            return (difference * difference).sum()
        }
        if loss.item < 1e-12 { break }
        optimizer.step(learningRate: 0.1)
    }
    // end
    return x.value.array(of: Float.self)[0]  // 3
}

/// The example of README.md.
func readme(_ training: Examples, held: Examples, run folder: String) throws -> History {
    // example: readme
    let model = try Sequential {
        Dense(512, activation: .relu)
        Dropout(0.2)
        Dense(10)
    }.build(input: [784], seed: 1)
    let history = try model.fit(
        training, validation: held, epochs: 5, batch: 128, optimizer: .adam(learningRate: 1e-3),
        loss: .crossEntropy, metrics: [.accuracy], callbacks: [EarlyStopping(patience: 2)], run: folder)
    // end
    return history
}
