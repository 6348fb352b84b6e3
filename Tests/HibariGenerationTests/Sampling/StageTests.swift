import Glibc
import HibariGeneration
import Testing

@Suite struct StageTests {
    // MARK: Candidates

    @Test func loadRefusesWhatIsNotALogit() throws {
        #expect {
            try Candidates([0, .nan, 1])
        } throws: {
            guard case SamplingError.invalidLogit(1, let value, 0)? = $0 as? SamplingError else {
                return false
            }
            return value.isNaN
        }
        #expect(throws: SamplingError.invalidLogit(token: 2, value: .infinity, position: 0)) {
            try Candidates([0, 1, .infinity])
        }
        #expect(throws: SamplingError.noCandidate(position: 0)) { try Candidates([-.infinity, -.infinity]) }
        #expect(throws: SamplingError.noCandidate(position: 0)) { try Candidates([]) }
    }

    @Test func bestHasTheLowestIDOfTheLargest() throws {
        #expect(try Candidates([1, 3, 2, 3]).best.id == 1)
        #expect(try Candidates([-.infinity, -.infinity, -5]).best.id == 2)
    }

    @Test func softmaxByHand() throws {
        var candidates = try Candidates(weights: [1, 2, 5])
        candidates.softmax()
        for (item, expected) in zip(candidates.items, [0.125, 0.25, 0.625]) {
            #expect(abs(item.probability - expected) < 1e-7)
        }
        var shifted = try Candidates([1e38, 1e38, -.infinity])
        shifted.softmax()
        #expect(shifted.items.map(\.probability) == [0.5, 0.5, 0])
    }

    // MARK: Repetition penalty

    @Test func penaltyDividesPositiveAndMultipliesOtherLogitsOnce() throws {
        var penalty = RepetitionPenalty(penalty: 2, lastN: 64, scope: .output)
        for _ in 0..<2 {  // the second time on reused buffers
            var candidates = try Candidates([4, -4, 0, 6, -.infinity])
            try penalty.apply(to: &candidates, history: [0, 1, 0, 4, 2, 0], promptCount: 0)
            #expect(candidates.logits == [2, -8, 0, 6, -.infinity])
        }
    }

    @Test func penaltyLooksAtTheWindowAndScopeOnly() throws {
        let history: [Int32] = [0, 1, 2, 3]
        func logits(lastN: Int, scope: PenaltyScope, promptCount: Int) throws -> [Double] {
            var penalty = RepetitionPenalty(penalty: 2, lastN: lastN, scope: scope)
            var candidates = try Candidates([8, 8, 8, 8])
            try penalty.apply(to: &candidates, history: history, promptCount: promptCount)
            return candidates.logits
        }
        #expect(try logits(lastN: 64, scope: .output, promptCount: 2) == [8, 8, 4, 4])
        #expect(try logits(lastN: 1, scope: .output, promptCount: 2) == [8, 8, 8, 4])
        #expect(try logits(lastN: 64, scope: .all, promptCount: 2) == [4, 4, 4, 4])
        #expect(try logits(lastN: 3, scope: .all, promptCount: 2) == [8, 4, 4, 4])
        #expect(try logits(lastN: 64, scope: .output, promptCount: 4) == [8, 8, 8, 8])
        #expect(try logits(lastN: 0, scope: .all, promptCount: 0) == [8, 8, 8, 8])
        #expect(try logits(lastN: .max, scope: .all, promptCount: 0) == [4, 4, 4, 4])
    }

    @Test(arguments: [-1, 2]) func penaltyRefusesForeignTokens(token: Int32) throws {
        var penalty = RepetitionPenalty(penalty: 2, lastN: 64, scope: .output)
        var candidates = try Candidates([8, 8])
        #expect(throws: SamplingError.tokenOutsideVocabulary(token: token, vocabularySize: 2)) {
            try penalty.apply(to: &candidates, history: [0, token], promptCount: 0)
        }
        #expect(candidates.logits == [8, 8])
    }

    // MARK: Top-k, top-p, min-p, temperature

    @Test func topKByHand() throws {
        func ids(_ logits: [Float], k: Int) throws -> [Int32] {
            var candidates = try Candidates(logits)
            TopK(k).apply(to: &candidates)
            return candidates.ids
        }
        #expect(try ids([1, 5, 3, 4], k: 2) == [1, 3])
        #expect(try ids([2, 7, 2, 7, 2], k: 3) == [1, 3, 0])
        #expect(try ids([1, 1, 1, 1], k: 1) == [0])
        #expect(try ids([1, 5, 3], k: 0) == [0, 1, 2])
        #expect(try ids([1, 5, 3], k: 3) == [0, 1, 2])
        #expect(try ids([1, 5, 3], k: .max) == [0, 1, 2])
    }

    @Test func topPByHand() throws {
        func ids(_ weights: [Double], p: Double, k: Int = 0) throws -> [Int32] {
            var candidates = try Candidates(weights: weights)
            TopK(k).apply(to: &candidates)
            TopP(p).apply(to: &candidates)
            return candidates.ids
        }
        // Probabilities 0.1, 0.4, 0.2, 0.3.
        let weights = [1.0, 4, 2, 3]
        #expect(try ids(weights, p: 0.39) == [1])
        #expect(try ids(weights, p: 0.41) == [1, 3])
        #expect(try ids(weights, p: 0.69) == [1, 3])
        #expect(try ids(weights, p: 0.71) == [1, 3, 2])
        #expect(try ids(weights, p: 0.91) == [1, 3, 2, 0])
        #expect(try ids(weights, p: 0) == [1])
        #expect(try ids(weights, p: 1) == [0, 1, 2, 3])
        // Among the best three the probabilities are 4/9, 3/9, 2/9.
        #expect(try ids(weights, p: 0.43, k: 3) == [1])
        #expect(try ids(weights, p: 0.75, k: 3) == [1, 3])
        #expect(try ids(weights, p: 0.79, k: 3) == [1, 3, 2])
        // ¼ each: the sum ½ is reached exactly by two, the lower ids.
        #expect(try ids([1, 1, 1, 1], p: 0.5) == [0, 1])
        #expect(try ids([0, 0, 3, 0], p: 0.999) == [2])
    }

    @Test func minPByHand() throws {
        func ids(_ weights: [Double], p: Double, k: Int = 0) throws -> [Int32] {
            var candidates = try Candidates(weights: weights)
            TopK(k).apply(to: &candidates)
            MinP(p).apply(to: &candidates)
            return candidates.ids
        }
        let weights = [1.0, 40, 2, 3, 40]
        #expect(try ids(weights, p: 0) == [0, 1, 2, 3, 4])
        #expect(try ids(weights, p: 0.024) == [0, 1, 2, 3, 4])
        #expect(try ids(weights, p: 0.049) == [1, 2, 3, 4])
        #expect(try ids(weights, p: 0.051) == [1, 3, 4])
        #expect(try ids(weights, p: 0.051, k: 4) == [1, 4, 3])
        #expect(try ids(weights, p: 1) == [1, 4])
        #expect(try ids([0, 0, 3, 0], p: 1e-300) == [2])
    }

    @Test func temperatureByHand() throws {
        var candidates = try Candidates([1, 3, 2, -.infinity])
        Temperature(0.5).apply(to: &candidates)
        #expect(candidates.logits == [-4, 0, -2, -.infinity])
        var tiny = try Candidates([1, 3, 3])
        Temperature(.leastNonzeroMagnitude).apply(to: &tiny)
        tiny.softmax()
        #expect(tiny.items.map(\.probability) == [0, 0.5, 0.5])
    }

    @Test func drawByHand() throws {
        // Cumulative: ¼, ¼, ½, 1. A token of probability 0 has no interval.
        var candidates = try Candidates(weights: [1, 0, 1, 2])
        let expected: [(Double, Int32)] = [
            (0, 0), (0.249, 0), (0.251, 2), (0.499, 2), (0.501, 3), (1 - 0x1p-53, 3),
        ]
        for (uniform, id) in expected {
            #expect(candidates.draw(uniform: uniform) == id)
        }
        var ends = try Candidates([-.infinity, 0, -.infinity])
        #expect(ends.draw(uniform: 0) == 1)
        #expect(ends.draw(uniform: 1 - 0x1p-53) == 1)
    }

    // MARK: Against a sort of the whole list

    @Test(arguments: [1, 2, 3, 7, 8, 33, 1000])
    func keepBestIsAPrefixOfTheFullSort(count: Int) throws {
        for levels in [1, 3, 1_000_000] {
            let logits = randomLogits(count: count, levels: levels, stream: UInt64(count))
            let sorted = try Candidates(logits).ids.sorted {
                (-logits[Int($0)], $0) < (-logits[Int($1)], $1)
            }
            for k in Set([1, 2, count / 2, count / 2 + 1, count - 1, count]) where (1...count).contains(k) {
                var remaining = k
                var candidates = try Candidates(logits)
                candidates.keepBest { _ in
                    remaining -= 1
                    return remaining == 0
                }
                #expect(candidates.ids == Array(sorted.prefix(k)))
                #expect(candidates.isSorted)
            }
        }
    }

    @Test func topPIsTheShortestPrefixThatReachesTheSum() throws {
        for stream in 0..<50 as Range<UInt64> {
            let logits = randomLogits(count: 40, levels: 20, stream: stream)
            let p = Double(stream) / 50
            var sorted = try Candidates(logits)
            sorted.keepBest { _ in false }
            sorted.softmax()
            var candidates = try Candidates(logits)
            TopP(p).apply(to: &candidates)
            let sums = sorted.items.indices.map { end in
                sorted.items[...end].reduce(0) { $0 + $1.probability }
            }
            let expected = try #require(sums.firstIndex { $0 >= p }) + 1
            #expect(candidates.ids == Array(sorted.ids.prefix(expected)))
        }
    }
}
