import HibariData
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor

/// Learning to sort texts: the head, and what of the model is not frozen.
public final class ClassificationTask: TrainingTask {
    public let parameters: [Parameter]
    public var unit: String { "examples" }
    public let stepsPerEpoch: Int

    private let classifier: TextClassifier
    private let sequences: [[Int32]]
    private let labels: [Int32]
    private let heldOut: (sequences: [[Int32]], labels: [Int32])
    private let batch: Int
    private let seed: UInt64
    /// The order of the examples of the epoch that is under way.
    private var order: (epoch: Int, order: RandomPermutation)?

    /// - Parameters:
    ///   - heldOut: evaluated after each epoch; nil for nothing.
    ///   - batch: texts of a step; the last step of an epoch has the rest.
    ///   - seed: of the order of the texts, and of dropout.
    public init(
        _ classifier: TextClassifier, training: LabeledTexts, heldOut: LabeledTexts?, batch: Int, seed: UInt64
    ) throws {
        (self.classifier, self.batch, self.seed) = (classifier, batch, seed)
        parameters =
            classifier.base.model.trainedParameters + [classifier.weight]
            + (classifier.bias.map { [$0] } ?? [])
        (sequences, labels) = (try training.texts.map(classifier.tokens), training.labels)
        self.heldOut = (try heldOut?.texts.map(classifier.tokens) ?? [], heldOut?.labels ?? [])
        stepsPerEpoch = (sequences.count + batch - 1) / batch
    }

    public func units(microBatches: Int) -> Int {
        microBatches / stepsPerEpoch * sequences.count + microBatches % stepsPerEpoch * batch
    }

    public func loss(microBatch: Int) -> Tensor {
        let (epoch, step) = microBatch.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let places = order(epoch: epoch)
        let chosen = (step * batch..<min(sequences.count, (step + 1) * batch)).map { places[$0] }
        let features = classifier.features(
            chosen.map { sequences[$0] }, .training(seed: seed, step: UInt64(microBatch)))
        return crossEntropy(
            classifier.logits(features), Tensor(chosen.map { labels[$0] }, shape: [chosen.count]))
    }

    private func order(epoch: Int) -> RandomPermutation {
        if let order, order.epoch == epoch { return order.order }
        let new = RandomPermutation(
            count: sequences.count,
            random: RandomStream(seed: seed, purpose: .shuffling, stream: UInt64(epoch)))
        order = (epoch, new)
        return new
    }

    public func evaluate(isFinal: Bool) throws -> Evaluation? {
        if heldOut.labels.isEmpty { return nil }
        let logits = classifier.logits(classifier.allFeatures(heldOut.sequences))
        let targets = Tensor(heldOut.labels, shape: [heldOut.labels.count])
        return Evaluation(
            loss: crossEntropy(logits, targets).item, units: heldOut.labels.count,
            metrics: [MetricValue("accuracy", try Metric.accuracy(logits, targets))])
    }

    public func isHigherBetter(_ metric: String) -> Bool { metric == "accuracy" }

    /// Writes the classifier; nothing refers to a base outside, for it was trained.
    public func saveModel(to folder: String) throws {
        try ClassifierFolder.write(
            classifier, .init(mode: classifier.base.model.adapters.isEmpty ? .full : .lora), to: folder)
    }
}
