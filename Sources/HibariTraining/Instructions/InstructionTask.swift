import HibariModels
import HibariNN
import HibariTensor

/// Learning what the assistant says in examples: the task of instruction tuning.
///
/// The loss of a step is the mean over all tokens that are learned in it, however they are spread over its
/// micro-batches, as in `transformers` (`num_items_in_batch`).
public final class InstructionTask: TrainingTask {
    public let model: any LanguageModel
    public let parameters: [Parameter]
    private let batches: InstructionBatches
    private let heldOut: [InstructionBatch]
    private let evaluationBatches: Int?
    private let seed: UInt64
    private let recompute: Recompute
    private let save: (_ folder: String) throws -> Void

    /// Tokens of a batch of the evaluation, if no example is longer.
    private static let evaluationTokens = 4096

    /// - Parameters:
    ///   - parameters: what is trained; of the model, or of adapters to it.
    ///   - batches: micro-batches of the training examples.
    ///   - heldOut: what is evaluated; nil for nothing.
    ///   - evaluationBatches: batches of an evaluation during training; nil for all.
    ///   - seed: of dropout.
    ///   - recompute: what the backward pass computes again.
    ///   - save: writes what is needed to use the model to an existing folder.
    public init(
        model: any LanguageModel, parameters: [Parameter], batches: InstructionBatches,
        heldOut: InstructionExamples?, evaluationBatches: Int? = nil, seed: UInt64,
        recompute: Recompute = .none, save: @escaping (_ folder: String) throws -> Void
    ) {
        (self.model, self.parameters, self.batches) = (model, parameters, batches)
        (self.evaluationBatches, self.seed) = (evaluationBatches, seed)
        (self.recompute, self.save) = (recompute, save)
        guard let sequences = heldOut?.sequences, let longest = heldOut?.longest else {
            self.heldOut = []
            return
        }
        let packs = InstructionPacking.tokens(max(Self.evaluationTokens, longest))
            .packs(order: Array(sequences.indices), lengths: sequences.map(\.inputs.count))
        self.heldOut = packs.map { InstructionBatch($0.map { sequences[$0] }) }
    }

    public func units(microBatches: Int) -> Int { batches.tokens(inBatches: microBatches) }

    public func share(microBatch: Int, accumulation: Int) -> Double {
        let first = microBatch / accumulation * accumulation
        let all = (first..<first + accumulation).reduce(0) { $0 + batches.trainedCount(step: $1) }
        return Double(batches.trainedCount(step: microBatch)) / Double(all)
    }

    public func loss(microBatch: Int) -> Tensor {
        let batch = batches.batch(step: microBatch)
        let (ids, targets) = (batch.ids, batch.targetTensor)
        OpProfile.current?.mark(.batch)
        var context = ForwardContext.training(
            seed: seed, step: UInt64(microBatch), recompute: recompute)
        context.segments = batch.segments
        return model.loss(ids, targets, context)
    }

    public func evaluate(isFinal: Bool) -> Evaluation? {
        if heldOut.isEmpty { return nil }
        let chosen = min(heldOut.count, isFinal ? heldOut.count : evaluationBatches ?? heldOut.count)
        var (total, squares, count) = (0.0, 0.0, 0)
        for index in 0..<chosen {
            let batch = heldOut[index * heldOut.count / chosen]
            var context = ForwardContext()
            context.segments = batch.segments
            let losses = model.losses(batch.ids, batch.targetTensor, context).array(of: Float.self)
            for (loss, target) in zip(losses, batch.targets) where target != ignoredTarget {
                total += Double(loss)
                squares += Double(loss) * Double(loss)
                count += 1
            }
        }
        let mean = total / Double(count)
        let variance = max(0, squares / Double(count) - mean * mean)
        return Evaluation(
            loss: mean, standardError: (variance / Double(count)).squareRoot(), units: count,
            isComplete: chosen == heldOut.count)
    }

    public func saveModel(to folder: String) throws { try save(folder) }
}

extension InstructionBatch {
    /// `[1, T]`.
    fileprivate var ids: Tensor { Tensor(inputs, shape: [1, inputs.count]) }
    /// `[1, T]`.
    fileprivate var targetTensor: Tensor { Tensor(targets, shape: [1, targets.count]) }
}
