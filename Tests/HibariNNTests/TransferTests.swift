import HibariNN
import HibariTensor
import Testing

/// Freezing, new heads, and the summary that shows them.
@Suite struct TransferTests {
    private func model() throws -> Model {
        try Sequential {
            Dense(8, activation: .relu)
            Dropout(0.1)
            Residual { Dense(8, activation: .relu) }
            Dense(3).named("head")
        }.build(input: [4], seed: 1)
    }

    private func frozen(_ model: Model) -> [String] {
        model.parameters.filter { !$0.isTrainable }.map(\.name)
    }

    @Test(arguments: [
        ("0.*", ["0.weight", "0.bias"]), ("*.bias", ["0.bias", "2.0.bias", "head.bias"]),
        ("?.weight", ["0.weight"]),
        ("*", ["0.weight", "0.bias", "2.0.weight", "2.0.bias", "head.weight", "head.bias"]),
        ("head.weight", ["head.weight"]), ("2*w*t", ["2.0.weight"]),
    ]) func patterns(_ pattern: String, _ names: [String]) throws {
        let model = try model()
        try model.freeze(pattern)
        #expect(frozen(model) == names)
        try model.unfreeze(pattern)
        #expect(frozen(model).isEmpty)
    }

    @Test(arguments: ["3.*", "head", "0.weights", ""]) func patternsThatMatchNothing(_ pattern: String) throws
    {
        let model = try model()
        let error = #expect(throws: ModelError.self) { try model.freeze(pattern) }
        #expect(error?.description.contains("there are 0.weight, 0.bias") == true)
    }

    @Test func frozenParametersGetNoGradient() throws {
        let model = try model()
        try model.freeze("0.*")
        _ = valueWithGradient { model(Tensor(repeating: 1, shape: [2, 4])).sum() }
        #expect(
            model.parameters.filter(\.hasGradient).map(\.name) == [
                "2.0.weight", "2.0.bias", "head.weight", "head.bias",
            ])
    }

    @Test func aNewHead() throws {
        let old = try model()
        old.notes = ["classes": ["a", "b", "c"]]
        try old.freeze("0.*")
        let new = try old.replacingHead(with: Dense(5), seed: 2)
        #expect(new.parts.last?.output == [5] && new.parameter("head.weight")?.shape == [5, 8])
        #expect(frozen(new) == ["0.weight", "0.bias"] && new.notes == old.notes)
        for name in ["0.weight", "0.bias", "2.0.weight", "2.0.bias"] {
            let (a, b) = (old.parameter(name)!.value, new.parameter(name)!.value)
            let isSame = a.array(of: Float.self) == b.array(of: Float.self)
            #expect(isSame, "\(name)")
            // A copy: training the new model leaves the old one as it is.
            #expect(a.storage !== b.storage, "\(name)")
        }
    }

    @Test func copiedParametersMustFit() throws {
        let (one, other) = try (model(), model().replacingHead(with: Dense(5), seed: 7))
        let error = #expect(throws: ParameterError.self) { try one.copyParameters(from: other) }
        #expect(
            error?.description.contains("head.weight has shape [5, 8], this model asks for [3, 8]") == true)
        let twin = try Sequential {
            Dense(8, activation: .relu)
            Dropout(0.1)
            Residual { Dense(8, activation: .relu) }
            Dense(3).named("head")
        }.build(input: [4], seed: 9)
        try twin.copyParameters(from: one)
        let x = Tensor(repeating: 0.5, shape: [1, 4])
        #expect(twin(x).array(of: Float.self) == one(x).array(of: Float.self))
    }

    @Test func summary() throws {
        let model = try model()
        try model.freeze("0.*")
        let summary = model.summary
        #expect(summary.trainableParameters == 72 + 27 && summary.frozenParameters == 40)
        #expect(summary.flops == Double(2 * (4 * 8 + 8 * 8 + 8 * 3)))
        #expect(summary.activationBytes == 4 * (8 + 8 + 8 + 8 + 3))
        #expect(
            summary.description == """
                layer        output  parameters  FLOPs  activations
                ───────────────────────────────────────────────────
                0 Dense      [8]             40     64         32 B
                1 Dropout    [8]                               32 B
                2 Residual   [8]                               32 B
                  2.0 Dense  [8]             72    128         32 B
                head Dense   [3]             27     48         12 B
                ───────────────────────────────────────────────────
                input        [4]
                parameters   139 (556 B): 99 trainable, 40 frozen
                FLOPs        240 per example, 720 in training
                activations  140 B per example in training
                """)
    }

    @Test func summaryOfAStructOfLayers() throws {
        let model = try Model(input: [1000], seed: 1) {
            try Linear($0["all"], inputs: 1000, outputs: 1500, hasBias: true, deviation: 1)
        }
        let text = model.summary.description
        #expect(text.contains("all.weight [1500, 1000]"))
        #expect(text.contains("parameters   1,501,500 (5.7 MiB): 1,501,500 trainable, 0 frozen"))
    }
}
