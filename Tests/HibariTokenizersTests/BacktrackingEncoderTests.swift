import HibariSupport
import HibariTokenizers
import Testing

/// Encoding from left to right against merging by rank, which is the definition.
@Suite struct BacktrackingEncoderTests {
    /// Learned on text of few letters, where the same pairs meet in many ways.
    @Test(arguments: 0..<12)
    func agreesOnLearnedVocabularies(seed: Int) throws {
        var random = RandomStream(seed: UInt64(seed), purpose: .testing)
        let letters = 1 + seed % 4
        let text = (0..<4000).map { _ in UInt8(ascii: "a") + UInt8(random.index(below: letters)) }
        let tokenizer = try BPETokenizer.train(on: text, vocabularySize: 257 + 20 * (seed + 1))
        try check(tokenizer.merges.map { ($0.left, $0.right) }, letters: letters, random: &random)
    }

    /// Any pairs in any order: tokens that no text has, tokens more important than their parts.
    @Test(arguments: 0..<40)
    func agreesOnAnyMerges(seed: Int) throws {
        var random = RandomStream(seed: UInt64(1000 + seed), purpose: .testing)
        var spellings = (0...255).map { [UInt8($0)] }
        var pairs: [(Int32, Int32)] = []
        while pairs.count < 25 {
            let candidates = [97, 98, 99] + Array(256..<spellings.count)
            let left = candidates[random.index(below: candidates.count)]
            let right = candidates[random.index(below: candidates.count)]
            let spelling = spellings[left] + spellings[right]
            if spelling.count > 12 || spellings.contains(spelling) { continue }
            spellings.append(spelling)
            pairs.append((Int32(left), Int32(right)))
        }
        try check(pairs, letters: 3, random: &random)
        // The ids stay, the ranks change.
        var order = Array(pairs.indices)
        for index in order.indices.reversed() {
            order.swapAt(index, random.index(below: index + 1))
        }
        try check(pairs, order: order, letters: 3, random: &random)
    }

    private func check(
        _ pairs: [(Int32, Int32)], order: [Int]? = nil, letters: Int, random: inout RandomStream
    ) throws {
        let merges = (order ?? Array(pairs.indices)).enumerated().map { rank, index in
            BytePairMerge(
                left: pairs[index].0, right: pairs[index].1, result: Int32(256 + index), rank: Int32(rank))
        }
        var tokens = TokenTable()
        for byte in UInt8.min...UInt8.max { tokens.append([byte].span) }
        for pair in pairs { tokens.append(Array(tokens[Int(pair.0)] + tokens[Int(pair.1)]).span) }
        let byRank = BytePairEncoder(byteIDs: Array(0...255), merges: merges)
        let fromLeft = BacktrackingEncoder(tokens, merges: merges, encoder: byRank)
        if order == nil { #expect(fromLeft != nil, "the order of training: \(pairs)") }
        guard let fromLeft else { return }
        for _ in 0..<300 {
            let count = 1 + random.index(below: 60)
            let text = (0..<count).map { _ in UInt8(ascii: "a") + UInt8(random.index(below: letters)) }
            var (expected, found): ([Int32], [Int32]) = ([], [])
            byRank.append(text.span, to: &expected)
            fromLeft.append(text.span, to: &found)
            #expect(found == expected, "\(String(decoding: text, as: UTF8.self)), merges \(merges)")
        }
    }
}
