import HibariSupport

extension UnigramModel {
    /// Reads a model of tokenizer.json.
    ///
    /// - Parameter isSpecial: the ids that text never becomes.
    static func read(
        _ component: Component, isSpecial: (Int) -> Bool
    ) throws(TokenizerError) -> (model: UnigramModel, vocabulary: Vocabulary) {
        try component.expectKeys("unk_id", "vocab", "byte_fallback")
        var (tokens, scores): ([[UInt8]], [Double]) = ([], [])
        for entry in try component.elements("vocab") {
            guard let pair = entry.value.array, pair.count == 2, let token = pair[0].string,
                let score = pair[1].double
            else { throw entry.invalid("is \(describe(entry.value)), not a token and its score") }
            tokens.append(Array(token.utf8))
            scores.append(score)
        }
        let vocabulary = Vocabulary(tokens)
        var unknown: Int32?
        if component.optional("unk_id") != nil {
            guard !tokens.isEmpty else { throw component.member("vocab").invalid("is empty") }
            unknown = Int32(try component.int("unk_id", in: 0...tokens.count - 1))
        }
        let trie = ByteTrie(tokens.indices.filter { !isSpecial($0) }.map { (tokens[$0][...], Int32($0)) })
        let fallsBackToBytes = try component.bool("byte_fallback", missing: false)
        let options = Options(
            unknown: unknown, byteIDs: fallsBackToBytes ? vocabulary.byteIDs : nil,
            lowestScore: scores.min() ?? 0, roundsScores: false)
        return (UnigramModel(trie: trie, scores: scores, options: options), vocabulary)
    }
}
