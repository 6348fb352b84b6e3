import Glibc
import HibariSupport
import HibariTokenizers
import Testing

@Suite struct BPETokenizerTests {
    let english = Array(
        "the theme of the other thesis; it's the others' theory, then and there\n\n  the end".utf8)

    /// The example of minbpe and of Wikipedia's article on byte-pair encoding.
    @Test func minbpeExample() throws {
        let text = "aaabdaaabac"
        let tokenizer = try BPETokenizer.train(on: Array(text.utf8), vocabularySize: 260)
        #expect(tokenizer.merges.count == 3)
        #expect(tokenizer.merges.first == TokenPair(97, 97))
        #expect(try tokenizer.encode(text) == [258, 100, 258, 97, 99])
        #expect(tokenizer.bytes(of: 258) == Array("aaab".utf8))
        #expect(tokenizer.decode([258, 100, 259, 258, 97, 99]) == Array(text.utf8))
    }

    @Test func vocabularyIsBytesThenMergesThenTheMarker() throws {
        let tokenizer = try BPETokenizer.train(on: english, vocabularySize: 262)
        #expect(tokenizer.kind == "bpe")
        #expect(tokenizer.vocabularySize == 262)
        #expect(tokenizer.endOfText == 261)
        #expect((0..<256).allSatisfy { tokenizer.bytes(of: $0) == [UInt8($0)] })
        #expect(tokenizer.isSpecial(261) && !tokenizer.isSpecial(260))
        #expect(tokenizer.byteLengths[261] == 0)
        let ids = try tokenizer.encode("<|endoftext|>")
        #expect(!ids.contains(261))
    }

    @Test func trainingStopsWhenNothingOccursTwice() throws {
        let tokenizer = try BPETokenizer.train(on: Array("abab cd".utf8), vocabularySize: 5000)
        #expect(tokenizer.merges == [TokenPair(97, 98)])
        #expect(tokenizer.vocabularySize == 258)
        #expect(try BPETokenizer.train(on: [], vocabularySize: 300).vocabularySize == 257)
        #expect(try BPETokenizer.train(on: english, vocabularySize: 257).merges == [])
    }

    @Test func everyByteStringSurvives() throws {
        var random = RandomStream(seed: 11, purpose: .testing)
        let sample = Array("It's 12 o'clock,  雲雀が空で鳴く。\n\tthe the 🐦🐦 end\u{A0}".utf8)
        let tokenizer = try BPETokenizer.train(on: sample + sample + english, vocabularySize: 330)
        for trial in 0..<3000 {
            var text =
                trial % 3 == 0
                ? (0..<random.index(below: 200)).map { _ in UInt8(random.index(below: 256)) } : sample
            for _ in 0..<random.index(below: 8) where !text.isEmpty {
                text[random.index(below: text.count)] = UInt8(random.index(below: 256))
            }
            if tokenizer.decode(try tokenizer.encode(text)) != text {
                Issue.record("\(text) does not come back")
                return
            }
        }
    }

    /// Pieces of 64 bytes and less and longer ones are encoded in different ways.
    @Test func longAndShortPiecesMergeAlike() throws {
        var random = RandomStream(seed: 5, purpose: .testing)
        func letters(_ count: Int) -> [UInt8] { (0..<count).map { _ in 97 + UInt8(random.index(below: 3)) } }
        let tokenizer = try BPETokenizer.train(on: letters(5000), vocabularySize: 400)
        for trial in 0..<300 {
            let text = letters(1 + trial)
            #expect(try tokenizer.encode(text) == mergedStepByStep(text, tokenizer.merges), "\(text)")
        }
    }

    /// The definition: of all pairs the one of lowest rank, the leftmost first.
    private func mergedStepByStep(_ text: [UInt8], _ merges: [TokenPair]) -> [Int32] {
        var ids = text.map { Int32($0) }
        for (rank, pair) in merges.enumerated() {
            var index = 0
            while index + 1 < ids.count {
                if TokenPair(ids[index], ids[index + 1]) == pair {
                    ids.replaceSubrange(index...index + 1, with: [Int32(256 + rank)])
                }
                index += 1
            }
        }
        return ids
    }

    @Test func aMillionEqualCharactersTakeNoQuadraticTime() throws {
        let text = [UInt8](repeating: UInt8(ascii: "^"), count: 1_000_000)
        let started = monotonicSeconds()
        let tokenizer = try BPETokenizer.train(on: text, vocabularySize: 300)
        let ids = try tokenizer.encode(text)
        // Takes about a third of a second; what is quadratic takes hours.
        #expect(monotonicSeconds() - started < 20)
        #expect(ids.count < 100)
        #expect(tokenizer.decode(ids) == text)
    }

    @Test func textsWithoutRepetitionAreEncodedWithoutMerges() throws {
        let tokenizer = BPETokenizer(merges: [])
        #expect(try tokenizer.encode("the 雲") == Array("the 雲".utf8).map { Int32($0) })
        #expect(try tokenizer.encode("") == [])
    }

    @Test func contradictoryMergesTrap() async {
        await #expect(processExitsWith: .failure) { _ = BPETokenizer(merges: [TokenPair(97, 256)]) }
        await #expect(processExitsWith: .failure) { _ = BPETokenizer(merges: [TokenPair(-1, 97)]) }
        await #expect(processExitsWith: .failure) {
            _ = BPETokenizer(merges: [TokenPair(97, 98), TokenPair(97, 98)])
        }
        await #expect(processExitsWith: .failure) {  // (ab)c and a(bc)
            _ = BPETokenizer(merges: [
                TokenPair(97, 98), TokenPair(98, 99), TokenPair(256, 99), TokenPair(97, 257),
            ])
        }
        await #expect(processExitsWith: .failure) { _ = BPETokenizer(merges: []).bytes(of: 257) }
    }
}
