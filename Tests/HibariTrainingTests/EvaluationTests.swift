import Glibc
import HibariData
import HibariModels
import HibariNN
import HibariTensor
import HibariTokenizers
import HibariTraining
import Testing

/// An evaluation scores each target once, in nats per token and bits per byte.
@Suite struct EvaluationTests {
    private let tiny: TinyRun
    private let corpus: TokenizedCorpus
    private let model: any LanguageModel

    init() throws {
        tiny = try TinyRun()
        corpus = try TokenizedCorpus(reading: CorpusReader(paths: [tiny.corpus]), tokenizer: ByteTokenizer())
        model = try DecoderConfiguration(
            family: .llama, vocabularySize: 257, contextLength: 16, layerCount: 1, hiddenSize: 16,
            headCount: 2
        ).makeModel(ParameterScope(.initialize(seed: 1)))
    }

    @Test(arguments: [1, 3, 64]) func everyTargetOnce(_ batchSize: Int) throws {
        let windows = try EvaluationWindows(tokens: corpus.all, batchSize: batchSize, contextLength: 16)
        let result = try evaluate(model, windows, bytes: corpus.byteCount(of:))
        #expect(result.units == corpus.count - 1)
        // The same by hand, one window at a time.
        var (sum, squares) = (0.0, 0.0)
        for start in stride(from: 0, to: corpus.count - 1, by: 16) {
            let end = min(start + 16, corpus.count - 1)
            let ids = Tensor((start..<end).map { corpus.tokens[$0] }, shape: [1, end - start])
            let targets = (start + 1..<end + 1).map { Int(corpus.tokens[$0]) }
            let logits = model.logits(ids).array(of: Float.self).map(Double.init)
            for (row, target) in targets.enumerated() {
                let scores = logits[row * 257..<(row + 1) * 257]
                let loss = log(scores.reduce(0) { $0 + exp($1) }) - scores[row * 257 + target]
                sum += loss
                squares += loss * loss
            }
        }
        let count = Double(corpus.count - 1)
        #expect(abs(result.loss - sum / count) < 1e-5)
        #expect(abs(result.perplexity - exp(sum / count)) < 1e-2)
        // In a text of bytes every target is a byte.
        #expect(abs((result.bitsPerByte ?? 0) - sum / count / log(2)) < 1e-5)
        let error = ((squares / count - sum / count * sum / count) / count).squareRoot()
        #expect(abs((result.standardError ?? .nan) - error) < 1e-5)
    }

    @Test func bitsPerByteCountBytesAndNotTokens() throws {
        let windows = try EvaluationWindows(tokens: corpus.all, batchSize: 2, contextLength: 16)
        let once = try evaluate(model, windows, bytes: { $0.count })
        let thrice = try evaluate(model, windows, bytes: { 3 * $0.count })
        #expect(abs((once.bitsPerByte ?? 0) / 3 - (thrice.bitsPerByte ?? 0)) < 1e-12)
        #expect(try evaluate(model, windows, bytes: { _ in 0 }).bitsPerByte == nil)
    }

    @Test func aLimitSpreadsTheBatches() throws {
        let windows = try EvaluationWindows(tokens: corpus.all, batchSize: 2, contextLength: 16)
        var ranges: [Range<Int>] = []
        let result = try evaluate(
            model, windows,
            bytes: {
                ranges.append($0)
                return $0.count
            }, batchLimit: 4)
        #expect(ranges.count == 4 && result.units == 4 * 32)
        #expect(ranges[0].lowerBound == 1 && ranges[3].lowerBound > corpus.count / 2)
    }

    @Test func theLastEvaluationOfARunIsComplete() throws {
        var tokens: [Int] = []
        let pretraining = try Pretraining(
            tiny.configuration { ($0.context, $0.evaluationBatches) = (8, 1) }, run: nil)
        let result = try pretraining.start(command: [], version: "") {
            if case .evaluation(_, let evaluation, _, _) = $0 { tokens.append(evaluation.units) }
        }
        #expect(result.evaluation?.units == pretraining.validationTokens - 1)
        #expect(tokens.last == pretraining.validationTokens - 1)
    }
}
