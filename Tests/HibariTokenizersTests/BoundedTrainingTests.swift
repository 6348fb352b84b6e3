import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Training that must not depend on threads, nor take more memory than it may.
@Suite(.serialized) struct BoundedTrainingTests {
    /// Words of random letters, the frequent ones short, with line breaks and a little Japanese.
    private func text(words: Int, seed: UInt64) -> [UInt8] {
        var random = RandomStream(seed: seed, purpose: .testing)
        var text: [UInt8] = []
        for _ in 0..<words {
            let length = 1 + random.index(below: 1 + random.index(below: 9))
            for _ in 0..<length { text.append(97 + UInt8(random.index(below: 6))) }
            switch random.index(below: 12) {
            case 0: text += Array("。\n".utf8)
            case 1: text += Array("雲雀\n".utf8)
            case 2: text += Array(".\n\n".utf8)
            default: text.append(0x20)
            }
        }
        return text
    }

    private func train(
        _ texts: [[UInt8]], limit: Int = 500, _ change: (inout BytePairTrainerOptions) -> Void = { _ in }
    ) -> (merges: [TokenPair], summary: BytePairTrainingSummary) {
        var options = BytePairTrainerOptions()
        change(&options)
        var trainer = BytePairTrainer(options)
        for text in texts { trainer.add(text) }
        let merges = trainer.merges(limit: limit)
        return (merges, trainer.summary)
    }

    /// Also where pieces are dropped, which depends on the order in which they are counted.
    @Test(arguments: [4 << 30, 600_000]) func threadsDoNotShow(memory: Int) {
        let texts = [text(words: 300_000, seed: 1), text(words: 100, seed: 2), text(words: 200_000, seed: 3)]
        let before = ThreadPool.shared.threadCount
        defer { ThreadPool.shared.setThreadCount(before) }
        let results = [1, 2, 3, 7].map { threads in
            ThreadPool.shared.setThreadCount(threads)
            return train(texts) { $0.maximumMemory = memory }
        }
        #expect(results.allSatisfy { $0 == results[0] })
        #expect(results[0].merges.count == 500)
        #expect((results[0].summary.droppedPieces > 0) == (memory < 1 << 20))
    }

    @Test func partsGiveTheMergesOfTheWhole() {
        let whole = text(words: 50_000, seed: 5)
        for pattern in PreTokenizerPattern.allCases {
            let parts = TextCuts.parts(of: whole.span, size: 1000).map { Array(whole[$0]) }
            #expect(parts.count > 50)
            let same = train([whole]) { $0.pattern = pattern } == train(parts) { $0.pattern = pattern }
            #expect(same, "\(pattern)")
        }
    }

    @Test func tokensOfTheTextAreCounted() throws {
        let text = text(words: 5000, seed: 9)
        let (merges, summary) = train([text])
        #expect(summary.byteCount == text.count)
        #expect(try summary.tokenCount == BPETokenizer(merges: merges).encode(text).count)
    }

    @Test func rarePiecesGoFirst() {
        let rare = (0..<20_000).map { "x\($0)y" }.joined(separator: " ")
        let texts = [String(repeating: "the lark ", count: 100), rare, " the lark"].map { Array($0.utf8) }
        let (merges, summary) = train(texts, limit: 1000) { $0.maximumMemory = 200_000 }
        #expect(summary.droppedPieces > 10_000 && summary.droppedBytes > summary.droppedPieces * 4)
        // " the" and " lark" with all their parts.
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        for pair in merges { tokens.append(tokens[Int(pair.left)] + tokens[Int(pair.right)]) }
        #expect(tokens.contains(Array(" the".utf8)) && tokens.contains(Array(" lark".utf8)))
    }

    /// A text without any place to cut is neither one piece nor quadratic.
    @Test func oneCharacterAMillionTimes() {
        for character in ["a", "雲", "\u{3000}"] {
            let text = Array(String(repeating: character, count: 1_000_000).utf8)
            let (merges, summary) = train([text], limit: 20)
            #expect(merges.count >= 10 && summary.droppedPieces == 0)
        }
    }

    @Test func longPiecesAreCutBetweenCharacters() {
        // 5461 characters of three bytes are one byte less than a part.
        let text = Array(String(repeating: "雲", count: 30_000).utf8)
        let merges = train([text], limit: 1000).merges
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        for pair in merges { tokens.append(tokens[Int(pair.left)] + tokens[Int(pair.right)]) }
        let longest = tokens.max { $0.count < $1.count } ?? []
        #expect(longest.count > 300 && String(validating: longest, as: UTF8.self) != nil)
    }
}
