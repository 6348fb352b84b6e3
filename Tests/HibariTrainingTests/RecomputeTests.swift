import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// Activations computed twice: less memory, the same gradients to the bit.
@Suite struct RecomputeTests {
    @Test(arguments: ModelFamily.allCases)
    func sameGradientsToTheBit(_ family: ModelFamily) throws {
        let model = try makeModel(family)
        func gradients(_ recompute: Recompute) -> [UInt32] {
            for parameter in model.parameters { parameter.clearGradient() }
            let loss = step(model, recompute)
            return (model.parameters.map(\.gradient) + [loss])
                .flatMap { $0.array(of: Float.self).map(\.bitPattern) }
        }
        let kept = gradients(.none)
        for recompute in [Recompute.mlp, .block] {
            let isSame = gradients(recompute) == kept
            #expect(isSame, "\(recompute)")
        }
    }

    /// In a process of its own, as the pool's counters are the process's.
    @Test func lessMemoryWithEveryPartComputedAgain() async {
        await #expect(processExitsWith: .success) {
            let model = try makeModel(.qwen3)
            let peaks = Recompute.allCases.map { recompute in
                _ = step(model, recompute)
                BufferPool.shared.resetPeak()
                let before = BufferPool.shared.statistics.usedBytes
                _ = step(model, recompute)
                return BufferPool.shared.statistics.peakUsedBytes - before
            }
            // Of [none, mlp, block]: a block's activations are 24 widths a row, of which the MLP's are 10.
            #expect(Double(peaks[1]) < 0.75 * Double(peaks[0]), "\(peaks)")
            #expect(Double(peaks[2]) < 0.5 * Double(peaks[0]), "\(peaks)")
        }
    }
}

private func makeModel(_ family: ModelFamily) throws -> any LanguageModel {
    try DecoderConfiguration(
        family: family, vocabularySize: 64, contextLength: 64, layerCount: 8, hiddenSize: 32, headCount: 2,
        dropout: 0.1
    ).makeModel(ParameterScope(.initialize(seed: 3)))
}

private func step(_ model: any LanguageModel, _ recompute: Recompute) -> Tensor {
    let ids = Tensor((0..<256).map { Int32($0 * 37 % 61) }, shape: [4, 64])
    let targets = Tensor((0..<256).map { Int32($0 * 37 % 61 + 1) }, shape: [4, 64])
    return valueWithGradient {
        model.loss(ids, targets, .training(seed: 5, step: 2, recompute: recompute))
    }
}
