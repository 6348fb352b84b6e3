import HibariSupport
import HibariTokenizers
import Testing

@Suite struct BytePairTrainerTests {
    /// A text of few different letters, with runs and repetitions.
    private func text(_ count: Int, letters: Int, _ random: inout RandomStream) -> [UInt8] {
        (0..<count).map { _ in random.index(below: 6) == 0 ? 0x20 : 97 + UInt8(random.index(below: letters)) }
    }

    private func merges(
        _ texts: [[UInt8]], limit: Int, _ change: (inout BytePairTrainerOptions) -> Void = { _ in }
    ) -> [TokenPair] {
        var options = BytePairTrainerOptions()
        change(&options)
        var trainer = BytePairTrainer(options)
        for text in texts { trainer.add(text) }
        return trainer.merges(limit: limit)
    }

    @Test func mergesAreThoseOfCountingAnewEachTime() {
        var random = RandomStream(seed: 3, purpose: .testing)
        for letters in 1...4 {
            for trial in 0..<60 {
                let text = text(20 + trial * 10, letters: letters, &random)
                for ties in PairTieBreak.allCases {
                    let expected = mergesByRecounting(text, limit: 60, ties)
                    #expect(
                        merges([text], limit: 60) { $0.ties = ties } == expected,
                        "\(ties): \(String(decoding: text, as: UTF8.self))")
                }
            }
        }
    }

    /// The definition: count all pairs, merge the most frequent, count again.
    private func mergesByRecounting(_ text: [UInt8], limit: Int, _ ties: PairTieBreak) -> [TokenPair] {
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
            func isLess(_ a: TokenPair, _ b: TokenPair) -> Bool {
                if ties == .lowestIDs { return a > b }
                let (left, other) = (tokens[Int(a.left)], tokens[Int(b.left)])
                return left != other
                    ? left.lexicographicallyPrecedes(other)
                    : tokens[Int(a.right)].lexicographicallyPrecedes(tokens[Int(b.right)])
            }
            let top = candidates.values.max()
            guard let best = candidates.filter({ $0.value == top }).keys.max(by: isLess) else { break }
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

    /// Hashes are seeded anew in each process; they may not show.
    @Test func orderOfTextsDoesNotCount() {
        var random = RandomStream(seed: 8, purpose: .testing)
        let texts = (0..<50).map { _ in text(200, letters: 10, &random) + [0x0A] }
        #expect(merges(texts, limit: 300) == merges(texts.reversed(), limit: 300))
    }

    @Test func equallyFrequentPairsAreTakenInOrder() {
        // " ba" and " zy" occur once less than "ba" and "zy" only where they begin the text.
        let text = Array("zy zy ba ba".utf8)
        #expect(
            merges([text], limit: 9) == [TokenPair(0x20, 98), TokenPair(122, 121), TokenPair(256, 97)])
        #expect(
            merges([text], limit: 9) { $0.ties = .greatestBytes } == [
                TokenPair(122, 121), TokenPair(98, 97), TokenPair(0x20, 257),
            ])
    }

    @Test func minimumFrequencyCounts() {
        let text = Array("ab,ab,ab,cd,cd".utf8)
        #expect(merges([text], limit: 9) { $0.minimumFrequency = 3 } == [TokenPair(97, 98)])
        #expect(merges([text], limit: 9).count == 2)
        #expect(merges([text], limit: 1).count == 1)
    }

    @Test func tokensAreNoLongerThanAsked() {
        let text = Array("abcdefgh abcdefgh abcdefgh".utf8)
        for limit in 1...9 {
            var lengths = [Int](repeating: 1, count: 256)
            for pair in merges([text], limit: 100, { $0.maximumTokenBytes = limit }) {
                lengths.append(lengths[Int(pair.left)] + lengths[Int(pair.right)])
            }
            #expect(lengths.max() ?? 0 <= limit && (limit > 5 || lengths.max() == limit))
        }
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

    @Test func progressIsToldToTheEnd() {
        var (done, limits) = ([Int](), Set<Int>())
        var random = RandomStream(seed: 2, purpose: .testing)
        var trainer = BytePairTrainer()
        trainer.add(text(5000, letters: 26, &random))
        #expect(trainer.summary.byteCount == 5000)
        let merges = trainer.merges(limit: 200) { progress in
            if case .merging(let count, let limit) = progress {
                done.append(count)
                limits.insert(limit)
            }
        }
        #expect(merges.count == 200 && done == [64, 128, 192] && limits == [200])
    }
}
