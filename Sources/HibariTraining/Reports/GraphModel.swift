import HibariNN
import HibariSupport
import HibariTensor

/// The graph of a classic model on made-up examples: of its loss, or of the sum of its outputs. Parameters get gradients.
///
/// - Parameters:
///   - loss: what the model was trained with; nil, or one that does not fit the output, for the sum of the outputs.
///   - valueLimit: values and gradients of tensors with at most so many elements are kept.
public func recordedLoss(
    of model: Model, _ loss: Loss?, batch: Int, valueLimit: Int
) throws -> RecordedGraph {
    let shape = Shape([batch] + model.input.array)
    // Ids of any number of rows have a 0.
    let input =
        model.inputType == .int32
        ? Tensor(zeros: shape, .int32)
        : Tensor(
            normal: shape, deviation: 1, stream: RandomStream(seed: 1, purpose: .testing), model.inputType)
    let output = model(input)
    // The first class, or ones: whichever the loss takes.
    let targets = [
        Tensor(zeros: output.shape.dropLast(), .int32),
        Tensor(repeating: 1, shape: output.shape, output.dtype),
    ]
    let target = loss.flatMap { loss in targets.first { (try? loss(output, $0)) != nil } }
    return try recordedGraph(valueLimit: valueLimit) {
        let output = model(input.named("input")).named("output")
        guard let loss, let target else { return output.sum().named("sum of the outputs") }
        return try loss(output, target.named("target")).named("loss")
    }.graph
}
