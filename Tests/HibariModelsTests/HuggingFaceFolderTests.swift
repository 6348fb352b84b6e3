import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// A tiny folder of transformers to read from, with its logits and loss.
private struct GoldenFolder {
    let configuration: DecoderConfiguration
    let weights: any TensorSource
    /// The file of results, and what the names of this folder's start with.
    let file: SafetensorsFile
    let prefix: String

    /// - Parameter variant: of the rotary settings.
    init(rope variant: String) throws {
        try self.init("rope", configuration: variant + ".json", prefix: variant + "/")
    }

    init(_ folder: String, configuration name: String = "config.json", prefix: String = "") throws {
        let folder = Golden.folder(folder)
        let path = joinPath(folder, name)
        configuration = try DecoderConfiguration(huggingFace: try JSONValue(contentsOf: path), path: path)
        weights = try openWeights(folder: folder)
        file = try SafetensorsFile(path: joinPath(folder, "golden.safetensors"))
        self.prefix = prefix
    }

    func model(_ dtype: DType = .float32) throws -> any LanguageModel {
        try configuration.makeModel(ParameterScope(.read(weights), dtype: dtype))
    }

    func ids(_ name: String) throws -> Tensor {
        let bytes = try file.bytes(of: name)
        let values = stride(from: 0, to: bytes.count, by: 8).map {
            Int32(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)))
        }
        return Tensor(values, shape: Shape(file.shape(of: name) ?? []))
    }

    func numbers(_ name: String) throws -> [Double] { try file.floats(of: prefix + name).map(Double.init) }

    /// Logits and loss of 48 positions, and the logits one position after the other with the cache.
    func check(_ dtype: DType) throws {
        let (model, ids) = (try model(dtype), try ids("input_ids"))
        #expect(ids.shape == [1, 48])
        let logits = model.logits(ids).numbers
        let error = relativeError(logits, try numbers("logits"))
        #expect(error <= GoldenForwardTests.tolerance(dtype), "logits: relative error \(error)")
        let loss = relativeError([model.loss(ids, try self.ids("targets")).item], try numbers("loss"))
        #expect(loss <= GoldenForwardTests.tolerance(dtype), "loss: relative error \(loss)")
        guard dtype == .float32 else { return }
        let cache = model.makeCache()
        let stepwise = ids.array(of: Int32.self).flatMap {
            model.nextLogits(after: [$0], cache: cache).numbers
        }
        #expect(relativeError(stepwise, logits) <= 1e-5)
    }
}

/// Folders as transformers writes them, whose weights and settings must be read exactly.
@Suite struct HuggingFaceFolderTests {
    static let variants = [
        "linear", "dynamic", "llama3", "yarn", "yarn_attention_factor", "yarn_mscale", "longrope_short",
        "longrope_equal",
    ]

    /// 48 positions, where the original context is 32.
    @Test(arguments: variants, [DType.float32, .float64])
    func ropeScaling(_ variant: String, _ dtype: DType) throws {
        try GoldenFolder(rope: variant).check(dtype)
    }

    @Test(arguments: variants) func ropeScalingIsWrittenAsItWasRead(_ variant: String) throws {
        let configuration = try GoldenFolder(rope: variant).configuration
        #expect(configuration.ropeScaling != nil)
        let json = configuration.huggingFaceJSON(endOfText: nil)
        #expect(try DecoderConfiguration(huggingFace: json, path: "config.json") == configuration)
    }

    /// The form of transformers 4: the base apart, the type under its first name.
    @Test(arguments: variants) func olderForm(_ variant: String) throws {
        let path = joinPath(Golden.folder("rope"), variant + ".json")
        var object = try #require(try JSONValue(contentsOf: path).object)
        var settings = try #require(object["rope_parameters"]?.object)
        object["rope_theta"] = settings["rope_theta"]
        (settings["type"], settings["rope_type"], settings["rope_theta"]) = (settings["rope_type"], nil, nil)
        (object["rope_scaling"], object["rope_parameters"]) = (.object(settings), nil)
        let older = try DecoderConfiguration(huggingFace: .object(object), path: path)
        #expect(try older == GoldenFolder(rope: variant).configuration)
        // The original context beside the settings comes first, as in transformers.
        guard ["llama3", "yarn"].contains(variant) else { return }
        object["original_max_position_embeddings"] = 16
        #expect(try DecoderConfiguration(huggingFace: .object(object), path: path) != older)
    }

    @Test(arguments: ["shards_qwen2_f16", "shards_mistral_bf16"], [DType.float32, .float64])
    func shards(_ name: String, _ dtype: DType) throws {
        let folder = try GoldenFolder(name)
        #expect(folder.weights is ShardedSafetensors)
        try folder.check(dtype)
    }

    @Test(arguments: ["shards_qwen2_f16", "shards_mistral_bf16"])
    func shardsMultipliedAsTheyAre(_ name: String) throws {
        let folder = try GoldenFolder(name)
        let model = try folder.configuration.makeModel(
            ParameterScope(.read(folder.weights, keepsStored: true)))
        #expect(model.outputWeight.value.dtype == .blocks)
        let logits = model.logits(try folder.ids("input_ids")).numbers
        let error = relativeError(logits, try folder.numbers("logits"))
        #expect(error <= 1e-5, "logits: relative error \(error)")
    }

    @Test func whatTheFoldersAre() throws {
        let qwen2 = try GoldenFolder("shards_qwen2_f16").configuration
        #expect(qwen2.family == .qwen2 && qwen2.attentionBias == .queryKeyValue && !qwen2.tiesEmbeddings)
        let mistral = try GoldenFolder("shards_mistral_bf16").configuration
        #expect(mistral.family == .llama && mistral.slidingWindow == 7)
        let json = mistral.huggingFaceJSON(endOfText: 3)
        #expect(json["architectures"] == ["MistralForCausalLM"])
        #expect(try DecoderConfiguration(huggingFace: json, path: "config.json") == mistral)
    }
}
