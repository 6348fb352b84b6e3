import Glibc
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Decoding what was encoded gives back every byte. With `HIBARI_SLOW_TESTS=1` on twelve million bytes.
@Suite struct RoundTripTests {
    private static let byteCount = getenv("HIBARI_SLOW_TESTS") == nil ? 600_000 : 12_000_000

    @Test(arguments: PreTokenizerPattern.allCases) func anyBytesComeBack(pattern: PreTokenizerPattern) throws
    {
        var texts = RandomText(seed: 7)
        let sample = (0..<200).flatMap { _ in texts.next(length: 60) }
        let trained = try BPETokenizer.train(on: sample, vocabularySize: 700)
        var vocabulary = trained.vocabulary
        vocabulary.preTokenization = .pattern(pattern)
        let tokenizer = try BPETokenizer(vocabulary)
        var count = 0
        var trial = 0
        while count < Self.byteCount / PreTokenizerPattern.allCases.count {
            let length = trial % 50 == 0 ? 3000 : 60
            var text = texts.next(length: length)
            if trial % 3 == 0 { text = texts.bytes(length: length) }
            if trial % 3 == 1 { text = texts.mutated(text) }
            trial += 1
            count += text.count
            if tokenizer.decode(try tokenizer.encode(text)) != text {
                Issue.record("\(pattern): \(text) does not come back")
                return
            }
        }
    }

    /// What was cached gives the ids of what was not, also when the cache is full and forgets.
    @Test func theCacheChangesNothing() throws {
        var texts = RandomText(seed: 8)
        var random = RandomStream(seed: 8, purpose: .testing)
        let sample = (0..<200).flatMap { _ in texts.next(length: 60) }
        let tokenizer = try BPETokenizer.train(on: sample, vocabularySize: 700)
        // Words of 1 to 140 bytes, many of them different, each with a space in front.
        var text: [UInt8] = []
        var starts: [Int] = []
        for _ in 0..<60_000 {
            starts.append(text.count)
            text.append(UInt8(ascii: " "))
            let length = random.index(below: 20) == 0 ? random.index(below: 140) : random.index(below: 12)
            for _ in 0...length { text.append(UInt8(ascii: "a") + UInt8(random.index(below: 5))) }
        }
        let ids = try tokenizer.encode(text)
        let ranks = Dictionary(
            uniqueKeysWithValues: tokenizer.merges.enumerated().map { ($0.element, $0.offset) })
        var expected: [Int32] = []
        for (start, end) in zip(starts, starts.dropFirst() + [text.count]) {
            let word = Array(text[start..<end])
            expected += uncached(word, ranks)
        }
        let isSame = ids == expected && tokenizer.decode(ids) == text
        #expect(isSame)
    }

    /// By the definition: the pair of lowest rank, the leftmost first.
    private func uncached(_ word: [UInt8], _ ranks: [TokenPair: Int]) -> [Int32] {
        var ids = word.map { Int32($0) }
        while true {
            let pairs = zip(ids, ids.dropFirst()).map { ranks[TokenPair($0, $1)] ?? Int.max }
            guard let lowest = pairs.min(), lowest < Int.max, let index = pairs.firstIndex(of: lowest) else {
                return ids
            }
            ids.replaceSubrange(index...index + 1, with: [Int32(256 + lowest)])
        }
    }
}
