import HibariNN
import HibariTensor

extension Model {
    /// Mean loss and metrics over all examples, as they are when nothing is learned: no dropout, no tape.
    ///
    /// - Parameter batch: examples at a time; changes at most last bits.
    public func evaluate(
        _ examples: any ExampleSource, loss: Loss, metrics: [Metric] = [], batch: Int = 256
    ) throws -> Evaluation {
        guard examples.count > 0 else { throw SupervisedError.noExamples }
        var accumulators = metrics.map { $0.makeAccumulator() }
        var (sum, weight) = (0.0, 0)
        try forEachBatch(examples, batch: batch) { prediction, target in
            let share = loss.weight(of: target)
            sum += try loss(prediction, target).item * Double(share)
            weight += share
            for index in accumulators.indices { try accumulators[index].add(prediction, target) }
        }
        return Evaluation(
            loss: weight == 0 ? .nan : sum / Double(weight), units: examples.count,
            metrics: zip(metrics, accumulators).map { MetricValue($0.name, $1.value) })
    }

    /// The outputs for all examples, in order: `[N, …]`.
    public func predict(_ examples: any ExampleSource, batch: Int = 256) throws -> Tensor {
        guard examples.count > 0 else { throw SupervisedError.noExamples }
        var outputs: [Tensor] = []
        try forEachBatch(examples, batch: batch) { prediction, _ in outputs.append(prediction) }
        return outputs.count == 1 ? outputs[0] : concatenate(outputs)
    }

    /// The outputs for inputs `[N, …]`: `[N, …]`.
    public func predict(_ inputs: Tensor, batch: Int = 256) throws -> Tensor {
        try checkInput(inputs)
        guard inputs.shape[0] > 0 else { throw SupervisedError.noExamples }
        let outputs = stride(from: 0, to: inputs.shape[0], by: max(1, batch)).map {
            self(inputs.slice($0..<min(inputs.shape[0], $0 + max(1, batch))))
        }
        return outputs.count == 1 ? outputs[0] : concatenate(outputs)
    }

    /// The most likely class of each of `inputs`; of outputs `[N, …, C]` one of each row of C logits, in their order. Of a
    /// single logit 1 if it is positive.
    public func predictClasses(_ inputs: Tensor, batch: Int = 256) throws -> [Int] {
        let logits = try predict(inputs, batch: batch)
        let width = logits.shape.rank == 1 ? 1 : max(1, logits.shape[-1])
        func classes<Number: TensorElement & FloatingPoint>(_: Number.Type) -> [Int] {
            logits.withNumbers(Number.self) { all in
                stride(from: 0, to: all.count, by: width).map {
                    predictedClass(UnsafeBufferPointer(rebasing: all[$0..<$0 + width]))
                }
            }
        }
        return logits.dtype == .float64 ? classes(Double.self) : classes(Float.self)
    }

    private func forEachBatch(
        _ examples: any ExampleSource, batch: Int,
        _ body: (_ prediction: Tensor, _ target: Tensor) throws -> Void
    ) throws {
        for start in stride(from: 0, to: examples.count, by: max(1, batch)) {
            let indices = Array(start..<min(examples.count, start + max(1, batch)))
            let (input, target) = examples.batch(indices: indices, random: nil)
            try checkInput(input)
            try body(self(input), target)
        }
    }
}
