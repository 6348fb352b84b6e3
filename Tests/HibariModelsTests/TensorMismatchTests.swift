import HibariModels
import HibariNN
import HibariTensor
import Testing

/// Tensors in memory to read a model from.
private struct Tensors: TensorSource {
    var location = "memory.safetensors"
    var tensors: [String: Tensor]

    var tensorNames: [String] { tensors.keys.sorted() }
    func shape(of name: String) -> [Int]? { tensors[name]?.shape.array }
    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        (tensors[name] ?? Tensor(zeros: [0])).cast(to: dtype)
    }
}

/// A file that does not fit a model is refused with all its problems at once.
@Suite struct TensorMismatchTests {
    private func configuration(vocabularySize: Int = 11) throws -> DecoderConfiguration {
        try DecoderConfiguration(
            family: .llama, vocabularySize: vocabularySize, contextLength: 8, layerCount: 1, hiddenSize: 8,
            headCount: 2)
    }

    private func tensors() throws -> Tensors {
        let model = try configuration().makeModel(ParameterScope(.initialize(seed: 1)))
        return Tensors(
            tensors: Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value) }))
    }

    @Test func missingWrongAndUnknownAreReportedTogether() throws {
        var source = try tensors()
        source.tensors["model.norm.weight"] = nil
        source.tensors["model.layers.0.self_attn.q_proj.weight"] = Tensor(zeros: [8, 4])
        source.tensors["model.layers.1.mlp.up_proj.weight"] = Tensor(zeros: [1])
        let error = #expect(throws: ParameterError.self) {
            try configuration().makeModel(ParameterScope(.read(source)))
        }
        guard case .mismatch(let location, let problems) = error else { return }
        #expect(location == "memory.safetensors")
        #expect(
            problems == [
                "model.layers.0.self_attn.q_proj.weight has shape [8, 4], the configuration asks for [8, 8]",
                "model.norm.weight [8] is missing", "model.layers.1.mlp.up_proj.weight is unknown",
            ])
        #expect(error?.description.contains("\n") == false)
    }

    @Test func manyProblemsAreCounted() throws {
        let error = #expect(throws: ParameterError.self) {
            try configuration().makeModel(ParameterScope(.read(Tensors(tensors: [:]))))
        }
        #expect(error?.description.contains("; and 7 more; check config.json") == true)
    }

    /// A wrong size in config.json must end in an error and not in an attempt to allocate it.
    @Test func sizesFarBeyondTheFileAreRefused() throws {
        let source = try tensors()
        let error = #expect(throws: ParameterError.self) {
            try DecoderConfiguration(
                family: .llama, vocabularySize: 1 << 24, contextLength: 8, layerCount: 1, hiddenSize: 1 << 20,
                headCount: 1 << 17
            ).makeModel(ParameterScope(.read(source)))
        }
        #expect(error != nil)
    }

    @Test func anUntiedHeadIsNotTakenForTied() throws {
        var untied = try configuration()
        untied.tiesEmbeddings = false
        let error = #expect(throws: ParameterError.self) {
            try untied.makeModel(ParameterScope(.read(try tensors())))
        }
        #expect(error?.description.contains("lm_head.weight [11, 8] is missing") == true)
    }
}
