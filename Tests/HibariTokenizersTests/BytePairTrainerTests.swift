import HibariSupport
import HibariTokenizers
import Testing

@Suite struct BytePairTrainerTests {
    /// A text of few different letters, with runs and repetitions.
    private func text(_ count: Int, letters: Int, _ random: inout RandomStream) -> [UInt8] {
        (0..<count).map { _ in random.index(below: 6) == 0 ? 0x20 : 97 + UInt8(random.index(below: letters)) }
    }

    @Test func mergesAreThoseOfCountingAnewEachTime() throws {
        var random = RandomStream(seed: 3, purpose: .testing)
        for letters in 1...4 {
            for trial in 0..<60 {
                let text = text(20 + trial * 10, letters: letters, &random)
                var trainer = BytePairTrainer()
                try trainer.add(text.span)
                let expected = mergesByRecounting(text, limit: 60)
                #expect(trainer.merges(limit: 60) == expected, "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }

    /// The definition: count all pairs, merge the most frequent, count again.
    private func mergesByRecounting(_ text: [UInt8], limit: Int) -> [TokenPair] {
        var pieces: [[Int32]] = []
        var start = 0
        while start < text.count {
            let end = GPT2PreTokenizer().end(ofPieceAt: start, in: text.span)
            pieces.append(text[start..<end].map { Int32($0) })
            start = end
        }
        var tokens = (UInt8.min...UInt8.max).map { [$0] }
        var merges: [TokenPair] = []
        var passedOver: Set<TokenPair> = []
        while merges.count < limit {
            var counts: [TokenPair: Int] = [:]
            for piece in pieces {
                for (left, right) in zip(piece, piece.dropFirst()) {
                    counts[TokenPair(left, right), default: 0] += 1
                }
            }
            let candidates = counts.filter { $0.value >= 2 && !passedOver.contains($0.key) }
            guard let best = candidates.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
                break
            }
            let token = tokens[Int(best.left)] + tokens[Int(best.right)]
            if tokens.contains(token) {
                passedOver.insert(best)
                continue
            }
            let id = Int32(tokens.count)
            for number in pieces.indices {
                var index = 0
                while index + 1 < pieces[number].count {
                    if TokenPair(pieces[number][index], pieces[number][index + 1]) == best {
                        pieces[number].replaceSubrange(index...index + 1, with: [id])
                    }
                    index += 1
                }
            }
            tokens.append(token)
            merges.append(best)
        }
        return merges
    }

    /// Dictionaries are seeded anew in each process and of each size; neither may show.
    @Test func orderOfTextsDoesNotCount() throws {
        var random = RandomStream(seed: 8, purpose: .testing)
        let texts = (0..<50).map { _ in text(200, letters: 10, &random) + [0x0A] }
        var (forward, backward) = (BytePairTrainer(), BytePairTrainer())
        for text in texts { try forward.add(text.span) }
        for text in texts.reversed() { try backward.add(text.span) }
        #expect(forward.merges(limit: 300) == backward.merges(limit: 300))
        #expect(forward.merges(limit: 300) == forward.merges(limit: 300))
    }

    @Test func equallyFrequentPairsAreTakenInOrder() throws {
        var trainer = BytePairTrainer()
        try trainer.add(Array("zy zy ba ba".utf8).span)
        // " ba" and " zy" occur once less than "ba" and "zy" only where they begin the text.
        #expect(
            trainer.merges(limit: 9) == [
                TokenPair(0x20, 98), TokenPair(122, 121), TokenPair(256, 97),
            ])
    }

    @Test func minimumFrequencyCounts() throws {
        var trainer = BytePairTrainer()
        try trainer.add(Array("ab,ab,ab,cd,cd".utf8).span)
        #expect(trainer.merges(limit: 9, minimumFrequency: 3) == [TokenPair(97, 98)])
        #expect(trainer.merges(limit: 9).count == 2)
        #expect(trainer.merges(limit: 1).count == 1)
    }

    @Test func tooSmallVocabularyIsAnErrorOfUsage() {
        let error = #expect(throws: TokenizerError.self) {
            try BPETokenizer.train(on: [0x61], vocabularySize: 256)
        }
        #expect(error == .vocabularyTooSmall(size: 256, minimum: 257))
        #expect(error?.exitStatus == .usage)
        #expect(error?.description.contains("257") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func tooMuchTextIsAnError() {
        var trainer = BytePairTrainer(maximumBytes: 20)
        #expect(throws: TokenizerError.trainingTextTooLarge(limit: 20)) {
            try trainer.add(Array("same same same same same same".utf8).span)
            try trainer.add(Array("but others differ".utf8).span)
        }
    }
}
