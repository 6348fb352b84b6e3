import HibariTraining
import Testing

/// Every token counts once, and no window is longer than the context.
@Suite struct PerplexityWindowsTests {
    @Test(arguments: PerplexityWindows.Beginning.allCases)
    func everyTokenOnce(_ beginning: PerplexityWindows.Beginning) throws {
        for (count, context) in [(2, 1), (2, 5), (6, 5), (7, 5), (23, 5), (24, 8), (100, 16)] {
            for stride in Set([1, 2, context / 2, context]) where (1...context).contains(stride) {
                let windows = try PerplexityWindows(
                    tokenCount: count, contextLength: context, stride: stride, beginning: beginning, token: 9)
                var scored: [Int] = []
                for index in 0..<windows.count {
                    let window = windows[index]
                    let tokens = window.range.count + (window.beginning == nil ? 0 : 1)
                    #expect(tokens <= context + 1 && window.scoredCount < tokens)
                    #expect(
                        (window.beginning != nil)
                            == (beginning == .every || beginning == .first && index == 0))
                    scored += window.range.suffix(window.scoredCount)
                }
                let first = beginning == .none ? 1 : 0
                #expect(
                    scored == Array(first..<count), "\(count) tokens, context \(context), stride \(stride)")
                #expect(windows.scoredCount == scored.count)
            }
        }
    }

    @Test func byHand() throws {
        let windows = try PerplexityWindows(tokenCount: 10, contextLength: 4, stride: 2)
        #expect(
            (0..<windows.count).map { windows[$0] } == [
                .init(beginning: nil, range: 0..<5, scoredCount: 4),
                .init(beginning: nil, range: 2..<7, scoredCount: 2),
                .init(beginning: nil, range: 4..<9, scoredCount: 2),
                .init(beginning: nil, range: 6..<10, scoredCount: 1),
            ])
        let begun = try PerplexityWindows(
            tokenCount: 7, contextLength: 4, stride: 3, beginning: .first, token: 8)
        #expect(
            (0..<begun.count).map { begun[$0] } == [
                .init(beginning: 8, range: 0..<4, scoredCount: 4),
                .init(beginning: nil, range: 2..<7, scoredCount: 3),
            ])
        let every = try PerplexityWindows(
            tokenCount: 7, contextLength: 4, stride: 4, beginning: .every, token: 8)
        #expect(
            (0..<every.count).map { every[$0] } == [
                .init(beginning: 8, range: 0..<4, scoredCount: 4),
                .init(beginning: 8, range: 4..<7, scoredCount: 3),
            ])
    }

    @Test func asLlamaCpp() throws {
        let plain = try PerplexityWindows(llamaCppTokenCount: 14, contextLength: 5, beginning: nil)
        #expect(
            (0..<plain.count).map { plain[$0] } == [
                .init(beginning: nil, range: 0..<5, scoredCount: 2),
                .init(beginning: nil, range: 5..<10, scoredCount: 2),
            ])
        // One token more with the beginning, which also replaces the first token of the second window.
        let begun = try PerplexityWindows(llamaCppTokenCount: 11, contextLength: 4, beginning: 7)
        #expect(
            (0..<begun.count).map { begun[$0] } == [
                .init(beginning: 7, range: 0..<3, scoredCount: 1),
                .init(beginning: 7, range: 4..<7, scoredCount: 1),
                .init(beginning: 7, range: 8..<11, scoredCount: 1),
            ])
        #expect(begun.scoredCount == 3)
    }

    @Test func textsThatAreTooShort() {
        #expect(throws: EvaluationError.textTooShort(tokens: 9, contextLength: 5)) {
            try PerplexityWindows(llamaCppTokenCount: 9, contextLength: 5, beginning: nil)
        }
        #expect(throws: Never.self) {
            try PerplexityWindows(llamaCppTokenCount: 9, contextLength: 5, beginning: 0)
        }
        #expect(throws: (any Error).self) {
            try PerplexityWindows(tokenCount: 1, contextLength: 4, stride: 4)
        }
        #expect(throws: Never.self) {
            try PerplexityWindows(tokenCount: 1, contextLength: 4, stride: 4, beginning: .first, token: 0)
        }
    }
}
