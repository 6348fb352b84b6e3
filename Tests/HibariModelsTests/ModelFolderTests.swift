import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import Testing

/// Folders of models: what is written can be read, and what does not fit together is refused.
@Suite struct ModelFolderTests {
    private static func configuration(
        _ family: ModelFamily, vocabularySize: Int = 257, ties: Bool = true, hasBias: Bool = false
    ) throws -> DecoderConfiguration {
        try DecoderConfiguration(
            family: family, vocabularySize: vocabularySize, contextLength: 12, layerCount: 2, hiddenSize: 16,
            headCount: 4, keyValueHeadCount: family == .gpt2 ? nil : 2, feedForwardSize: 24,
            tiesEmbeddings: ties,
            hasBias: hasBias)
    }

    private func makeModel(_ configuration: DecoderConfiguration, seed: UInt64 = 3) throws
        -> any LanguageModel
    {
        try configuration.makeModel(ParameterScope(.initialize(seed: seed)))
    }

    private let ids = Tensor((0..<12).map { Int32($0 * 20) }, shape: [1, 12])

    @Test(arguments: Golden.models) func namesAreThoseOfTheFile(_ name: String) throws {
        let golden = try Golden(name)
        let ours = golden.model.parameters.map(\.name) + golden.model.unusedZeros.map(\.name)
        #expect(ours.sorted() == golden.weights.tensorNames.sorted())
    }

    @Test(arguments: ModelFamily.allCases, [true, false])
    func savedAndLoadedIsIdentical(_ family: ModelFamily, _ ties: Bool) throws {
        try withTemporaryFolder { folder in
            let hasBias = family == .gpt2 && ties
            let model = try makeModel(try Self.configuration(family, ties: ties, hasBias: hasBias))
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            for path in [folder, joinPath(folder, ModelFolder.weightsName)] {
                let loaded = try ModelFolder(path: path)
                #expect(loaded.model.configuration == model.configuration)
                #expect(
                    loaded.model.logits(ids).array(of: Float.self) == model.logits(ids).array(of: Float.self))
                #expect(loaded.model.parameters.map(\.name) == model.parameters.map(\.name))
            }
        }
    }

    @Test func writingTwiceGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            let model = try makeModel(try Self.configuration(.qwen3))
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            let names = try listDirectory(folder)
            #expect(names.count == 5)
            let before = try names.map { try readFile(joinPath(folder, $0)) }
            try ModelFolder.write(try ModelFolder(path: folder).model, ByteTokenizer(), to: folder)
            #expect(try names.map { try readFile(joinPath(folder, $0)) } == before)
        }
    }

    /// transformers takes the tokenizer of Qwen2 for another one otherwise.
    @Test func qwen2NamesTheClassOfItsTokenizerTwice() throws {
        for family in ModelFamily.allCases {
            try withTemporaryFolder { folder in
                try ModelFolder.write(
                    try makeModel(try Self.configuration(family)), ByteTokenizer(), to: folder)
                let settings = try JSONValue(contentsOf: joinPath(folder, "tokenizer_config.json"))
                let classes = settings["auto_map"]?["AutoTokenizer"]?.array
                let name = try #require(settings["tokenizer_class"])
                #expect(classes == (family == .qwen2 ? [name, name] : nil))
            }
        }
    }

    @Test func foldersWithoutAModelAreNamed() throws {
        try withTemporaryFolder { folder in
            #expect(
                errorMessage { _ = try LoadedModel(path: folder) }.hasPrefix("\(folder): no model; give "))
            let file = joinPath(folder, "notes.txt")
            try writeQuickly(file, Array("no model".utf8))
            #expect(errorMessage { _ = try LoadedModel(path: file) }.hasPrefix("\(file): no model; give "))
        }
    }

    @Test func weightsWithoutBiasesMustHaveNone() throws {
        try withTemporaryFolder { folder in
            let model = try makeModel(try Self.configuration(.gpt2, hasBias: true))
            model.parameters.first { $0.name.hasSuffix("h.1.ln_1.bias") }?.assign(
                Tensor(repeating: 1, shape: [16]))
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            var configuration = model.configuration
            configuration.hasBias = false
            let weights = try SafetensorsFile(path: joinPath(folder, ModelFolder.weightsName))
            let error = #expect(throws: ParameterError.self) {
                try configuration.makeModel(ParameterScope(.read(weights)))
            }
            #expect(error?.description.contains("transformer.h.1.ln_1.bias is not zero") == true)
        }
    }

    @Test func vocabularySmallerThanTheTokenizersIsRefused() throws {
        try withTemporaryFolder { folder in
            let model = try makeModel(try Self.configuration(.llama, vocabularySize: 200))
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            let error = #expect(throws: ModelFolderError.self) { try ModelFolder(path: folder) }
            #expect(error?.exitStatus == .badData)
            #expect(error?.description.contains("the tokenizer has 257 entries, the model only 200") == true)
        }
    }

    @Test func vocabularyMayBePadded() throws {
        try withTemporaryFolder { folder in
            let model = try makeModel(try Self.configuration(.llama, vocabularySize: 300))
            try ModelFolder.write(model, ByteTokenizer(), to: folder)
            let loaded = try LoadedModel(path: folder)
            #expect(loaded.model.configuration.vocabularySize == 300)
            #expect(loaded.tokenizer.vocabularySize == 257)
        }
    }

    @Test(arguments: ModelFamily.allCases) func copyOfATiedHeadIsTolerated(_ family: ModelFamily) throws {
        try withTemporaryFolder { folder in
            let model = try makeModel(try Self.configuration(family))
            let tensors =
                model.parameters.map { SafetensorsTensor(name: $0.name, $0.value) }
                + model.unusedZeros.map { SafetensorsTensor(name: $0.name, Tensor(zeros: $0.shape)) }
            let path = joinPath(folder, "model.safetensors")
            try writeSafetensors(
                tensors + [SafetensorsTensor(name: "lm_head.weight", model.parameters[0].value)], to: path)
            let loaded = try model.configuration.makeModel(
                ParameterScope(.read(try SafetensorsFile(path: path))))
            #expect(loaded.logits(ids).array(of: Float.self) == model.logits(ids).array(of: Float.self))
        }
    }
}
