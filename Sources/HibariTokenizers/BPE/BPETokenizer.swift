/// Byte-level byte-pair encoding: frequent byte sequences within words have ids of their own. Any byte string
/// is accepted.
///
/// Ids 0–255 are the bytes in order, then come the merges in order, and `<|endoftext|>` is last. GPT-2
/// numbers the bytes otherwise, those that print first, so its ids are not these.
public struct BPETokenizer: Tokenizer {
    /// The smallest vocabulary: the bytes and `<|endoftext|>`.
    public static let minimumVocabularySize = 257

    /// The pairs that become tokens, most important first; pair number i is id 256 + i.
    public let merges: [TokenPair]
    private let preTokenizer = GPT2PreTokenizer()
    private let encoder: BytePairEncoder
    /// The bytes of all ids, one after the other, and where each id's end.
    private let text: [UInt8]
    private let ends: [Int]

    /// - Precondition: each pair is made of bytes and earlier pairs, and no two spell the same bytes; none
    ///   spells `<|endoftext|>`.
    public init(merges: [TokenPair]) {
        self.merges = merges
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        var known = Set(tokens + [Array(endOfTextMarker.utf8)])
        for (index, pair) in merges.enumerated() {
            let isKnown = 0..<Int32(tokens.count)
            precondition(
                isKnown.contains(pair.left) && isKnown.contains(pair.right),
                "BPETokenizer: merge \(index) is of \(pair.left) and \(pair.right); expected ids in \(isKnown)"
            )
            let token = tokens[Int(pair.left)] + tokens[Int(pair.right)]
            precondition(known.insert(token).inserted, "BPETokenizer: merge \(index) spells an earlier token")
            tokens.append(token)
        }
        encoder = BytePairEncoder(merges)
        text = Array(tokens.joined())
        var ends: [Int] = []
        for token in tokens { ends.append((ends.last ?? 0) + token.count) }
        self.ends = ends
    }

    /// Learns a vocabulary from a text.
    ///
    /// - Parameter vocabularySize: the number of ids, at least 257; fewer if no pair occurs twice any more.
    /// - Throws: `TokenizerError.vocabularyTooSmall`.
    public static func train(on text: [UInt8], vocabularySize: Int) throws(TokenizerError) -> BPETokenizer {
        var trainer = BytePairTrainer()
        trainer.add(text)
        return try trainer.tokenizer(vocabularySize: vocabularySize)
    }

    /// Throws `TokenizerError.vocabularyTooSmall` unless a vocabulary can have this size.
    package static func checkVocabularySize(_ size: Int) throws(TokenizerError) {
        if size < minimumVocabularySize {
            throw .vocabularyTooSmall(size: size, minimum: minimumVocabularySize)
        }
    }

    public var kind: String { "bpe" }
    public var vocabularySize: Int { merges.count + Self.minimumVocabularySize }
    public var endOfText: Int? { merges.count + 256 }

    public func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        var cache = EncodingCache()
        var ids: [Int32] = []
        var scratch: [Int32] = []
        var start = 0
        while start < bytes.count {
            let end = preTokenizer.end(ofPieceAt: start, in: bytes)
            let piece = bytes.extracting(start..<end)
            start = end
            if piece.count == 1 {
                emit(Int32(piece[0]))
            } else if !cache.forEachID(of: piece, emit) {
                ids.removeAll(keepingCapacity: true)
                encoder.append(piece, to: &ids, scratch: &scratch)
                cache.insert(piece, ids)
                for id in ids { emit(id) }
            }
        }
    }

    public func bytes(of id: Int) -> [UInt8] {
        checkID(id)
        return id < ends.count ? Array(text[(id == 0 ? 0 : ends[id - 1])..<ends[id]]) : []
    }

    public func isSpecial(_ id: Int) -> Bool {
        checkID(id)
        return id == endOfText
    }

    public func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        HuggingFaceTokenizerFiles(
            tokenizerJSON: ByteLevelFormat.tokenizerJSON(of: self),
            tokenizerConfigJSON: tokenizerConfiguration(hasEndOfText: true, contextLength: contextLength))
    }
}

/// The ids of pieces that came before, as words come again and again.
private struct EncodingCache {
    private var pieces = PreTokenTable()
    private var ids: [Int32] = []
    private var ends: [Int] = []

    // Long pieces seldom come again, and the cache of a large text must not grow with it.
    private static let maximumLength = 32
    private static let maximumCount = 1 << 16

    /// Calls `body` with the ids of `piece`; false if they are not known.
    func forEachID(of piece: Span<UInt8>, _ body: (Int32) -> Void) -> Bool {
        guard piece.count <= Self.maximumLength, let number = pieces.number(of: piece) else { return false }
        for index in (number == 0 ? 0 : ends[number - 1])..<ends[number] { body(ids[index]) }
        return true
    }

    /// Keeps the ids of a piece that is not known, if it is worth it.
    mutating func insert(_ piece: Span<UInt8>, _ pieceIDs: [Int32]) {
        guard piece.count <= Self.maximumLength, pieces.count < Self.maximumCount else { return }
        _ = pieces.insert(piece)
        ids += pieceIDs
        ends.append(ids.count)
    }
}
