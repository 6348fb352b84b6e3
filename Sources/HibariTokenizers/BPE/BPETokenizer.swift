/// Byte-level byte-pair encoding: frequent byte sequences within words have ids of their own. Any byte string
/// is accepted; the few vocabularies that have no id for some control characters leave those out, as the Hugging
/// Face library does.
///
/// A vocabulary trained here has the bytes in order as ids 0–255, then the merges in order, and
/// `<|endoftext|>` last. Those of other programs may number everything otherwise.
public struct BPETokenizer: Tokenizer {
    /// The smallest vocabulary: the bytes and `<|endoftext|>`.
    public static let minimumVocabularySize = 257
    /// The largest: tokens of two mebi ids are as many as the tables of the encoder hold.
    public static let maximumVocabularySize = MergeTable.idLimit

    package let vocabulary: BPEVocabulary
    public let vocabularySize: Int
    public let endOfText: Int?
    private let splitter: any TextSplitter
    private let encoder: BytePairEncoder
    private let neighbors: ByteNeighbors
    /// Whether some bytes have no id.
    private let hasGaps: Bool
    /// Finds added words that are no control tokens, which text always becomes.
    private let addedWords: SpecialTokenFinder
    private let isControl: [Bool]
    /// The bytes of ids that are ordinary tokens or added words.
    private let decoder: TokenDecoder
    private let caches = PieceCachePool()
    private let lazyEncoder = LazyEncoder()

    /// - Parameter vocabulary: checked by the format that made it.
    /// - Throws: `TokenizerError.invalidPattern` if the pattern to cut with is no regular expression,
    ///   `TokenizerError.vocabularyTooLarge`.
    /// - Precondition: no id is that of two special tokens or of a token too.
    package init(_ vocabulary: BPEVocabulary) throws(TokenizerError) {
        guard vocabulary.tokens.count <= MergeTable.idLimit, vocabulary.merges.count <= MergeTable.pairLimit
        else {
            throw .vocabularyTooLarge(tokens: vocabulary.tokens.count, merges: vocabulary.merges.count)
        }
        self.vocabulary = vocabulary
        vocabularySize = vocabulary.count
        splitter = try vocabulary.preTokenization.makeSplitter()
        encoder = BytePairEncoder(byteIDs: vocabulary.byteIDs, merges: vocabulary.merges)
        neighbors = ByteNeighbors(vocabulary.tokens)
        hasGaps = encoder.byteIDs.contains(-1)
        let words = vocabulary.specialTokens.filter { !$0.isControl }
        addedWords = SpecialTokenFinder(words)
        decoder = TokenDecoder(vocabulary.tokens, words: words, count: vocabularySize)
        var isControl = [Bool](repeating: false, count: vocabularySize)
        for token in vocabulary.specialTokens where token.isControl { isControl[token.id] = true }
        self.isControl = isControl
        endOfText =
            vocabulary.endOfText.flatMap { content in
                vocabulary.specialTokens.first { $0.content.utf8.elementsEqual(content.utf8) }?.id
            }
    }

    public var kind: String { "bpe" }

    /// `TextCuts` knows the scanners; a regular expression may look anywhere, and words may hold spaces.
    public var encodesInParts: Bool {
        if case .pattern = vocabulary.preTokenization { addedWords.isEmpty } else { false }
    }

    public var specialTokens: [SpecialToken] { vocabulary.specialTokens.filter(\.isControl) }

    /// The pairs that become tokens, most important first.
    public var merges: [TokenPair] { vocabulary.merges.map { TokenPair($0.left, $0.right) } }

