/// From merges in a list (GPT-2, Hugging Face) to ranks of tokens (tiktoken) and back.
///
/// Both merge the pair of lowest rank first. They differ in the pairs: a list has the pairs that were found in
/// training, while by ranks every two neighbors merge that together spell a token. If the merges of a list make
/// each token out of its own bytes, the two agree on every text: up to where two neighbors spell a token,
/// nothing was merged across the bounds of its bytes, so it was encoded as it is alone; and on the way to the
/// token the only state of two neighbors is that of its own merge.
extension BPEVocabulary {
    /// The merges as a list in which each has a rank of its own.
    ///
    /// Of the pairs of a token that is made of its own bytes one is left, that of its last merge.
    package var listedMerges: [BytePairMerge] {
        if !isRanked { return merges }
        let encoder = BytePairEncoder(byteIDs: byteIDs, merges: merges)
        var listed: [BytePairMerge] = []
        var start = 0
        while start < merges.count {
            let rank = merges[start].rank
            let end = merges[start...].firstIndex { $0.rank != rank } ?? merges.count
            let pairs = merges[start..<end]
            var ids: [Int32] = []
            let range = tokens.range(of: Int(merges[start].result))
            encoder.append(tokens.bytes.span.extracting(range), to: &ids, below: rank)
            let own = pairs.filter { ids == [$0.left, $0.right] }
            listed += own.isEmpty ? Array(pairs) : own
            start = end
        }
        for index in listed.indices { listed[index].rank = Int32(index) }
        return listed
    }

    /// The first token that tiktoken would not make as these merges do, nil if the ids can be its ranks.
    package var firstTokenWithoutRank: Int? {
        if isRanked || hasAllPairs { return nil }
        for (earlier, later) in zip(merges, merges.dropFirst()) where earlier.result >= later.result {
            return Int(later.result)
        }
        let encoder = BytePairEncoder(byteIDs: byteIDs, merges: merges)
        for id in 0..<tokens.count where !tokens.range(of: id).isEmpty {
            var ids: [Int32] = []
            encoder.append(tokens.bytes.span.extracting(tokens.range(of: id)), to: &ids)
            if ids != [Int32(id)] { return id }
        }
        return nil
    }

    /// Whether the list has all pairs that spell a token, in the order of the tokens, as files have it that
    /// were made of ranks.
    private var hasAllPairs: Bool {
        guard keepsWholeTokens, zip(merges, merges.dropFirst()).allSatisfy({ $0.result <= $1.result }) else {
            return false
        }
        let all = BPEVocabulary(
            ranks: tokens, specialTokens: [], endOfText: nil, preTokenization: preTokenization
        ).merges
        return Set(merges.map { TokenPair($0.left, $0.right) })
            == Set(all.map { TokenPair($0.left, $0.right) })
    }

    /// The ids of the bytes, −1 for those that have none.
    package var byteIDs: [Int32] {
        (UInt8.min...UInt8.max).map { tokens.id(of: [$0].span) ?? -1 }
    }
}
