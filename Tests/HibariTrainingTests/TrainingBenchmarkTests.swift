import HibariTensor
import HibariTraining
import Testing

@Suite struct TrainingBenchmarkTests {
    private func tiny() -> PretrainConfiguration {
        var c = PretrainConfiguration()
        (c.family, c.layers, c.heads, c.dim, c.context) = (.gpt2, 2, 2, 16, 8)
        (c.batch, c.microBatch) = (6, 3)
        return c
    }

    @Test func timesTheStepsOfTheLoop() throws {
        let profile = OpProfile()
        let result = try TrainingBenchmark(tiny(), vocabularySize: 11, warmup: 2, steps: 5).run(
            profile: profile)
        #expect(result.stepSeconds.count == 5 && result.tokensPerStep == 48)
        // Random tokens cannot be learned: the loss is that of a guess, ln 11.
        #expect(abs(result.lastLoss - 2.398) < 0.15, "\(result.lastLoss)")
        #expect(result.medianSeconds > 0 && result.tokensPerSecond == 48 / result.medianSeconds)
        // By hand: a block has 4·16² weights in attention and 2·16·64 in the MLP, the head 11·16; 6 FLOPs
        // each. Attention: 12·layers·width·context.
        let flops = 6 * (2 * (4 * 256 + 2 * 1024) + 176) + 12 * 2 * 16 * 8
        #expect(result.decoder.trainingFLOPsPerToken == Double(flops))
        #expect(result.flopsPerSecond == Double(flops) * result.tokensPerSecond)

        let sum = profile.rows.reduce(0) { $0 + $1.seconds }
        let total = result.stepSeconds.reduce(0, +)
        #expect(abs(sum / total - 1) < 0.05, "\(sum) of \(total)")
        func calls(_ work: OpProfile.Work) -> Int { profile.rows.first { $0.work == work }?.calls ?? 0 }
        // Two micro-batches of three rows of eight tokens in each of five steps.
        let queryKeyValue = OpProfile.ProductSizes(rows: 24, columns: 48, depth: 16)
        let head = OpProfile.ProductSizes(rows: 24, columns: 11, depth: 16)
        #expect(
            calls(.forward(.linear, queryKeyValue)) == 20 && calls(.backward(.linear, queryKeyValue)) == 20)
        #expect(calls(.forward(.linearCrossEntropy, head)) == 10)
        #expect(calls(.forward(.attention)) == 20 && calls(.backward(.attention)) == 20)
        #expect(calls(.forward(.layerNorm)) == 50 && calls(.backward(.layerNorm)) == 50)
        #expect(calls(.forward(.embedding)) == 20 && calls(.backward(.embedding)) == 20)
        #expect(calls(.batch) == 10)
        #expect(calls(.gradientNorm) == 5 && calls(.optimizer) == 5 && calls(.rest) == 5)
    }
}
