import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import Testing

/// Models written in one form and read in another.
@Suite struct ModelConversionTests {
    private static func configuration(
        _ family: ModelFamily, width: Int = 32, ties: Bool = true, hasBias: Bool = false,
        ropeBase: Double = 10_000, scaling: RopeScaling? = nil
    ) throws -> DecoderConfiguration {
        try DecoderConfiguration(
            family: family, vocabularySize: 257, contextLength: 24, layerCount: 2, hiddenSize: width,
            headCount: 4, keyValueHeadCount: family == .gpt2 ? nil : 2, feedForwardSize: 64,
            ropeBase: ropeBase, ropeScaling: scaling,
            tiesEmbeddings: ties, hasBias: hasBias, attentionBias: family == .qwen2 ? .queryKeyValue : .none)
    }

    /// Writes a folder of a new model whose vectors too are random.
    private func folder(_ configuration: DecoderConfiguration, in parent: String) throws -> LoadedModel {
        let model = try configuration.makeModel(ParameterScope(.initialize(seed: 5)))
        for (index, parameter) in model.parameters.enumerated() where parameter.shape.rank == 1 {
            let stream = RandomStream(seed: 6, purpose: .testing, stream: UInt64(index))
            parameter.assign(Tensor(normal: parameter.shape, deviation: 0.5, stream: stream))
        }
        let path = joinPath(parent, "source")
        try makeDirectories(path)
        try ModelFolder.write(model, ByteTokenizer(), to: path)
        return try LoadedModel(path: path)
    }

    private func gguf(_ name: String) throws -> ModelForm { .gguf(try #require(GGUFType(named: name))) }

    private func expectSameWeights(_ one: any LanguageModel, _ other: any LanguageModel) {
        #expect(one.parameters.map(\.name) == other.parameters.map(\.name))
        for (a, b) in zip(one.parameters, other.parameters) {
            let isSame =
                a.value.dequantized().array(of: Float.self) == b.value.dequantized().array(of: Float.self)
            #expect(isSame, "\(a.name)")
        }
    }

    @Test(arguments: ModelFamily.allCases, [true, false])
    func thereAndBackIsExact(_ family: ModelFamily, _ ties: Bool) throws {
        try withTemporaryFolder { parent in
            let source = try folder(
                try Self.configuration(family, ties: ties, hasBias: family == .gpt2 && ties), in: parent)
            let (file, back) = (joinPath(parent, "a.gguf"), joinPath(parent, "back"))
            let result = try ModelConversion(source, to: gguf("F32")).write(to: file, verifies: true)
            #expect(result.exceptions.isEmpty && (result.comparison?.largestDifference ?? 1) < 1e-5)
            let converted = try LoadedModel(path: file)
            #expect(converted.model.configuration == source.model.configuration)
            expectSameWeights(source.model, converted.model)
            let text = Array("a 雲雀 sings\n".utf8)
            #expect(try converted.tokenizer.encode(text) == source.tokenizer.encode(text))
            #expect(converted.text.endTokens == [256] && !converted.text.addsBeginning)
            _ = try ModelConversion(converted, to: .huggingFace(.float32)).write(to: back, verifies: true)
            let restored = try LoadedModel(path: back)
            #expect(restored.model.configuration == source.model.configuration)
            #expect(restored.text == converted.text)
            expectSameWeights(source.model, restored.model)
        }
    }

    @Test(arguments: GGUFFixture.architectures.filter { $0 != "gpt2" })
    func blocksOfTheTypeAreCopied(_ architecture: String) throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            let source = GGUFFixture.path(architecture, "q8_0")
            _ = try ModelConversion(try LoadedModel(path: source), to: gguf("Q8_0")).write(to: path)
            let (before, after) = (try GGUFTensors(path: source), try GGUFTensors(path: path))
            #expect(before.tensorNames.sorted() == after.tensorNames.sorted())
            for name in before.tensorNames {
                let isSame = try before.bytes(of: name).elementsEqual(after.bytes(of: name))
                #expect(isSame, "\(name)")
            }
        }
    }

    @Test func conventionsAreKept() throws {
        try withTemporaryFolder { folder in
            let source = try LoadedModel(path: GGUFFixture.path("llama", "f32"))
            let (back, file) = (joinPath(folder, "hf"), joinPath(folder, "a.gguf"))
            _ = try ModelConversion(source, to: .huggingFace(.float32)).write(to: back)
            let loaded = try LoadedModel(path: back)
            #expect(loaded.text == source.text)
            #expect(try loaded.tokenizer.encode("the cat\n") == source.tokenizer.encode("the cat\n"))
            _ = try ModelConversion(loaded, to: gguf("F16")).write(to: file)
            #expect(try LoadedModel(path: file).text == source.text)
        }
    }

