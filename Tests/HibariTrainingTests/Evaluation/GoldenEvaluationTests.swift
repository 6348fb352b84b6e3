import Glibc
import HibariSupport
import HibariTraining
import Testing

/// The numbers of lm-evaluation-harness, of the recipe of transformers and of llama-perplexity, with logits of transformers
/// in float64.
@Suite struct GoldenEvaluationTests {
    private let fixture: EvaluationFixture

    init() throws { fixture = try EvaluationFixture() }

    @Test func theTokenizerIsTheSame() throws {
        #expect(fixture.tokens.count == fixture.golden["tokens"]?.int)
    }

    @Test func stridedPerplexity() throws {
        let rows = fixture.rows("strided")
        #expect(rows.count == 5)
        for row in rows {
            let (context, stride) = (row["context"]?.int ?? 0, row["stride"]?.int ?? 0)
            let result = fixture.perplexity(
                try PerplexityWindows(
                    tokenCount: fixture.tokens.count, contextLength: context, stride: stride))
            check(result, row)
            // All bytes but those of the first token.
            let bytes = try readFile(EvaluationFixture.path("text.txt")).count
            #expect(
                result.byteCount == bytes - fixture.scored.tokenizer.bytes(of: Int(fixture.tokens[0])).count)
            let bits = result.loss.sum / log(2) / Double(result.byteCount)
            #expect(abs((result.bitsPerByte ?? 0) - bits) < 1e-12)
        }
    }

    @Test func stridedPerplexityAfterABeginningToken() throws {
        let rows = fixture.rows("strided_after_bos")
        #expect(rows.count == 2)
        for row in rows {
            let result = fixture.perplexity(
                try PerplexityWindows(
                    tokenCount: fixture.tokens.count, contextLength: row["context"]?.int ?? 0,
                    stride: row["stride"]?.int ?? 0, beginning: .first, token: fixture.scored.beginningToken))
            check(result, row)
        }
    }

    @Test func perplexityAsLlamaCppCounts() throws {
        let rows = fixture.rows("llama_cpp")
        #expect(rows.count == 4)
        for row in rows {
            let hasBeginning = row["bos"]?.bool == true
            let result = fixture.perplexity(
                try PerplexityWindows(
                    llamaCppTokenCount: fixture.tokens.count, contextLength: row["context"]?.int ?? 0,
                    beginning: hasBeginning ? fixture.scored.beginningToken : nil))
            check(result, row)
        }
    }

    private func check(_ result: Perplexity, _ row: JSONValue) {
        #expect(result.loss.count == row["count"]?.int, "\(row.text())")
        #expect(abs(result.loss.mean - (row["loss"]?.double ?? .nan)) < 1e-5, "\(row.text())")
        #expect(
            abs((result.loss.standardError ?? 0) - (row["error"]?.double ?? .nan)) < 1e-5, "\(row.text())")
    }

    /// 40 questions: empty contexts, spaces at the end, Japanese, and some longer than the model's context.
    @Test func multipleChoice() throws {
        let file = try ChoiceFile(path: EvaluationFixture.path("questions.jsonl"))
        let scores = try fixture.scored.score(file)
        let rows = fixture.rows("questions", "rows")
        #expect(scores.count == 40 && rows.count == 40)
        for (index, (score, row)) in zip(scores, rows).enumerated() {
            #expect(score.endings.map(\.tokenCount) == row["tokens"]?.ints, "question \(index)")
            let expected = row["log_likelihoods"]?.doubles ?? []
            #expect(score.endings.count == expected.count)
            for (ending, wanted) in zip(score.endings, expected) {
                #expect(abs(ending.logLikelihood - wanted) < 1e-3, "question \(index)")
            }
            for metric in ChoiceMetric.allCases {
                let wanted = row["predictions"]?[metric.rawValue]?.int
                #expect(score.prediction(by: metric) == wanted, "question \(index), \(metric.rawValue)")
            }
        }
        for metric in ChoiceMetric.allCases {
            let wanted = fixture.golden["questions"]?["accuracies"]?[metric.rawValue]?.doubles ?? []
            let accuracy = scores.accuracy(by: metric)
            #expect(wanted.count == 2 && abs(accuracy.mean - wanted[0]) < 1e-12)
            #expect(abs((accuracy.standardError ?? 0) - wanted[1]) < 1e-12)
        }
    }

    @Test func lastWords() throws {
        let file = try ClozeFile(path: EvaluationFixture.path("passages.txt"))
        let result = try fixture.scored.score(file)
        let rows = fixture.rows("cloze")
        #expect(result.scores.count == 16 && rows.count == 16)
        for (score, row) in zip(result.scores, rows) {
            #expect(score.losses.count == row["tokens"]?.int)
            #expect(score.isGreedy == row["greedy"]?.bool)
            #expect(abs(score.logLikelihood - (row["log_likelihood"]?.double ?? .nan)) < 1e-3)
        }
        let mean = rows.reduce(0) { $0 + ($1["log_likelihood"]?.double ?? .nan) } / 16
        #expect(abs(result.loss.mean + mean) < 1e-3)
        #expect(abs(result.perplexity / exp(-mean) - 1) < 1e-3)
        let greedy = rows.filter { $0["greedy"]?.bool == true }.count
        #expect(abs(result.accuracy.mean - Double(greedy) / 16) < 1e-12)
    }
}
