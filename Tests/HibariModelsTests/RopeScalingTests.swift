import HibariModels
import HibariSupport
import Testing

/// Frequencies and attention factors worked out by hand; `HuggingFaceFolderTests` has those of transformers.
@Suite struct RopeScalingTests {
    private func expect(_ numbers: [Double], _ expected: [Double]) {
        #expect(numbers.count == expected.count)
        for (number, right) in zip(numbers, expected) {
            #expect(abs(number - right) <= 1e-9, "\(numbers), expected \(expected)")
        }
    }

    @Test func linearAndDynamic() {
        expect(RopeScaling.linear(factor: 2).inverseFrequencies(headDim: 4, base: 100), [0.5, 0.05])
        expect(RopeScaling.dynamic(factor: 2).inverseFrequencies(headDim: 4, base: 100), [1, 0.1])
    }

    /// Waves of 6.28, 62.8 and 628 positions, with limits of 25 and 100: kept, mixed by (100/62.8 − 1)/3 and stretched.
    @Test func llama3() {
        let scaling = RopeScaling.llama3(
            Llama3Scaling(
                factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 100))
        expect(scaling.inverseFrequencies(headDim: 6, base: 1000), [1, 0.029753525068, 0.01 / 8])
    }

    /// Pair −0.5 turns 32 times over 64 positions and pair 1.008 once, so the ramp runs from 0 to 2.
    @Test func yarnRamp() {
        let scaling = RopeScaling.yarn(YaRNScaling(factor: 4, originalContextLength: 64))
        expect(
            scaling.inverseFrequencies(headDim: 8, base: 10_000),
            [1, 0.5 * 0.1 / 4 + 0.5 * 0.1, 0.01 / 4, 0.001 / 4])
    }

    @Test func attentionFactors() {
        func yarn(_ change: (inout YaRNScaling) -> Void) -> Double {
            var scaling = YaRNScaling(factor: 4, originalContextLength: 32)
            change(&scaling)
            return RopeScaling.yarn(scaling).attentionFactor
        }
        let growth = 0.13862943611198906  // 0.1·ln 4
        expect([yarn { _ in }, yarn { $0.attentionFactor = 0.5 }], [1 + growth, 0.5])
        expect(
            [
                yarn { ($0.mscale, $0.mscaleAllDim) = (1, 0.5) },
                // As `if mscale and mscale_all_dim` in transformers.
                yarn { ($0.mscale, $0.mscaleAllDim) = (1, 0) }, yarn { $0.mscale = 2 },
            ],
            [(1 + growth) / (1 + growth / 2), 1 + growth, 1 + growth])
        expect([yarn { $0.factor = 0.5 }], [1])
        func longRoPE(_ factor: Double) -> Double {
            RopeScaling.longRoPE(
                LongRoPEScaling(
                    shortFactors: [1], longFactors: [1], factor: factor, originalContextLength: 64)
            ).attentionFactor
        }
        // ln 2 / ln 64 = 1/6.
        expect([longRoPE(2), longRoPE(1)], [(7.0 / 6).squareRoot(), 1])
    }
}