    @Test func filesOfAFolderAreCopied() throws {
        try withTemporaryFolder { parent in
            let source = try folder(try Self.configuration(.llama), in: parent)
            let template = "{{ bos_token }}{# kept #}"
            try writeFileAtomically(joinPath(source.path, "chat_template.jinja"), template)
            let out = joinPath(parent, "half")
            _ = try ModelConversion(try LoadedModel(path: source.path), to: .huggingFace(.bfloat16)).write(
                to: out)
            let half = try LoadedModel(path: out)
            #expect(half.text.chatTemplate == template)
            #expect(
                half.model.parameters.allSatisfy { $0.shape.rank == 1 || $0.value.storedTypeName == "BF16" })
            #expect(try JSONValue(contentsOf: joinPath(out, "config.json"))["torch_dtype"] == "bfloat16")
        }
    }

    @Test func scaledPositionsAreKept() throws {
        let kinds: [(ModelFamily, RopeScaling)] = [
            (.llama, .linear(factor: 2)), (.qwen3, .yarn(YaRNScaling(factor: 4, originalContextLength: 6))),
            (
                .llama,
                .llama3(
                    Llama3Scaling(
                        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
                )
            ),
        ]
        for (family, scaling) in kinds {
            try withTemporaryFolder { parent in
                let source = try folder(
                    try Self.configuration(family, ropeBase: 500_000, scaling: scaling), in: parent)
                let file = joinPath(parent, "a.gguf")
                _ = try ModelConversion(source, to: gguf("F32")).write(to: file, verifies: true)
                #expect(try LoadedModel(path: file).model.configuration.ropeScaling == scaling)
            }
        }
    }

    @Test func typesAreThoseOfLlamaCpp() throws {
        try withTemporaryFolder { parent in
            let file = joinPath(parent, "a.gguf")
            let source = try folder(try Self.configuration(.gpt2, hasBias: true), in: parent)
            _ = try ModelConversion(source, to: gguf("Q4_0")).write(to: file)
            let tensors = try GGUFTensors(path: file)
            func type(_ name: String) -> String? { tensors.entry(named: name)?.type?.name }
            // The embedding is the head too.
            #expect(type("token_embd.weight") == "Q8_0" && type("position_embd.weight") == "F32")
            #expect(type("blk.1.ffn_up.weight") == "Q4_0" && type("blk.1.ffn_up.bias") == "F32")
            #expect(tensors.shape(of: "blk.0.attn_qkv.weight") == [96, 32])
            #expect(tensors.file["general.file_type"]?.int == 2)
        }
    }

    @Test func partialBlocksBecomeHalves() throws {
        try withTemporaryFolder { parent in
            let file = joinPath(parent, "a.gguf")
            let source = try folder(try Self.configuration(.llama, width: 48), in: parent)
            let result = try ModelConversion(source, to: gguf("Q8_0")).write(to: file, verifies: true)
            let names = result.exceptions.map(\.name)
            #expect(result.exceptions.allSatisfy { $0.type == "F16" })
            #expect(names.contains("token_embd.weight") && names.contains("blk.0.attn_q.weight"))
            // Its rows are as wide as the MLP.
            #expect(!names.contains("blk.0.ffn_down.weight"))
        }
    }

    @Test func nothingIsOverwrittenUnasked() throws {
        try withTemporaryFolder { parent in
            let source = try folder(try Self.configuration(.llama), in: parent)
            let file = joinPath(parent, "a.gguf")
            try writeFileAtomically(file, "mine")
            let conversion = ModelConversion(source, to: try gguf("F16"))
            #expect(throws: FileError.alreadyExists(path: file)) { _ = try conversion.write(to: file) }
            #expect(try readFile(file) == Array("mine".utf8))
            _ = try conversion.write(to: file, replacing: true, verifies: true)
            #expect(try readFile(file).prefix(4).elementsEqual("GGUF".utf8))
            // A folder without a model is nobody's to remove.
            let other = joinPath(parent, "other")
            try makeDirectories(other)
            try writeFileAtomically(joinPath(other, "letter.txt"), "mine")
            let toFolder = ModelConversion(source, to: .huggingFace(.float32))
            #expect(throws: FileError.self) { _ = try toFolder.write(to: other, replacing: true) }
            #expect(fileExists(joinPath(other, "letter.txt")))
        }
    }

    @Test func errorsOfTypes() throws {
        try withTemporaryFolder { parent in
            let source = try folder(try Self.configuration(.llama), in: parent)
            func error(_ type: String) throws -> Double {
                let file = joinPath(parent, type)
                _ = try ModelConversion(source, to: gguf(type)).write(to: file)
                let errors = try QuantizationError.measure(source.model, ggufFile: file)
                #expect(errors.reduce(0) { $0 + $1.elementCount } == source.model.parameterCount)
                return try #require(errors.first { $0.type == type }).relativeError
            }
            #expect(try error("F32") == 0)
            let (half, eight, four) = (try error("F16"), try error("Q8_0"), try error("Q4_0"))
            // About 2⁻¹², and for normal numbers 0.5 % and 8 %.
            #expect(half > 0 && half < 5e-4 && eight > 1e-3 && eight < 0.01 && four > 0.03 && four < 0.15)
        }
    }

    @Test func comparisonSeesADifference() throws {
        let configuration = try Self.configuration(.llama)
        let one = try configuration.makeModel(ParameterScope(.initialize(seed: 1)))
        let other = try configuration.makeModel(ParameterScope(.initialize(seed: 2)))
        let ids: [Int32] = [1, 2, 3, 250]
        let same = LogitComparison(one, one, ids: ids)
        #expect(same.largestDifference == 0 && abs(same.divergence) < 1e-12 && same.positions == 4)
        let different = LogitComparison(one, other, ids: ids)
        #expect(different.divergence > 1e-4 && different.meanDifference < different.largestDifference)
    }
}
