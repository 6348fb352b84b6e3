import HibariSupport

/// Which tokens each training step sees: a pure function of the seed and the step, so a run resumes from its
/// step number alone.
///
/// In an epoch the tokens are cut into windows of `contextLength` that do not overlap, and the windows come
/// in random order, each once. Where the first window begins is random too, so that from epoch to epoch the
/// cuts, and with them the contexts, fall elsewhere. Fewer than two windows' worth of tokens, at the two
/// ends, are left out of an epoch.
///
/// Sequences are numbered through: sequence s of a run belongs to epoch ⌊s / `windowsPerEpoch`⌋, and step n
/// is made of the sequences from n · `batchSize` on, so a batch may straddle two epochs.
public struct TrainingBatches: Sendable {
    public let batchSize: Int
    public let contextLength: Int
    /// The number of sequences in an epoch.
    public let windowsPerEpoch: Int
    private let tokens: TokenSlice
    private let seed: UInt64

    /// - Parameters:
    ///   - batchSize: B, sequences per step.
    ///   - contextLength: T, tokens per sequence.
    /// - Throws: `DataError.corpusTooShort` if there are fewer than T + 1 tokens.
    public init(tokens: TokenSlice, batchSize: Int, contextLength: Int, seed: UInt64) throws(DataError) {
        precondition(
            batchSize > 0 && contextLength > 0,
            "TrainingBatches: batch size \(batchSize) and context length \(contextLength) must be positive")
        guard tokens.count > contextLength else {
            throw .corpusTooShort(tokens: tokens.count, contextLength: contextLength)
        }
        self.tokens = tokens
        self.batchSize = batchSize
        self.contextLength = contextLength
        self.seed = seed
        // The same number for every place the first window may begin, all of the first T if there are 2T
        // tokens.
        windowsPerEpoch = max(1, (tokens.count - contextLength) / contextLength)
    }

    /// The number of tokens a step learns from.
    public var tokensPerBatch: Int { batchSize * contextLength }

    /// How many times the corpus has been seen when `steps` steps are done.
    public func epochs(afterSteps steps: Int) -> Double {
        Double(steps) * Double(batchSize) / Double(windowsPerEpoch)
    }

    /// Writes the batch of `step`: each row of `targets` is the row of `inputs` one token later.
    ///
    /// - Parameters:
    ///   - step: from 0; with gradient accumulation, the number of the batch, not of the optimizer step.
    ///   - inputs: `[B, T]`.
    ///   - targets: `[B, T]`.
    public func batch(
        step: Int, into inputs: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>
    ) {
        precondition(
            step >= 0 && inputs.count == tokensPerBatch && targets.count == tokensPerBatch,
            "TrainingBatches.batch: step \(step), buffers of \(inputs.count) and \(targets.count), "
                + "expected \(batchSize) x \(contextLength)")
        for row in 0..<batchSize {
            let start = windowStart(ofSequence: step * batchSize + row)
            let columns = row * contextLength..<(row + 1) * contextLength
            tokens.copy(start..<start + contextLength, to: .init(rebasing: inputs[columns]))
            tokens.copy(start + 1..<start + 1 + contextLength, to: .init(rebasing: targets[columns]))
        }
    }

    /// Where in the tokens a sequence of the run begins.
    public func windowStart(ofSequence sequence: Int) -> Int {
        let (epoch, index) = sequence.quotientAndRemainder(dividingBy: windowsPerEpoch)
        var random = RandomStream(seed: seed, purpose: .shuffling, stream: UInt64(epoch))
        let permutation = RandomPermutation(count: windowsPerEpoch, random: random)
        let slack = tokens.count - 1 - windowsPerEpoch * contextLength
        let phase = random.index(below: slack + 1)
        return phase + permutation[index] * contextLength
    }
}
