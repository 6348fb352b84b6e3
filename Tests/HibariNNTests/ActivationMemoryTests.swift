import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// The memory that a summary promises is the memory that a step takes.
@Suite struct ActivationMemoryTests {
    /// In a process of its own, as the pool's counters are the process's.
    @Test func theForwardPassKeepsWhatTheSummarySays() async {
        await #expect(processExitsWith: .success) {
            let model = try Sequential {
                Dense(256, activation: .relu)
                Dropout(0.5)
                Dense(512, activation: .tanh)
                LayerNormalization()
                Residual { Dense(512, activation: .relu) }
                Activate(.sigmoid)
                Dense(64)
            }.build(input: [128], seed: 1)
            let batch = 256
            let x = Tensor(repeating: 0.5, shape: [batch, 128])
            var kept = 0
            for _ in 0..<2 {
                for parameter in model.parameters { parameter.clearGradient() }
                let before = BufferPool.shared.statistics.usedBytes
                _ = valueWithGradient {
                    let output = model(x, .training(seed: 1, step: 0))
                    kept = BufferPool.shared.statistics.usedBytes - before
                    return output.sum()
                }
            }
            let promised = Double(batch * model.summary.activationBytes)
            #expect(abs(Double(kept) / promised - 1) < 0.1, "kept \(kept), promised \(promised)")
        }
    }
}
