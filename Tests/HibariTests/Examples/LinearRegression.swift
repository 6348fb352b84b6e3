import Hibari

/// The example "linear-regression" of Docs/library.md.
func linearRegression() throws -> (weights: [Float], bias: Float, rSquared: Double) {
    // example: linear-regression
    // y = 2a − b + 0.5, with a little noise.
    var random = RandomStream(seed: 1, purpose: .testing)
    let rows: [[Float]] = (0..<200).map { _ in [Float(random.uniform()), Float(random.uniform())] }
    let values: [[Float]] = rows.map { [2 * $0[0] - $0[1] + 0.5 + 0.01 * Float(random.uniform() - 0.5)] }
    let examples = Examples(rows, values: values)

    let model = try Sequential { Dense(1) }.build(input: [2], seed: 1)
    try model.fit(
        examples, epochs: 200, batch: 20, optimizer: .sgd(learningRate: 0.1, momentum: 0.9),
        loss: .meanSquaredError)

    let weights = model.parameter("0.weight")!.value.array(of: Float.self)  // about [2, −1]
    let bias = model.parameter("0.bias")!.value.array(of: Float.self)[0]  // about 0.5
    let result = try model.evaluate(examples, loss: .meanSquaredError, metrics: [.rSquared])
    let rSquared = result["r2"]!  // above 0.999
    // end
    return (weights, bias, rSquared)
}
