import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTraining
import Testing

/// model.json and model.safetensors.
@Suite struct ModelFileTests {
    private let directory = TemporaryDirectory()

    private func model() throws -> Model {
        try Sequential {
            Embedding(9, 4, deviation: 0.5)
            LayerNormalization(epsilon: 1e-3)
            DenseConnection { Dense(3, activation: .geluErf, initializer: .normal(deviation: 0.1)) }
            Residual(projection: Dense(5, bias: false).named("down"), activation: .relu) { Dense(5) }
            Parallel(.multiply) {
                Activate(.sigmoid)
                Dropout(0.25)
            }.named("gate")
            Reshape([10])
            Flatten()
            Dense(2).named("head")
            Softmax()
        }.build(input: [2], seed: 4)
    }

    @Test func everyLayerComesBack() throws {
        let model = try model()
        model.notes = ["classes": ["no", "yes"]]
        try model.save(to: directory.path + "/new/folder")
        let again = try Model.load(directory.path + "/new/folder")
        #expect(again.notes == model.notes && again.summary == model.summary)
        #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
        let ids = Tensor([3, 8, 0, 1] as [Int32], shape: [2, 2])
        let (one, other) = (model(ids).array(of: Float.self), again(ids).array(of: Float.self))
        #expect(one == other && one.count == 4)
        // Dropout too.
        let context = ForwardContext.training(seed: 1, step: 2)
        #expect(model(ids, context).array(of: Float.self) == again(ids, context).array(of: Float.self))
    }

    /// To the bit, and the same type, also behind ids.
    @Test func float64ComesBack() throws {
        func expectSame(_ layers: Sequential, _ inputs: Tensor) throws {
            let model = try layers.build(input: [2], seed: 1, dtype: .float64)
            try model.save(to: directory.path)
            let again = try Model.load(directory.path)
            #expect(again.inputType == inputs.dtype)
            let isSame = zip(model.parameters, again.parameters).allSatisfy {
                $0.value.array(of: Double.self) == $1.value.array(of: Double.self)
            }
            #expect(isSame)
            let logits = try again.predict(inputs)
            #expect(logits.dtype == .float64)
            #expect(try again.predictClasses(inputs).count == logits.count / 3)
        }
        try expectSame(
            Sequential {
                Dense(4, activation: .tanh)
                Dense(3)
            }, Tensor([0.1, 0.2, 0.3, 0.4] as [Double], shape: [2, 2]))
        // A class of each step.
        try expectSame(
            Sequential {
                Embedding(5, 4)
                Dense(3)
            }, Tensor([0, 1, 2, 3] as [Int32], shape: [2, 2]))
    }

    private func message(_ json: String) throws -> String {
        try model().save(to: directory.path)
        try directory.write("model.json", json)
        return errorMessage { _ = try Model.load(directory.path) }
    }

    private func description(_ layers: String, version: Int = 1) -> String {
        """
        {"format": "hibari-model", "version": \(version), "input": [2], "input_type": "float32",
         "architecture": {"type": "Sequential", "layers": [\(layers)]}, "notes": {}}
        """
    }

    @Test func wrongFilesAreRefused() throws {
        #expect(try message("{}").hasSuffix("model.json: it does not describe a model of Hibari"))
        #expect(try message(description("", version: 2)).hasSuffix("version 2, this program reads 1"))
        #expect(
            try message(description(#"{"type": "Conv9d"}"#)).contains("layer kind \"Conv9d\" is not known"))
        #expect(
            try message(description(#"{"type": "Dense", "outputs": "3"}"#))
                .contains("layers[0].outputs: a string where an integer that fits Int should stand"))
        #expect(
            try message(description(#"{"type": "Dropout", "probability": 0.5, "inplace": true}"#))
                .contains("layers[0].inplace is not known here"))
        #expect(try message(description(#"{"type": "Flatten"}"#)).contains("0.weight is unknown"))
        #expect(try message("{").contains("model.json"))
        #expect(
            try message(description(#"{"type": "Reshape", "shape": [3]}"#))
                .contains("layer 0 (Reshape): the input of one example has shape [2]"))
    }

    private struct Scale: LayerSpecification {
        var factor: Double
        func build(_ scope: ParameterScope, input: Shape) -> BuiltLayer {
            let factor = factor
            return BuiltLayer(output: input) { x, _ in factor * x }
        }
    }

    @Test func layersOfOnesOwn() throws {
        let model = try Sequential { Scale(factor: 3) }.build(input: [2])
        try model.save(to: directory.path)
        let error = #expect(throws: ModelFileError.self) { try Model.load(directory.path) }
        #expect(error?.problem.contains("register it with LayerKinds.register") == true)
        LayerKinds.register(Scale.self)
        let x = Tensor([1, 2] as [Float], shape: [1, 2])
        #expect(try Model.load(directory.path)(x).array(of: Float.self) == [3, 6])
    }

    @Test func modelsThatAreCode() throws {
        let make = {
            try Sequential {
                Dense(2)
                Function("twice") { 2 * $0 }
            }.build(input: [2], seed: $0)
        }
        let model = try make(1)
        try model.save(to: directory.path)
        let error = #expect(throws: ModelFileError.self) { try Model.load(directory.path) }
        #expect(error?.problem.contains("use loadWeights") == true)
        let other = try make(2)
        try other.loadWeights(directory.path)
        let x = Tensor([1, 2] as [Float], shape: [1, 2])
        #expect(other(x).array(of: Float.self) == model(x).array(of: Float.self))
        let small = try Sequential { Dense(3) }.build(input: [2])
        let mismatch = #expect(throws: ParameterError.self) { try small.loadWeights(directory.path) }
        #expect(
            mismatch?.description.contains("0.weight has shape [2, 2], the model asks for [3, 2]") == true)
    }
}