    public func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        if addedWords.isEmpty { return try encodeOrdinary(bytes, emit: emit) }
        try addedWords.split(bytes) { (range) throws(TokenizerError) in
            do throws(TokenizerError) {
                try encodeOrdinary(bytes.extracting(range), emit: emit)
            } catch {
                throw error.movingOffset(by: range.lowerBound)
            }
        } token: {
            emit($0)
        }
    }

    private func encodeOrdinary(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        var cache = caches.take()
        defer { caches.give(cache) }
        let fast = lazyEncoder.encoder(forBytes: bytes.count) {
            BacktrackingEncoder(vocabulary.tokens, merges: vocabulary.merges, encoder: encoder)
        }
        func merge(_ piece: Span<UInt8>, _ ids: inout [Int32]) {
            if let fast { fast.append(piece, to: &ids) } else { encoder.append(piece, to: &ids) }
        }
        func encodeWhole(_ piece: Span<UInt8>, _ ids: inout [Int32]) {
            if vocabulary.keepsWholeTokens, let id = vocabulary.tokens.id(of: piece) { return ids.append(id) }
            merge(piece, &ids)
        }
        try splitter.forEachPiece(in: bytes) { piece in
            if hasGaps, piece.contains(where: { encoder.byteIDs[Int(bytes[$0])] < 0 }) {
                var ids: [Int32] = []
                encoder.append(bytes.extracting(piece), to: &ids)
                for id in ids { emit(id) }
            } else if piece.count == 1 {
                emit(encoder.byteIDs[Int(bytes[piece.lowerBound])])
            } else if piece.count <= PieceCache.longestPiece {
                cache.forEachID(of: piece, in: bytes, isPart: false, emit, encode: encodeWhole)
            } else {
                var start = piece.lowerBound
                while start < piece.upperBound {
                    let part = start..<neighbors.end(ofPartAt: start, of: piece, in: bytes)
                    if part == piece {
                        cache.forEachID(of: piece, in: bytes, isPart: false, emit, encode: encodeWhole)
                    } else {
                        cache.forEachID(of: part, in: bytes, isPart: true, emit, encode: merge)
                    }
                    start = part.upperBound
                }
            }
        }
    }

    public func bytes(of id: Int) -> [UInt8] {
        checkID(id)
        return Array(decoder[id])
    }

    public func appendBytes(of ids: Span<Int32>, to text: inout [UInt8]) { decoder.append(ids, to: &text) }

    public func isSpecial(_ id: Int) -> Bool {
        checkID(id)
        return isControl[id]
    }

    public func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        HuggingFaceTokenizerFiles(
            tokenizerJSON: ByteLevelFormat.tokenizerJSON(of: self),
            tokenizerConfigJSON: tokenizerConfiguration(
                endOfText: vocabulary.endOfText, contextLength: contextLength))
    }

    /// The same tokenizer with one control token more, whose id is the next free one.
    ///
    /// - Throws: `TokenizerError.tokenExists` if a token is spelled so.
    public func adding(specialToken content: String) throws(TokenizerError) -> BPETokenizer {
        let isTaken =
            vocabulary.specialTokens.contains { $0.content.utf8.elementsEqual(content.utf8) }
            // In a file it would be the same word as a token.
            || ByteAlphabet.bytes(of: content).map { vocabulary.tokens.id(of: $0.span) != nil } ?? false
        if content.isEmpty || isTaken { throw .tokenExists(content) }
        var extended = vocabulary
        extended.specialTokens.append(SpecialToken(content, id: vocabularySize))
        return try BPETokenizer(extended)
    }
}

// MARK: Vocabularies trained here

extension BPETokenizer {
    /// The vocabulary of the bytes, of `merges` in order, and of `<|endoftext|>`, which cuts text as GPT-2.
    ///
    /// - Parameter merges: most important first; pair number i is id 256 + i.
    /// - Precondition: each pair is made of bytes and earlier pairs, and no two spell the same bytes; none
    ///   spells `<|endoftext|>`.
    public init(merges: [TokenPair]) { self.init(merges: merges, pattern: .gpt2) }

    /// The same, with any pattern to cut text with.
    ///
    /// - Parameter merges: most important first; pair number i is id 256 + i.
    /// - Precondition: each pair is made of bytes and earlier pairs, and no two spell the same bytes; none
    ///   spells `<|endoftext|>`.
    package init(merges: [TokenPair], pattern: PreTokenizerPattern) {
        var tokens = TokenTable()
        for byte in UInt8.min...UInt8.max { tokens.append([byte].span) }
        var entries: [BytePairMerge] = []
        for (index, pair) in merges.enumerated() {
            let isKnown = 0..<Int32(tokens.count)
            precondition(
                isKnown.contains(pair.left) && isKnown.contains(pair.right),
                "BPETokenizer: merge \(index) is of \(pair.left) and \(pair.right); expected ids in \(isKnown)"
            )
            let token = Array(tokens[Int(pair.left)] + tokens[Int(pair.right)])
            let isNew = !token.elementsEqual(endOfTextMarker.utf8) && tokens.append(token.span)
            precondition(isNew, "BPETokenizer: merge \(index) spells an earlier token")
            entries.append(
                BytePairMerge(
                    left: pair.left, right: pair.right, result: Int32(256 + index), rank: Int32(index)))
        }
        let marker = SpecialToken(endOfTextMarker, id: tokens.count)
        let vocabulary = BPEVocabulary(
            tokens: tokens, merges: entries, specialTokens: [marker], endOfText: endOfTextMarker,
            preTokenization: .pattern(pattern))
        do throws(TokenizerError) {
            try self.init(vocabulary)
        } catch {
            preconditionFailure("BPETokenizer: \(error)")  // A pattern has a scanner.
        }
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
}
