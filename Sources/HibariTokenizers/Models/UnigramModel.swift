/// The most probable way to put a text together from tokens, each with a log-probability of its own.
///
/// Characters that no token covers count as unknown, with a score of 10 below the lowest. Viterbi's algorithm
/// from the left, where of two equal paths the one found first stays; time in proportion to the text and to
/// the length of the longest token.
/// Source: Kudo 2018, arXiv:1804.10959; `Model::EncodeOptimized` in sentencepiece, unigram_model.cc.
struct UnigramModel: TokenModel {
    struct Options: Sendable {
        /// The token for unknown characters; a run of them is one token.
        var unknown: Int32?
        /// The ids of the byte tokens, by which unknown characters are spelled.
        var byteIDs: [Int32]?
        /// The lowest score, from which that of unknown characters is counted.
        var lowestScore: Double
        /// Whether scores of paths are rounded to float32, as SentencePiece does and the Hugging Face library
        /// does not. Paths of nearly equal scores depend on it.
        var roundsScores: Bool
    }

    private let trie: ByteTrie
    private let scores: [Double]
    private let options: Options
    private let unknownScore: Double

    /// - Parameters:
    ///   - trie: the tokens that text can become, with their ids.
    ///   - scores: by id.
    init(trie: ByteTrie, scores: [Double], options: Options) {
        self.trie = trie
        self.scores = scores
        self.options = options
        let score = options.lowestScore - 10
        unknownScore = options.roundsScores ? Double(Float(score)) : score
    }

    private static let unknownID: Int32 = -1
    /// Source: `kScoreResetThreshold` in SentencePiece 0.2.3.
    private static let largestScore = 100_000.0

    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
        if piece.isEmpty { return }
        var wasUnknown = false
        for token in path(through: piece) {
            if token.id != Self.unknownID {
                ids.append(token.id)
                wasUnknown = false
                continue
            }
            if let byteIDs = options.byteIDs, piece[token.range].allSatisfy({ byteIDs[Int($0)] >= 0 }) {
                for byte in piece[token.range] { ids.append(byteIDs[Int(byte)]) }
            } else if let unknown = options.unknown {
                if !wasUnknown { ids.append(unknown) }
                wasUnknown = true
            } else {
                throw .noToken(character: firstScalar(of: piece[token.range]))
            }
        }
    }

    /// A sum of scores as it is compared with others: paths of the same tokens in another order are a tie.
    private func rounded(_ score: Double) -> Double { options.roundsScores ? Double(Float(score)) : score }

    /// The tokens of the best path, in order.
    private func path(through piece: ArraySlice<UInt8>) -> [(id: Int32, range: Range<Int>)] {
        let (start, count) = (piece.startIndex, piece.count)
        // By the end of a path: its score, and where its last token begins (−1 for no path yet).
        var bestScores = [Double](repeating: 0, count: count + 1)
        var begins = [Int](repeating: -1, count: count + 1)
        var bestIDs = [Int32](repeating: 0, count: count + 1)
        var (position, frontier) = (0, 0)
        while position < count {
            let characterLength = utf8Length(lead: piece[start + position])
            if options.roundsScores, abs(bestScores[position]) > Self.largestScore {
                // Only differences count; far from 0 float32 has no room for them.
                let offset = bestScores[position]
                for end in position...frontier where end == position || begins[end] >= 0 {
                    bestScores[end] = rounded(bestScores[end] - offset)
                }
            }
            let score = bestScores[position]
            var coversCharacter = false
            var node = ByteTrie.root
            var end = position
            while end < count {
                let next = trie.step(node, piece[start + end])
                if next.node < 0 { break }
                node = next.node
                end += 1
                let id = next.value
                if id < 0 { continue }
                frontier = max(frontier, end)
                let candidate = rounded(score + scores[Int(id)])
                if begins[end] < 0 || candidate > bestScores[end] {
                    bestScores[end] = candidate
                    begins[end] = position
                    bestIDs[end] = id
                }
                if end - position == characterLength { coversCharacter = true }
            }
            if !coversCharacter {
                let end = position + characterLength
                frontier = max(frontier, end)
                let candidate = rounded(score + unknownScore)
                if begins[end] < 0 || candidate > bestScores[end] {
                    bestScores[end] = candidate
                    begins[end] = position
                    bestIDs[end] = Self.unknownID
                }
            }
            position += characterLength
        }
        var path: [(id: Int32, range: Range<Int>)] = []
        var end = count
        while end > 0 {
            path.append((bestIDs[end], start + begins[end]..<start + end))
            end = begins[end]
        }
        return path.reversed()
    }
}

/// The first scalar of valid UTF-8 that is not empty.
func firstScalar(of text: ArraySlice<UInt8>) -> Unicode.Scalar {
    var scalars = UTF8Scalars(text)
    return scalars.next().flatMap { Unicode.Scalar($0.value) } ?? "\u{FFFD}"
}
