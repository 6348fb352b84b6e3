import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import Testing

/// Weights wherever they lie in a folder, and under the names that older or smaller checkpoints give them.
@Suite struct ModelWeightsTests {
    private let ids = Tensor((0..<12).map { Int32($0 * 20) }, shape: [1, 12])

    private func model(_ family: ModelFamily, ties: Bool = true) throws -> any LanguageModel {
        try DecoderConfiguration(
            family: family, vocabularySize: 257, contextLength: 12, layerCount: 2, hiddenSize: 16,
            headCount: 4, feedForwardSize: 24, tiesEmbeddings: ties, hasBias: family == .gpt2
        ).makeModel(ParameterScope(.initialize(seed: 3)))
    }

    private func tensors(_ model: any LanguageModel, named name: (String) -> String = { $0 })
        -> [SafetensorsTensor]
    {
        model.parameters.map { SafetensorsTensor(name: name($0.name), $0.value) }
    }

    private func sameLogits(_ first: any LanguageModel, _ second: any LanguageModel) -> Bool {
        first.logits(ids).array(of: Float.self) == second.logits(ids).array(of: Float.self)
    }

    /// GPT-2 as it is published: without the head's prefix, with its causal masks.
    @Test(arguments: ModelFamily.allCases) func namesOfTheTrunk(_ family: ModelFamily) throws {
        try withTemporaryFolder { folder in
            let model = try model(family)
            let prefix = family == .gpt2 ? "transformer." : "model."
            let constants = family == .gpt2 ? ["h.0.attn.bias"] : ["layers.1.self_attn.rotary_emb.inv_freq"]
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            try writeSafetensors(
                tensors(model) { String($0.dropFirst(prefix.count)) }
                    + constants.map { SafetensorsTensor(name: $0, Tensor(zeros: [1, 1, 12, 12])) },
                to: joinPath(folder, ModelFolder.weightsName))
            let isSame = sameLogits(try ModelFolder(path: folder).model, model)
            #expect(isSame)
        }
    }

    @Test func shardsOfAFolder() throws {
        try withTemporaryFolder { folder in
            let model = try model(.qwen2, ties: false)
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            try removeTree(joinPath(folder, ModelFolder.weightsName))
            let all = tensors(model)
            try writeSafetensors(Array(all.prefix(5)), to: joinPath(folder, "a.safetensors"))
            try writeSafetensors(Array(all.dropFirst(5)), to: joinPath(folder, "b.safetensors"))
            let map = all.enumerated().map { index, tensor in
                (key: tensor.name, value: JSONValue.string(index < 5 ? "a.safetensors" : "b.safetensors"))
            }
            let index: JSONValue = ["metadata": [:], "weight_map": .object(JSONObject(map))]
            try writeFileAtomically(joinPath(folder, ModelFolder.weightsIndexName), index.bytes())
            let isSame = sameLogits(try ModelFolder(path: folder).model, model)
            #expect(isSame)
        }
    }

    @Test func noWeights() throws {
        try withTemporaryFolder { folder in
            func error() -> ModelFolderError? {
                #expect(throws: ModelFolderError.self) { try openWeights(folder: folder) }
            }
            #expect(error()?.exitStatus == .inputMissing)
            #expect(error()?.description.contains("put model.safetensors there") == true)
            try writeFileAtomically(joinPath(folder, "pytorch_model.bin"), [0])
            #expect(error()?.description.contains("pytorch_model.bin is not read") == true)
        }
    }

    @Test(arguments: [ModelFamily.gpt2, .llama]) func aTiedHeadMustBeTheEmbedding(_ family: ModelFamily)
        throws
    {
        try withTemporaryFolder { folder in
            let model = try model(family)
            let path = joinPath(folder, "model.safetensors")
            func expectRefusal(_ head: Tensor, _ text: String) throws {
                try writeSafetensors(
                    tensors(model) + [SafetensorsTensor(name: "lm_head.weight", head)], to: path)
                let error = #expect(throws: ParameterError.self) {
                    try model.configuration.makeModel(
                        ParameterScope(.read(try SafetensorsFile(path: path))))
                }
                #expect(error?.description.contains(text) == true, "\(String(describing: error))")
            }
            var numbers = model.outputWeight.value.array(of: Float.self)
            numbers[numbers.count - 1] += 1
            try expectRefusal(Tensor(numbers, shape: [257, 16]), "differ; set tie_word_embeddings to false")
            try expectRefusal(Tensor(zeros: [256, 16]), "differ in shape")
        }
    }

    static let switches: [DecoderConfiguration] = {
        func make(
            _ family: ModelFamily, bias: AttentionBias = .none, mlp: Bool = false, rope: RopeScaling? = nil,
            window: Int? = nil
        ) -> DecoderConfiguration? {
            try? DecoderConfiguration(
                family: family, vocabularySize: 257, contextLength: 12, layerCount: 2, hiddenSize: 16,
                headCount: 4, keyValueHeadCount: 2, feedForwardSize: 24, ropeScaling: rope,
                attentionBias: bias, hasMLPBias: mlp, slidingWindow: window)
        }
        let yarn = RopeScaling.yarn(YaRNScaling(factor: 2, originalContextLength: 6))
        return [
            make(.llama, bias: .all, mlp: true, rope: yarn), make(.llama, mlp: true), make(.llama, window: 3),
            make(.qwen2, rope: .linear(factor: 2)), make(.qwen3, bias: .all, rope: yarn),
        ].compactMap { $0 }
    }()

    /// Every bias written is read back, and counted.
    @Test func switchesSurvive() throws {
        #expect(Self.switches.count == 5)
        for configuration in Self.switches {
            let model = try configuration.makeModel(ParameterScope(.initialize(seed: 3)))
            #expect(configuration.parameterGroups.total == model.parameterCount)
            for (index, parameter) in model.parameters.enumerated() where parameter.shape.rank == 1 {
                parameter.assign(Tensor(repeating: 0.5 + 0.1 * Double(index % 7), shape: parameter.shape))
            }
            try withTemporaryFolder { folder in
                try ModelFolder.write(model, ByteTokenizer(), to: folder)
                let loaded = try ModelFolder(path: folder).model
                #expect(loaded.configuration == configuration)
                let isSame = sameLogits(loaded, model)
                #expect(isSame, "\(configuration)")
            }
        }
    }

    @Test func switchesOfOtherFamiliesAreRefused() {
        func error(_ make: (ModelFamily) throws -> Void, _ families: [ModelFamily]) {
            for family in families { #expect(throws: ConfigurationError.self) { try make(family) } }
        }
        func make(
            _ family: ModelFamily, bias: AttentionBias = .none, mlp: Bool = false, rope: RopeScaling? = nil,
            window: Int? = nil
        ) throws {
            _ = try DecoderConfiguration(
                family: family, vocabularySize: 11, contextLength: 12, layerCount: 1, hiddenSize: 16,
                headCount: 4, ropeScaling: rope, attentionBias: bias, hasMLPBias: mlp, slidingWindow: window)
        }
        error({ try make($0, bias: .all) }, [.gpt2, .qwen2])
        error({ try make($0, bias: .queryKeyValue) }, [.gpt2, .llama, .qwen3])
        error({ try make($0, mlp: true) }, [.gpt2, .qwen2, .qwen3])
        error({ try make($0, window: 3) }, [.gpt2, .qwen2, .qwen3])
        error({ try make($0, bias: .all, window: 3) }, [.llama])
        error({ try make($0, rope: .linear(factor: 2)) }, [.gpt2])
        error({ try make($0, window: 0) }, [.llama])
    }
}
