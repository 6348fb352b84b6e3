import HibariSupport

/// Sequences one after the other, without padding.
public struct InstructionBatch: Sendable, Equatable {
    public var inputs: [Int32] = []
    /// `ignoredTarget` where nothing is learned.
    public var targets: [Int32] = []
    /// The length of each sequence.
    public var segments: [Int] = []

    init(_ sequences: some Sequence<InstructionSequence>) {
        for sequence in sequences {
            inputs += sequence.inputs
            targets += sequence.targets
            segments.append(sequence.inputs.count)
        }
    }
}

/// Which examples each training step sees: a pure function of the seed and the step, so a run resumes from its step
/// number alone.
///
/// In an epoch every example comes once, in random order, and in that order the examples are packed; so the number of
/// batches differs a little from epoch to epoch. Batches are numbered through.
public final class InstructionBatches {
    public let packing: InstructionPacking
    private let sequences: [InstructionSequence]
    private let lengths, trainedCounts: [Int]
    private let seed: UInt64
    /// The number of the first batch of each epoch reached so far, and of the one behind them.
    private var firstBatches = [0]
    /// The packs of the epoch last asked for, and of the one before: a step may straddle two.
    private var recent: [(epoch: Int, packs: [[Int]])] = []

    /// - Throws: `InstructionError.batchTooSmall`.
    public init(
        _ examples: InstructionExamples, packing: InstructionPacking, seed: UInt64
    ) throws(InstructionError) {
        let longest = examples.longest
        guard packing.mostTokens(longest: longest) >= longest else {
            throw .batchTooSmall(tokens: packing.mostTokens(longest: longest), longest: longest)
        }
        sequences = examples.sequences
        lengths = sequences.map(\.inputs.count)
        trainedCounts = sequences.map(\.trainedCount)
        (self.packing, self.seed) = (packing, seed)
    }

    /// The batch of `step`, from 0; with gradient accumulation the number of the batch, not of the optimizer's step.
    public func batch(step: Int) -> InstructionBatch { InstructionBatch(pack(step).map { sequences[$0] }) }

    /// How many tokens are learned in the batch of `step`.
    public func trainedCount(step: Int) -> Int { pack(step).reduce(0) { $0 + trainedCounts[$1] } }

    /// The tokens in the first `count` batches.
    public func tokens(inBatches count: Int) -> Int {
        let (epoch, index) = place(count)
        return epoch * lengths.reduce(0, +)
            + packs(ofEpoch: epoch)[..<index].joined().reduce(0) { $0 + lengths[$1] }
    }

    /// The number of batches in `epochs` passes over the examples, the last one rounded up.
    public func batchCount(epochs: Double) -> Int {
        precondition(epochs >= 0 && epochs < 1e9, "InstructionBatches: \(epochs) epochs")
        let whole = Int(epochs)
        let part = epochs - Double(whole)
        let rest = part == 0 ? 0 : Int((part * Double(packs(ofEpoch: whole).count)).rounded(.up))
        return firstBatch(ofEpoch: whole) + rest
    }

    /// How many times the examples have been seen after `count` batches.
    public func epochs(afterBatches count: Int) -> Double {
        let (epoch, index) = place(count)
        return Double(epoch) + Double(index) / Double(packs(ofEpoch: epoch).count)
    }

    private func pack(_ step: Int) -> [Int] {
        let (epoch, index) = place(step)
        return packs(ofEpoch: epoch)[index]
    }

    /// The epoch of a batch, and its number there.
    private func place(_ step: Int) -> (epoch: Int, index: Int) {
        precondition(step >= 0, "InstructionBatches: step \(step)")
        while firstBatches[firstBatches.count - 1] <= step { _ = firstBatch(ofEpoch: firstBatches.count) }
        let epoch = (firstBatches.lastIndex { $0 <= step })!
        return (epoch, step - firstBatches[epoch])
    }

    private func firstBatch(ofEpoch epoch: Int) -> Int {
        while firstBatches.count <= epoch {
            let last = firstBatches.count - 1
            firstBatches.append(firstBatches[last] + packs(ofEpoch: last).count)
        }
        return firstBatches[epoch]
    }

    private func packs(ofEpoch epoch: Int) -> [[Int]] {
        if let known = recent.first(where: { $0.epoch == epoch }) { return known.packs }
        var random = RandomStream(seed: seed, purpose: .shuffling, stream: UInt64(epoch))
        var order = Array(sequences.indices)
        order.shuffle(using: &random)
        let packs = packing.packs(order: order, lengths: lengths)
        recent = recent.suffix(1) + [(epoch, packs)]
        return packs
    }
}
