import Hibari

/// The example "points" of Docs/library.md.
func points(run folder: String) throws -> (accuracy: Double, classes: [Int], epochs: Int) {
    // example: points
    // Points in the plane, inside or outside of a circle.
    var random = RandomStream(seed: 1, purpose: .testing)
    let rows: [[Float]] = (0..<1000).map { _ in
        [Float(2 * random.uniform() - 1), Float(2 * random.uniform() - 1)]
    }
    let classes = rows.map { $0[0] * $0[0] + $0[1] * $0[1] < 0.6 ? 1 : 0 }
    let (training, held) = Examples(rows, classes: classes).split(0.2, seed: 1)

    let model = try Sequential {
        Dense(32, activation: .tanh)
        Dropout(0.1)
        Dense(32, activation: .tanh)
        Dense(2)
    }.build(input: [2], seed: 1)
    print(model.summary)

    let history = try model.fit(
        training, validation: held, epochs: 60, batch: 32, optimizer: .adam(learningRate: 5e-3),
        loss: .crossEntropy, metrics: [.accuracy, .f1], schedule: .cosine,
        callbacks: [EarlyStopping(monitor: "val_loss", patience: 15)], seed: 1, run: folder)
    print(history["val_accuracy"])

    // The folder holds the best model, its checkpoints and metrics.jsonl.
    let best = try Model.load(folder)
    let result = try best.evaluate(held, loss: .crossEntropy, metrics: [.accuracy])
    let predicted = try best.predictClasses(Tensor([0, 0, 0.9, 0.9] as [Float], shape: [2, 2]))  // [1, 0]
    // end
    return (result["accuracy"]!, predicted, history.epochs.count)
}
