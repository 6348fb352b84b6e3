/// Consecutive windows over a token sequence in which every token but the first is a target exactly once.
///
/// The windows have `contextLength` targets, the last one what is left. They come in batches of rows of equal
/// length, so a shorter last window is a batch of its own and nothing is padded.
public struct EvaluationWindows: Sendable {
    /// The most rows of a batch.
    public let batchSize: Int
    public let contextLength: Int
    private let tokens: TokenSlice

    /// - Throws: `DataError.corpusTooShort` if there are fewer than two tokens, so that there is nothing to
    ///   predict.
    public init(tokens: TokenSlice, batchSize: Int, contextLength: Int) throws(DataError) {
        precondition(
            batchSize > 0 && contextLength > 0,
            "EvaluationWindows: batch size \(batchSize) and context length \(contextLength) must be positive")
        guard tokens.count > 1 else { throw .corpusTooShort(tokens: tokens.count, contextLength: 1) }
        self.tokens = tokens
        self.batchSize = batchSize
        self.contextLength = contextLength
    }

    /// The number of predicted tokens in all windows together.
    public var targetCount: Int { tokens.count - 1 }

    private var fullWindowCount: Int { targetCount / contextLength }
    private var fullBatchCount: Int { (fullWindowCount + batchSize - 1) / batchSize }

    public var batchCount: Int { fullBatchCount + (targetCount % contextLength == 0 ? 0 : 1) }

    /// The number of sequences of a batch and their common length.
    public func shape(ofBatch batch: Int) -> (rows: Int, columns: Int) {
        precondition(batch >= 0 && batch < batchCount, "EvaluationWindows: batch \(batch) of \(batchCount)")
        guard batch < fullBatchCount else { return (1, targetCount % contextLength) }
        return (min(batchSize, fullWindowCount - batch * batchSize), contextLength)
    }

    /// Where the targets of a batch lie in the corpus, e.g. for `TokenizedCorpus.byteCount(of:)`.
    public func targetRange(ofBatch batch: Int) -> Range<Int> {
        let (rows, columns) = shape(ofBatch: batch)
        let start = tokens.range.lowerBound + firstInput(ofBatch: batch) + 1
        return start..<start + rows * columns
    }

    /// Writes a batch to the beginnings of the buffers, row after row: each row of `targets` is the row of
    /// `inputs` one token later. `shape(ofBatch:)` tells the rows and columns.
    public func fill(
        batch: Int, into inputs: UnsafeMutableBufferPointer<Int32>, targets: UnsafeMutableBufferPointer<Int32>
    ) {
        let (rows, columns) = shape(ofBatch: batch)
        let start = firstInput(ofBatch: batch)
        // The rows follow each other in the corpus, so the batch is one piece of it.
        tokens.copy(start..<start + rows * columns, to: inputs)
        tokens.copy(start + 1..<start + 1 + rows * columns, to: targets)
    }

    private func firstInput(ofBatch batch: Int) -> Int {
        batch < fullBatchCount ? batch * batchSize * contextLength : fullWindowCount * contextLength
    }
}
