/// Learns a byte-pair vocabulary from texts.
///
/// The pair of neighboring tokens that is most frequent within the pieces of `GPT2PreTokenizer` is merged
/// into a new token; of equally frequent ones the lowest pair of ids. The result depends on the texts alone,
/// not on their order, the machine or the run. Memory grows with the different pieces, not with the text.
/// Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909.
public struct BytePairTrainer: Sendable {
    private let maximumBytes: Int
    private let preTokenizer = GPT2PreTokenizer()
    private var pieces = PreTokenTable()
    /// How often each piece occurs, by its number.
    private var counts: [Int] = []

    public init() { self.init(maximumBytes: Int(Int32.max)) }

    /// - Parameter maximumBytes: how many bytes the different pieces may take, at most `Int32.max`, which
    ///   positions are.
    package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Counts the pieces of one more text.
    ///
    /// - Throws: `TokenizerError.trainingTextTooLarge`.
    public mutating func add(_ text: Span<UInt8>) throws(TokenizerError) {
        var start = 0
        while start < text.count {
            let end = preTokenizer.end(ofPieceAt: start, in: text)
            if end - start > 1 {  // A single byte has no pairs.
                let number = pieces.insert(text.extracting(start..<end))
                if number < counts.count {
                    counts[number] += 1
                } else {
                    counts.append(1)
                    // One more for the border after each piece, and one before the first.
                    if pieces.bytes.count + pieces.count >= maximumBytes {
                        throw .trainingTextTooLarge(limit: maximumBytes)
                    }
                }
            }
            start = end
        }
    }

    /// The merges, most important first.
    ///
    /// A pair that would spell a token there is already, of other parts, is passed over: every id has its own
    /// bytes.
    ///
    /// - Parameters:
    ///   - limit: how many merges at most; there are fewer if no pair is frequent enough any more.
    ///   - minimumFrequency: how often a pair must occur, at least 1.
    public func merges(limit: Int, minimumFrequency: Int = 2) -> [TokenPair] {
        precondition(
            minimumFrequency >= 1, "merges: minimum frequency \(minimumFrequency); expected 1 or more")
        var state = MergingText(pieces, counts: counts, minimumFrequency: minimumFrequency)
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        var known = Set(tokens + [Array(endOfTextMarker.utf8)])
        var merges: [TokenPair] = []
        while merges.count < limit, let pair = state.popMostFrequentPair() {
            let token = tokens[Int(pair.left)] + tokens[Int(pair.right)]
            guard known.insert(token).inserted else { continue }
            state.merge(pair)
            tokens.append(token)
            merges.append(pair)
        }
        return merges
    }

    /// The tokenizer for everything added so far.
    ///
    /// - Parameter vocabularySize: the number of ids, at least 257; fewer if no pair occurs twice any more.
    /// - Throws: `TokenizerError.vocabularyTooSmall`.
    public func tokenizer(vocabularySize: Int) throws(TokenizerError) -> BPETokenizer {
        try BPETokenizer.checkVocabularySize(vocabularySize)
        return BPETokenizer(merges: merges(limit: vocabularySize - BPETokenizer.minimumVocabularySize))
    }
}
