import HibariTensor

/// What a forward pass needs to know beyond its input.
public struct ForwardContext {
    /// Seed and step of the dropout masks; nil when not training: dropout then passes its input through.
    public var dropoutStep: (seed: UInt64, step: UInt64)?
    /// Keys and values of the positions before the input; nil for a pass over whole sequences.
    public var cache: KeyValueCache?

    /// The lengths of documents that lie one after the other in an input `[1, T]`: for decoders, each is a sequence of
    /// its own, with positions from 0. nil for sequences that fill their rows.
    public var segments: [Int]?

    /// Which parts of each block are computed again in the backward pass instead of kept.
    public var recompute = Recompute.none

    /// Called by each BatchNorm that learns and is given one number of each channel; nil for nobody to ask.
    package var noteSingleNumbers: (() -> Void)?

    /// Evaluation of whole sequences.
    public init() {}

    /// Training step `step`, counting micro-batches.
    public static func training(seed: UInt64, step: UInt64, recompute: Recompute = .none) -> ForwardContext {
        var context = ForwardContext()
        context.dropoutStep = (seed, step)
        context.recompute = recompute
        return context
    }

    /// Inference on top of `cache`.
    public static func cached(_ cache: KeyValueCache) -> ForwardContext {
        var context = ForwardContext()
        context.cache = cache
        return context
    }

    /// Whether this is a step of training: dropout drops, BatchNorm uses the statistics of the batch.
    public var isTraining: Bool { dropoutStep != nil }

    /// The position of the first token of the input.
    public var firstPosition: Int { cache?.count ?? 0 }

    /// The positions of the `time` columns of the input.
    package func positions(_ time: Int) -> [Int32] {
        segments.map(HibariTensor.positions) ?? (firstPosition..<firstPosition + time).map { Int32($0) }
    }

    /// Inference sums in an order that depends on a row alone, so that a text does not depend on how it was
    /// batched.
    package var order: SummationOrder { cache == nil ? .fastest : .fixed }

    /// Applies the dropout number `layer` of the model, when training.
    public func dropout(_ x: Tensor, probability: Double, layer: Int) -> Tensor {
        guard let dropoutStep, probability > 0 else { return x }
        let stream = DropoutStream(seed: dropoutStep.seed, step: dropoutStep.step, layer: UInt64(layer))
        return HibariTensor.dropout(x, probability: probability, stream)
    }
}
