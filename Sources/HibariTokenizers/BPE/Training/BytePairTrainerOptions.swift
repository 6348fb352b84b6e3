/// How a byte-pair vocabulary is learned.
public struct BytePairTrainerOptions: Sendable {
    /// What no token crosses.
    package var pattern = PreTokenizerPattern.gpt2
    /// How often a pair must occur to become a token, at least 1.
    public var minimumFrequency = 2
    /// The longest token in bytes; nil for any length.
    public var maximumTokenBytes: Int?
    public var ties = PairTieBreak.lowestIDs
    /// What the table of different pieces may take, and the merging that follows, in bytes of memory. When it
    /// is full the rarest pieces are dropped.
    ///
    /// A fixed number rather than a share of the machine's memory, so that a text gives the same vocabulary on
    /// every machine. English fills it after some hundred gigabytes, Japanese, where a piece is a clause and
    /// seldom comes twice, after a few hundred megabytes.
    public var maximumMemory = 4 << 30

    public init() {}

    /// Longer pieces are counted in parts of this many bytes, cut between characters: a file without a space
    /// or a line break must not be one piece. Only counting cuts; encoding does not.
    static let maximumPieceBytes = 1 << 14
}

/// How far the learning of a vocabulary has come.
public enum BytePairProgress: Sendable {
    /// Reading: the bytes of text so far.
    case counting(bytes: Int)
    /// Merging: the tokens made so far, of those wanted.
    case merging(done: Int, limit: Int)
}

/// What a vocabulary was learned from.
public struct BytePairTrainingSummary: Sendable, Equatable {
    /// The bytes of all texts.
    public var byteCount = 0
    /// The tokens of the new vocabulary that the texts come to, without what was dropped.
    public var tokenCount = 0
    /// The different pieces that were dropped to stay within the memory.
    public var droppedPieces = 0
    /// The bytes of all their occurrences.
    public var droppedBytes = 0

    /// How many bytes a token stands for, on average over the texts.
    public var bytesPerToken: Double { Double(byteCount - droppedBytes) / Double(max(1, tokenCount)) }
}
