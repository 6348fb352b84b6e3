import Glibc
import HibariData
import HibariModels
import HibariNN
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import HibariTraining
import Testing

/// Batches, shared contexts and passages give what one sequence at a time gives.
@Suite struct SequenceScoreTests {
    private let scored: ScoringModel
    private var model: any LanguageModel { scored.model }

    init() throws {
        let model = try DecoderConfiguration(
            family: .qwen3, vocabularySize: 257, contextLength: 24, layerCount: 2, hiddenSize: 16,
            headCount: 2
        ).makeModel(ParameterScope(.initialize(seed: 1)))
        // New weights are small, and all tokens nearly equally likely.
        for parameter in model.parameters where parameter.shape.rank == 2 {
            let values = parameter.value.output(Float.self)
            for index in 0..<parameter.shape.count { values[index] *= 8 }
        }
        scored = ScoringModel(
            model: model, tokenizer: ByteTokenizer(), beginningToken: 256, addsBeginning: false)
    }

    /// −ln p of each token after the first, by hand.
    private func losses(_ tokens: [Int32]) -> [Double] {
        let inputs = tokens.count - 1
        let logits = model.logits(Tensor(Array(tokens.dropLast()), shape: [1, inputs]))
            .array(of: Float.self).map(Double.init)
        return (0..<inputs).map { row in
            let scores = logits[row * 257..<(row + 1) * 257]
            return log(scores.reduce(0) { $0 + exp($1) }) - scores[row * 257 + Int(tokens[row + 1])]
        }
    }

    private func tokens(_ count: Int, _ seed: Int) -> [Int32] {
        (0..<count).map { Int32(($0 * $0 + seed * 31 + $0) % 250) }
    }

    @Test(arguments: [1, 30, 4096]) func batchesOfUnequalLength(_ tokensPerBatch: Int) {
        let lengths = [(5, 2), (25, 24), (2, 1), (12, 3), (12, 11), (25, 1)]
        let sequences = lengths.enumerated().map { index, length in
            ScoredSequence(tokens: tokens(length.0, index), scoredCount: length.1)
        }
        var done: [Int] = []
        let scores = model.scores(sequences, tokensPerBatch: tokensPerBatch) { done.append($0) }
        #expect(done.last == 6)
        for (score, sequence) in zip(scores, sequences) {
            let expected = losses(sequence.tokens).suffix(sequence.scoredCount)
            #expect(score.losses.count == expected.count && score.isGreedy == nil)
            for (loss, wanted) in zip(score.losses, expected) { #expect(abs(Double(loss) - wanted) < 1e-4) }
            #expect(abs(score.logLikelihood + expected.reduce(0, +)) < 1e-3)
        }
    }

    @Test func greedyTokens() {
        var text: [Int32] = [7, 3]
        for _ in 0..<4 {
            let logits = model.logits(Tensor(text, shape: [1, text.count])).array(of: Float.self).suffix(257)
            let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
            text.append(Int32(best - logits.startIndex))
        }
        var other = text
        other[4] = (other[4] + 1) % 250
        let scores = model.scores(
            [
                ScoredSequence(tokens: text, scoredCount: 4), ScoredSequence(tokens: other, scoredCount: 4),
                // What stands before the scored tokens does not matter.
                ScoredSequence(tokens: text, scoredCount: 1), ScoredSequence(tokens: other, scoredCount: 2),
            ], findsGreedy: true)
        #expect(scores[0].isGreedy == true && scores[1].isGreedy == false)
        #expect(scores[2].isGreedy == true && scores[3].isGreedy == false)
    }

    @Test func continuationsOfOneContext() {
        let context = tokens(9, 1)
        let continuations = [tokens(1, 2), tokens(8, 3), tokens(3, 4), tokens(8, 3)]
        let cache = model.makeCache(capacity: 16)
        // What an earlier context left in the cache is lost.
        _ = model.losses(of: [tokens(6, 9)], after: tokens(11, 8), cache: cache)
        let found = model.losses(of: continuations, after: context, cache: cache)
        for (losses, tokens) in zip(found, continuations) {
            let expected = self.losses(context + tokens).suffix(tokens.count)
            #expect(losses.count == expected.count)
            for (loss, wanted) in zip(losses, expected) { #expect(abs(Double(loss) - wanted) < 1e-4) }
        }
    }

    @Test func jointTokens() throws {
        func pair(_ context: String, _ continuation: String, addsBeginning: Bool = false) throws -> [[Int32]]
        {
            let pair = try scored.encodePair(
                context: context, continuation: continuation, addsBeginning: addsBeginning)
            return [pair.context, pair.continuation]
        }
        #expect(try pair("ab", "c") == [[97, 98], [99]])
        // The spaces at the end go with the continuation, also those of Unicode.
        #expect(try pair("ab \n", "c") == [[97, 98], [32, 10, 99]])
        #expect(try pair("a\u{3000}", "c") == [[97], [0xE3, 0x80, 0x80, 99]])
        #expect(try pair("", "c") == [[256], [99]])
        #expect(try pair("  ", "c") == [[256], [32, 32, 99]])
        #expect(try pair("ab", "c", addsBeginning: true) == [[256, 97, 98], [99]])
        let bare = ScoringModel(
            model: model, tokenizer: scored.tokenizer, beginningToken: nil, addsBeginning: false)
        // The token that ends a document stands for an empty context.
        #expect(try bare.encodePair(context: "", continuation: "c").context == [256])
        #expect(throws: EvaluationError.noBeginning(isAsked: true)) {
            try bare.encodePair(context: "a", continuation: "c", addsBeginning: true)
        }
    }

    @Test func passages() throws {
        let directory = TemporaryDirectory()
        let text = Array("The lark sings over the field, and over the field the lark sings.".utf8)
        let paths = [try directory.write("a.txt", text), try directory.write("b.txt", "Short.")]
        let documents = try CorpusReader(paths: paths).documents()
        let scores = try scored.scorePassages(documents, passageBytes: 20, context: 24, stride: 12)
        // 65 bytes are three passages of 20 and the rest, all bytes are scored after the beginning token.
        #expect(scores.map(\.bytes) == [22, 22, 21, 6] && scores.map(\.tokens) == [22, 22, 21, 6])
        let short = losses([256] + documents[1].bytes.map(Int32.init)).reduce(0, +)
        #expect(abs(scores[3].nats - short) < 1e-3)
        let windows = try PerplexityWindows(
            tokenCount: text.count, contextLength: 24, stride: 12, beginning: .first, token: 256)
        let whole = Perplexity(model, windows, token: { Int32(text[$0]) }, bytes: { $0.count })
        #expect(abs(scores[..<3].reduce(0) { $0 + $1.nats } - whole.loss.sum) < 1e-3)
        let units = scores.paired(with: scores)
        #expect(
            units.count == 4 && units[3].first.weight == 6 && abs(units[3].first.sum - short / log(2)) < 1e-3)
    }
}
