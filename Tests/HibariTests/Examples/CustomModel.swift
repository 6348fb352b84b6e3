import Hibari

// example: custom-model
/// Two towers that look at the two halves of the input, and a head that compares them.
struct TwoTowers: Layer {
    let left, right, head: Linear

    init(_ scope: ParameterScope) throws {
        left = try Linear(
            scope["left"], inputs: 4, outputs: 16, weight: .uniform(limit: 0.5), bias: .zeros,
            activation: .tanh)
        right = try Linear(
            scope["right"], inputs: 4, outputs: 16, weight: .uniform(limit: 0.5), bias: .zeros,
            activation: .tanh)
        head = try Linear(scope["head"], inputs: 16, outputs: 2, weight: .uniform(limit: 0.25), bias: .zeros)
    }

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let a = left(x.slice(axis: 1, 0..<4), context)
        let b = right(x.slice(axis: 1, 4..<8), context)
        return head(a * b, context)
    }
}
// end

/// The example "custom-model-training" of Docs/library.md.
func customModel() throws -> Double {
    let inputs = Tensor(normal: [400, 8], deviation: 1, stream: RandomStream(seed: 1, purpose: .testing))
    let numbers = inputs.array(of: Float.self)
    // Whether the first numbers of both halves have the same sign.
    let classes = (0..<400).map { Int32(numbers[8 * $0] * numbers[8 * $0 + 4] > 0 ? 1 : 0) }
    let examples = Examples(inputs: inputs, targets: Tensor(classes, shape: [400]))
    // example: custom-model-training
    let model = try Model(input: [8], seed: 1) { try TwoTowers($0) }
    try model.fit(
        examples, epochs: 40, batch: 32, optimizer: .adam(learningRate: 1e-2), loss: .crossEntropy,
        metrics: [.accuracy])
    // end
    return try model.evaluate(examples, loss: .crossEntropy, metrics: [.accuracy])["accuracy"]!
}
