import HibariSupport

/// Learns a byte-pair vocabulary from texts.
///
/// The pair of neighboring tokens that is most frequent within the pieces of the text is merged into a new
/// token; `PairTieBreak` says which of equally frequent ones. Pieces are counted on all threads, in parts of
/// the text that are the same whatever the number of threads. As long as the different pieces fit in the
/// memory, the result depends on the texts alone, not on their order, the machine or the run; beyond, where
/// pieces are dropped, also on their order. Memory grows with the different pieces, not with the text.
/// Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909.
public struct BytePairTrainer: Sendable {
    private let options: BytePairTrainerOptions
    private let splitter: any PreTokenizer
    private var pieces = PieceCounts()
    /// Texts that are not counted yet, a megabyte or more, so that there is work for all threads.
    private var waiting: [[UInt8]] = []
    private var waitingBytes = 0
    /// What was read so far; the tokens are known when the merges are.
    public private(set) var summary = BytePairTrainingSummary()

    private static let batchSize = 1 << 20
    private static let shareSize = 1 << 17
    /// How many shares are counted before they are added up.
    private static let shareLimit = 8

    public init(_ options: BytePairTrainerOptions = BytePairTrainerOptions()) {
        precondition(
            options.minimumFrequency >= 1,
            "BytePairTrainer: minimum frequency \(options.minimumFrequency); expected 1 or more")
        self.options = options
        splitter = options.pattern.scanner
    }

    /// Counts the pieces of one more text.
    public mutating func add(_ text: [UInt8]) {
        summary.byteCount += text.count
        waitingBytes += text.count
        waiting.append(text)
        if waitingBytes >= Self.batchSize { countWaiting() }
    }

    /// Ends the counting and hands out the merges, most important first; the trainer is empty afterwards.
    ///
    /// A pair that would spell a token there is already, of other parts, is passed over: every id has its own
    /// bytes.
    ///
    /// - Parameters:
    ///   - limit: how many merges at most; there are fewer if no pair is frequent enough any more.
    ///   - progress: called now and then.
    public mutating func merges(
        limit: Int, progress: (BytePairProgress) -> Void = { _ in }
    ) -> [TokenPair] {
        countWaiting()
        pieces.endCounting()
        var state = MergingText(pieces, options)
        pieces = PieceCounts()
        var known = Set((UInt8.min...UInt8.max).map { [$0] } + [Array(endOfTextMarker.utf8)])
        var merges: [TokenPair] = []
        while merges.count < limit, let pair = state.popMostFrequentPair() {
            guard known.insert(state.text(of: pair)).inserted else { continue }
            state.merge(pair)
            merges.append(pair)
            if merges.count % 64 == 0 { progress(.merging(done: merges.count, limit: limit)) }
        }
        summary.tokenCount = state.tokenCount
        return merges
    }

    /// The tokenizer for everything added so far; the trainer is empty afterwards.
    ///
    /// - Parameter vocabularySize: the number of ids, at least 257; fewer if no pair is frequent enough any
    ///   more.
    /// - Throws: `TokenizerError.vocabularyTooSmall`.
    public mutating func tokenizer(
        vocabularySize: Int, progress: (BytePairProgress) -> Void = { _ in }
    ) throws(TokenizerError) -> BPETokenizer {
        try BPETokenizer.checkVocabularySize(vocabularySize)
        let limit = vocabularySize - BPETokenizer.minimumVocabularySize
        return BPETokenizer(merges: merges(limit: limit, progress: progress), pattern: options.pattern)
    }

    // MARK: Counting

    private mutating func countWaiting() {
        let shares = TextShare.shares(of: waiting, size: Self.shareSize, cuts: true)
        // The tables of all shares of a long text would take more than the text.
        for first in stride(from: 0, to: shares.count, by: Self.shareLimit) {
            for counts in count(shares[first..<min(shares.count, first + Self.shareLimit)]) {
                pieces.add(counts)
                dropRarest()
            }
        }
        waiting = []
        waitingBytes = 0
    }

    private func count(_ shares: ArraySlice<TextShare>) -> [PieceCounts] {
        mapInParallel(shares.count) { index in
            var counts = PieceCounts(hash: pieces.hash)
            for part in shares[shares.startIndex + index].parts {
                let whole = waiting[part.text]
                let text = whole.span.extracting(part.range)
                var start = 0
                while start < text.count {
                    let end = splitter.end(ofPieceAt: start, in: text)
                    counts.addParts(ofPiece: text.extracting(start..<end))
                    start = end
                }
            }
            return counts
        }
    }

    /// Makes room when the table is full: half of it, so that this is seldom.
    private mutating func dropRarest() {
        let limit = min(options.maximumMemory, PieceCounts.greatestCost)
        guard pieces.cost > limit else { return }
        let gone = pieces.dropRarest(toCost: limit / 2)
        summary.droppedPieces += gone.pieces
        summary.droppedBytes += gone.bytes
    }
}

extension PieceCounts {
    /// Counts a piece, a long one in parts.
    fileprivate mutating func addParts(ofPiece piece: Span<UInt8>) {
        var start = 0
        while piece.count - start > BytePairTrainerOptions.maximumPieceBytes {
            var end = start + BytePairTrainerOptions.maximumPieceBytes
            // A character has at most three bytes after its first.
            for _ in 0..<3 where piece[end] & 0xC0 == 0x80 { end -= 1 }
            add(piece.extracting(start..<end))
            start = end
        }
        add(piece.extracting(start..<piece.count))
    }
}
