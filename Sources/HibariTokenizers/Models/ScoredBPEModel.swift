import HeapModule
import HibariSupport

/// Byte-pair encoding by scores: of all neighbors that together are a token those of the highest score merge
/// first, the leftmost of equal ones, until no two neighbors are a token.
///
/// This is the BPE of SentencePiece, of llama.cpp's `llama` vocabularies and of llama2.c. Time n log n.
/// Source: `Model::SampleEncode` in sentencepiece, bpe_model.cc; `llm_tokenizer_spm` in llama.cpp; `encode` in
/// llama2.c, run.c.
struct ScoredBPEModel: TokenModel {
    struct Options: Sendable {
        /// The token for unknown characters; a run of them is one token.
        var unknown: Int32?
        /// The ids of the byte tokens, by which unknown characters are spelled.
        var byteIDs: [Int32]?
        /// Tokens that are cut out of the text before anything else.
        var userDefined: ByteTrie?
        /// Tokens that merges may pass through, but that are taken apart again in the end.
        var unused: Set<Int32> = []
        /// Whether unknown characters become bytes before merging, as in llama2.c, and so take no part in it.
        var spellsUnknownFirst = false
    }

    private let vocabulary: Vocabulary
    /// The tokens that text can become.
    private let isMatched: [Bool]
    private let scores: [Float]
    private let options: Options

    /// - Parameters:
    ///   - isMatched: by id, whether text can become the token.
    ///   - scores: by id; none is NaN.
    init(vocabulary: Vocabulary, isMatched: [Bool], scores: [Float], options: Options) {
        precondition(
            isMatched.count == vocabulary.count && scores.count == vocabulary.count,
            "ScoredBPEModel: \(isMatched.count) flags and \(scores.count) scores for \(vocabulary.count) tokens"
        )
        self.vocabulary = vocabulary
        self.isMatched = isMatched
        self.scores = scores
        self.options = options
    }

    /// Bytes that are no valid UTF-8 are characters of one byte.
    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
        var symbols = symbols(of: piece)
        let parts = merge(&symbols, in: piece)
        var wasUnknown = false
        // Symbols still to be written, the next one last.
        var stack: [Range<Int>] = []
        for symbol in symbols where !symbol.range.isEmpty {
            stack.append(symbol.range)
            while let range = stack.popLast() {
                let id = id(of: piece[range])
                if let id, options.unused.contains(id), let (left, right) = parts[id] {
                    stack.append(right)
                    stack.append(left)
                } else if let id {
                    ids.append(id)
                    wasUnknown = false
                } else {
                    try appendUnknown(piece[range], to: &ids, after: wasUnknown)
                    wasUnknown = true
                }
            }
        }
    }

    private func appendUnknown(
        _ text: ArraySlice<UInt8>, to ids: inout [Int32], after wasUnknown: Bool
    ) throws(TokenizerError) {
        if let byteIDs = options.byteIDs, text.allSatisfy({ byteIDs[Int($0)] >= 0 }) {
            for byte in text { ids.append(byteIDs[Int(byte)]) }
        } else if let unknown = options.unknown {
            if !wasUnknown { ids.append(unknown) }
        } else {
            throw .noToken(character: firstScalar(of: text))
        }
    }

    private func id(of text: ArraySlice<UInt8>) -> Int32? {
        guard let id = vocabulary.id(of: text), isMatched[Int(id)] else { return nil }
        return id
    }

    // MARK: Merging

    private struct Symbol {
        /// Empty once it was merged into the one before it.
        var range: Range<Int>
        var isFrozen: Bool
        var previous: Int
        var next: Int
    }

    /// The characters and user-defined tokens of `piece`.
    private func symbols(of piece: ArraySlice<UInt8>) -> [Symbol] {
        var symbols: [Symbol] = []
        symbols.reserveCapacity(piece.count)
        let bytes = piece.span
        var start = piece.startIndex
        while start < piece.endIndex {
            var length = utf8Scalar(in: bytes, at: start - piece.startIndex)?.length ?? 1
            var isFrozen = false
            if let match = options.userDefined?.longestMatch(in: piece[start...]) {
                (length, isFrozen) = (match.length, true)
            } else if options.spellsUnknownFirst {
                isFrozen = id(of: piece[start..<start + length]) == nil
            }
            symbols.append(
                Symbol(
                    range: start..<start + length, isFrozen: isFrozen, previous: symbols.count - 1,
                    next: symbols.count + 1))
            start += length
        }
        return symbols
    }

    /// Merges `symbols`.
    ///
    /// - Returns: the two parts of every unused token that was met.
    private func merge(
        _ symbols: inout [Symbol], in piece: ArraySlice<UInt8>
    ) -> [Int32: (Range<Int>, Range<Int>)] {
        let count = symbols.count
        var parts: [Int32: (Range<Int>, Range<Int>)] = [:]
        var queue = Heap<Candidate>()
        func enqueue(_ left: Int, _ right: Int) {
            guard left >= 0, right < count, !symbols[left].isFrozen, !symbols[right].isFrozen else { return }
            let (a, b) = (symbols[left].range, symbols[right].range)
            guard let id = id(of: piece[a.lowerBound..<b.upperBound]) else { return }
            let size = b.upperBound - a.lowerBound
            queue.insert(Candidate(score: scores[Int(id)], left: left, right: right, size: size))
            if options.unused.contains(id) { parts[id] = (a, b) }
        }
        for left in symbols.indices { enqueue(left, left + 1) }
        while let candidate = queue.popMax() {
            let (left, right) = (candidate.left, candidate.right)
            let (a, b) = (symbols[left].range, symbols[right].range)
            // Void if either has been merged since.
            guard !a.isEmpty, !b.isEmpty, a.count + b.count == candidate.size else { continue }
            symbols[left].range = a.lowerBound..<b.upperBound
            symbols[right].range = b.upperBound..<b.upperBound
            symbols[left].next = symbols[right].next
            if symbols[left].next < count { symbols[symbols[left].next].previous = left }
            enqueue(symbols[left].previous, left)
            enqueue(left, symbols[left].next)
        }
        return parts
    }
}

/// A pair that may be merged.
private struct Candidate: Comparable {
    var score: Float
    var left: Int
    var right: Int
    /// The bytes of both.
    var size: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
        a.score != b.score ? a.score < b.score : a.left > b.left
    }
}
