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
            let (kept, promised) = Self.bytes(model, batch: 256)
            #expect(abs(kept / promised - 1) < 0.1, "kept \(kept), promised \(promised)")
        }
    }

    /// What a convolution can make again from the layer before it is not kept for it.
    @Test func convolutionsBehindActivations() async {
        await #expect(processExitsWith: .success) {
            let model = try Sequential {
                Conv2d(8, kernel: 3, padding: 1)
                Activate(.sigmoid)
                Conv2d(8, kernel: 3, padding: 1, activation: .tanh)
                TransposedConv2d(8, kernel: 3, padding: 1)
                Activate(.silu)
                TransposedConv2d(4, kernel: 3, padding: 1)
            }.build(input: [4, 16, 16], seed: 1)
            let (kept, promised) = Self.bytes(model, batch: 32)
            #expect(abs(kept / promised - 1) < 0.1, "kept \(kept), promised \(promised)")
        }
    }

    /// What a forward pass in training keeps, and what the summary says.
    private static func bytes(_ model: Model, batch: Int) -> (kept: Double, promised: Double) {
        let x = Tensor(repeating: 0.5, shape: Shape([batch] + model.input.array))
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
        return (Double(kept), Double(batch * model.summary.activationBytes))
    }
}
