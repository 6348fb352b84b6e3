import Glibc
import HibariGeneration
import Testing

@Suite struct SamplerTests {
    /// Every stage that shortens the list off, temperature 1.
    private static let plain = SamplerConfiguration(temperature: 1, topK: 0, topP: 1, minP: 0, seed: 5)

    private func sample(
        _ configuration: SamplerConfiguration, _ logits: [Float], history: [Int32] = [], promptCount: Int = 0,
        sampleIndex: Int = 0
    ) throws -> Int32 {
        var sampler = try Sampler(configuration, sampleIndex: sampleIndex)
        return try sampler.sample(logits: logits.span, history: history, promptCount: promptCount)
    }

    /// Σ (observed − expected)² / expected over tokens with a positive probability.
    private func chiSquare(_ counts: [Int], probabilities: [Double]) -> Double {
        let total = Double(counts.reduce(0, +))
        return zip(counts, probabilities).reduce(0) { sum, pair in
            let expected = pair.1 * total
            guard expected > 0 else { return pair.0 == 0 ? sum : .infinity }
            return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
        }
    }

    private func softmax(_ logits: [Float], temperature: Double) -> [Double] {
        let weights = logits.map { exp(Double($0) / temperature) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    // MARK: Distribution

    @Test(arguments: [0.5, 1, 2]) func frequenciesOverPositionsMatchTheSoftmax(temperature: Double) throws {
        let logits: [Float] = [0, 1, -1, 0.5, 2, -.infinity, 1.5, -0.5, 0.25]
        var configuration = Self.plain
        configuration.temperature = temperature
        var sampler = try Sampler(configuration)
        var history: [Int32] = []
        var counts = Array(repeating: 0, count: logits.count)
        for _ in 0..<20_000 {
            let token = try sampler.sample(logits: logits.span, history: history, promptCount: 0)
            counts[Int(token)] += 1
            history.append(token)
        }
        // 99.9 % of χ² with 7 degrees of freedom (8 possible tokens) are below 24.3.
        #expect(chiSquare(counts, probabilities: softmax(logits, temperature: temperature)) < 24.3)
    }

    @Test func frequenciesOverSampleIndicesMatchTheTruncatedSoftmax() throws {
        // Top-k leaves 8, 4, 2, 1; top-p 0.9 of 15 leaves 8, 4, 2; min-p 0.3 leaves 8 and 4: ⅔ and ⅓.
        let logits = [4.0, 1, 8, 0.5, 2].map { Float(log($0)) }
        let configuration = SamplerConfiguration(temperature: 1, topK: 4, topP: 0.9, minP: 0.3, seed: 3)
        var counts = Array(repeating: 0, count: logits.count)
        for index in 0..<20_000 {
            counts[Int(try sample(configuration, logits, sampleIndex: index))] += 1
        }
        // 99.9 % of χ² with 1 degree of freedom are below 10.83.
        #expect(chiSquare(counts, probabilities: [1.0 / 3, 0, 2.0 / 3, 0, 0]) < 10.83)
    }

    @Test func topPIsDecidedBeforeTheTemperature() throws {
        // 0.9, 0.1 at temperature 1: top-p 0.85 keeps one. Had temperature 10 come first, it would keep two.
        let logits = [9.0, 1].map { Float(log($0)) }
        let configuration = SamplerConfiguration(temperature: 10, topK: 0, topP: 0.85, minP: 0, seed: 1)
        for index in 0..<200 {
            #expect(try sample(configuration, logits, sampleIndex: index) == 0)
        }
    }

    // MARK: What a choice depends on

    @Test func earlierCallsDoNotMatter() throws {
        let logits = randomLogits(count: 300, levels: 30, stream: 1)
        let history = (0..<100).map { Int32($0) }
        var sampler = try Sampler(SamplerConfiguration(repeatPenalty: 1.3, seed: 9), sampleIndex: 2)
        let forward = try (0...100).map {
            try sampler.sample(logits: logits.span, history: Array(history.prefix($0)), promptCount: 0)
        }
        let backward = try (0...100).reversed().map {
            try sampler.sample(logits: logits.span, history: Array(history.prefix($0)), promptCount: 0)
        }
        #expect(forward == backward.reversed())
        #expect(Set(forward).count > 5)
    }

    @Test func theCutBetweenPromptAndOutputDoesNotMatterWithoutPenalty() throws {
        let logits = randomLogits(count: 300, levels: 30, stream: 2)
        for index in 0..<20 {
            let configuration = SamplerConfiguration(seed: 4)
            let history: [Int32] = [7, 8, 9]
            let tokens = try (0...3).map {
                try sample(configuration, logits, history: history, promptCount: $0, sampleIndex: index)
            }
            #expect(Set(tokens).count == 1)
        }
    }

    @Test func seedSampleIndexAndPositionEachMatter() throws {
        let logits = Array(repeating: Float(0), count: 1000)
        func tokens(seed: UInt64, index: Int, positions: Range<Int>) throws -> [Int32] {
            var configuration = Self.plain
            configuration.seed = seed
            return try positions.map {
                try sample(configuration, logits, history: Array(repeating: 0, count: $0), sampleIndex: index)
            }
        }
        let reference = try tokens(seed: 1, index: 0, positions: 0..<8)
        #expect(try tokens(seed: 1, index: 0, positions: 0..<8) == reference)
        #expect(try tokens(seed: 2, index: 0, positions: 0..<8) != reference)
        #expect(try tokens(seed: 1 << 40 | 1, index: 0, positions: 0..<8) != reference)
        #expect(try tokens(seed: 1, index: 1, positions: 0..<8) != reference)
        #expect(try tokens(seed: 1, index: 0, positions: 1..<9) != reference)
        #expect(Set(reference).count > 1)
    }

    @Test func aPointerGivesTheSameToken() throws {
        let logits = randomLogits(count: 50, levels: 30, stream: 3)
        var sampler = try Sampler(SamplerConfiguration(seed: 8))
        let fromPointer = try logits.withUnsafeBufferPointer {
            try sampler.sample(logits: $0, history: [1], promptCount: 1)
        }
        #expect(try sampler.sample(logits: logits.span, history: [1], promptCount: 1) == fromPointer)
    }

    // MARK: Greedy and edges

    @Test func greedyTakesTheLargestAndTheLowestIDAmongEquals() throws {
        for configuration in [SamplerConfiguration(isGreedy: true), SamplerConfiguration(temperature: 0)] {
            #expect(try sample(configuration, [1, 4, 2, 4]) == 1)
            #expect(try sample(configuration, [-.infinity, -.infinity, -3]) == 2)
        }
        #expect(
            try sample(SamplerConfiguration(repeatPenalty: 2, isGreedy: true), [1, 4, 3, 2], history: [1])
                == 2)
    }

    @Test func topKOfOneIsGreedyAtAnyTemperature() throws {
        for index in 0..<50 {
            let configuration = SamplerConfiguration(temperature: 100, topK: 1)
            #expect(try sample(configuration, [1, 4, 2, 4], sampleIndex: index) == 1)
        }
    }

    @Test func aKBeyondTheVocabularyIsTheSameAsNone() throws {
        let logits = randomLogits(count: 30, levels: 10, stream: 4)
        for index in 0..<100 {
            let all = try sample(SamplerConfiguration(topK: 0), logits, sampleIndex: index)
            #expect(try sample(SamplerConfiguration(topK: 31), logits, sampleIndex: index) == all)
        }
    }

    @Test func theOnlyPossibleTokenIsTaken() throws {
        let logits: [Float] = [-.infinity, -.infinity, -1e30, -.infinity]
        for configuration in [SamplerConfiguration(), Self.plain, SamplerConfiguration(isGreedy: true)] {
            for index in 0..<20 {
                #expect(try sample(configuration, logits, sampleIndex: index) == 2)
            }
        }
    }

    @Test func theErrorNamesTokenAndPosition() throws {
        for configuration in [SamplerConfiguration(), SamplerConfiguration(isGreedy: true)] {
            #expect {
                try sample(configuration, [0, 1, .nan], history: [0, 0], promptCount: 1)
            } throws: {
                "\($0)".hasPrefix("the model gave nan as the logit of token 2 at position 2;")
            }
        }
    }
}
