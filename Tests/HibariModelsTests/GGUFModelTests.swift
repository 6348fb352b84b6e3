import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import Testing

/// Tiny llama.cpp models made by gguf-py, against what transformers computes from their dequantized weights
/// (Tools/golden/gguf_model_fixtures.py).
struct GGUFFixture {
    static let architectures = ["llama", "qwen2", "qwen3", "gpt2"]
    static let types = ["f32", "q8_0", "q4_1"]

    static func path(_ architecture: String, _ type: String) -> String {
        joinPath(Golden.folder("gguf"), "\(architecture)-\(type).gguf")
    }

    /// The ids and, `[T, V]`, the logits of transformers.
    static func golden(_ architecture: String, _ type: String) throws -> (ids: [Int32], logits: [Double]) {
        let file = try SafetensorsFile(path: joinPath(Golden.folder("gguf"), "golden.safetensors"))
        let bytes = try file.bytes(of: "input_ids")
        let ids = stride(from: 0, to: bytes.count, by: 4).map {
            Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self))
        }
        return (ids, try file.floats(of: "\(architecture)-\(type)").map(Double.init))
    }

    /// A copy of a fixture with other metadata; nil removes a key.
    static func copy(_ architecture: String, _ changes: [String: GGUFValue?], to path: String) throws {
        let source = try GGUFTensors(path: Self.path(architecture, "f32"))
        var metadata = source.file.keys.compactMap { key in source.file[key].map { (key: key, value: $0) } }
        metadata.removeAll { changes.keys.contains($0.key) }
        for (key, value) in changes { if let value { metadata.append((key, value)) } }
        let tensors = try source.entries.map { entry in
            GGUFOutput(
                name: entry.name, type: try #require(entry.type), shape: entry.shape,
                bytes: try source.bytes(of: entry.name))
        }
        try writeGGUF(metadata: metadata, tensors: tensors, to: path)
    }
}

@Suite struct GGUFModelTests {
    @Test(arguments: GGUFFixture.architectures, GGUFFixture.types)
    func logits(_ architecture: String, _ type: String) throws {
        let (ids, expected) = try GGUFFixture.golden(architecture, type)
        for weights in [LoadedModel.Weights.stored, .float32] {
            let loaded = try LoadedModel(path: GGUFFixture.path(architecture, type), weights: weights)
            let logits = loaded.model.logits(Tensor(ids, shape: [1, ids.count])).numbers
            try #require(logits.count == expected.count)
            let largest = zip(logits, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(largest < 1e-4, "\(weights): \(largest)")
        }
    }

    @Test func quantizedMatricesStayAsTheyAre() throws {
        let loaded = try LoadedModel(path: GGUFFixture.path("llama", "q4_1"))
        for parameter in loaded.model.parameters {
            let isMatrix = parameter.shape.rank == 2
            #expect(parameter.value.storedTypeName == (isMatrix ? "Q4_1" : "F32"), "\(parameter.name)")
            #expect(!parameter.isTrainable, "\(parameter.name)")
        }
        let trainable = try LoadedModel(path: GGUFFixture.path("llama", "q4_1"), weights: .float32)
        #expect(trainable.model.parameters.allSatisfy { $0.isTrainable && $0.value.dtype == .float32 })
    }

    @Test func configuration() throws {
        let llama = try LoadedModel(path: GGUFFixture.path("llama", "f32")).model.configuration
        #expect(llama.normEpsilon == 1e-5 && llama.ropeBase == 50_000 && !llama.tiesEmbeddings)
        #expect(llama.headDim == 8 && llama.keyValueHeadCount == 2 && llama.vocabularySize == 112)
        #expect(try LoadedModel(path: GGUFFixture.path("qwen3", "f32")).model.configuration.headDim == 16)
        let gpt2 = try LoadedModel(path: GGUFFixture.path("gpt2", "f32")).model.configuration
        // The file has a copy of the embedding as its head.
        #expect(gpt2.tiesEmbeddings && gpt2.hasBias && gpt2.feedForwardSize == 128)
    }

    @Test func tokenizerAndConventions() throws {
        let llama = try LoadedModel(path: GGUFFixture.path("llama", "f32"))
        #expect(llama.tokenizer.vocabularySize == 101)
        // As llama.cpp, which puts 99 before it: pre-tokenizers of Llama 3 begin texts where nothing is said.
        #expect(try llama.tokenizer.encode("the cat") == [97, 94, 66, 64, 83])
        #expect(llama.text.beginningToken == 99 && llama.text.addsBeginning)
        #expect(llama.text.endTokens == [100, 99])
        #expect(llama.text.chatTemplate?.hasPrefix("{% for m in messages %}") == true)
        let qwen = try LoadedModel(path: GGUFFixture.path("qwen3", "f32"))
        #expect(qwen.text.beginningToken == 99 && !qwen.text.addsBeginning)
    }

    @Test func metadataDecideAboutBeginnings() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            try GGUFFixture.copy(
                "llama",
                [
                    "tokenizer.ggml.add_bos_token": .bool(false), "tokenizer.chat_template": nil,
                    "tokenizer.ggml.eot_token_id": .uint32(5),
                ], to: path)
            let text = try LoadedModel(path: path).text
            #expect(!text.addsBeginning && text.chatTemplate == nil && text.endTokens == [100, 5, 99])
        }
    }

    @Test(arguments: [
        ("llama.expert_count", GGUFValue.uint32(8), "llama.expert_count is 8"),
        ("llama.attention.causal", .bool(false), "llama.attention.causal is false"),
        ("llama.attention.sliding_window", .uint32(8), "llama.attention.sliding_window is 8"),
        ("llama.rope.dimension_count", .uint32(4), "llama.rope.dimension_count is 4"),
        ("llama.attention.value_length", .uint32(16), "llama.attention.value_length is 16"),
        ("llama.rope.scaling.type", .string("longrope"), "llama.rope.scaling.type is \"longrope\""),
        ("llama.rope.scaling.attn_factor", .float32(2), "llama.rope.scaling.attn_factor is 2"),
        ("llama.rope.scaling.yarn_log_multiplier", .float32(0.1), "yarn_log_multiplier"),
        ("llama.unheard_of", .uint32(1), "llama.unheard_of is 1"),
        ("llama.attention.head_count", .array(GGUFArray([4, 4] as [UInt32])), "head_count is a list of 2"),
        ("llama.attention.head_count_kv", .uint32(3), "not divisible"),
        ("llama.block_count", .uint32(0), "--layers is 0"),
        ("llama.attention.layer_norm_rms_epsilon", .float32(0), "a positive number"),
        ("general.type", .string("adapter"), "general.type is \"adapter\""),
        ("split.count", .uint16(2), "split.count is 2"),
        ("general.architecture", .string("mamba"), "mamba"),
        ("tokenizer.ggml.bos_token_id", .uint32(500), "bos_token_id is 500"),
        ("tokenizer.ggml.add_bos_token", .string("yes"), "add_bos_token is \"yes\""),
    ])
    func refusesWhatItDoesNotCompute(_ key: String, _ value: GGUFValue, _ text: String) throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            try GGUFFixture.copy("llama", [key: value], to: path)
            let error = #expect(throws: ConfigurationError.self) { try LoadedModel(path: path) }
            let description = error?.description ?? ""
            #expect(description.hasPrefix(path) && description.contains(text), "\(description)")
            #expect(error?.exitStatus == .badData)
        }
    }

    @Test(arguments: ["general.architecture", "llama.block_count", "llama.context_length"])
    func refusesWithout(_ key: String) throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            try GGUFFixture.copy("llama", [key: nil], to: path)
            #expect(errorMessage { _ = try LoadedModel(path: path) }.contains("the key \(key) is missing"))
        }
    }

    @Test func neutralSettingsAreFine() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            try GGUFFixture.copy(
                "llama",
                [
                    "llama.expert_count": .uint32(0), "llama.attention.causal": .bool(true),
                    "llama.rope.scaling.type": .string("none"), "llama.logit_scale": .float32(1),
                ], to: path)
            let loaded = try LoadedModel(path: path)
            #expect(loaded.model.configuration.ropeScaling == nil)
        }
    }

    @Test func scaledPositions() throws {
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "a.gguf")
            func scaling(_ changes: [String: GGUFValue?]) throws -> RopeScaling? {
                try GGUFFixture.copy("llama", changes, to: path)
                return try LoadedModel(path: path).model.configuration.ropeScaling
            }
            let linear = try scaling([
                "llama.rope.scaling.type": .string("linear"), "llama.rope.scaling.factor": .float32(4),
            ])
            #expect(linear == .linear(factor: 4))
            let old = try scaling(["llama.rope.scale_linear": .float32(2)])
            #expect(old == .linear(factor: 2))
            let yarn = try scaling([
                "llama.rope.scaling.type": .string("yarn"), "llama.rope.scaling.factor": .float32(4),
                "llama.rope.scaling.original_context_length": .uint32(6),
            ])
            #expect(yarn == .yarn(YaRNScaling(factor: 4, originalContextLength: 6)))
        }
    }

    @Test func missingFileIsNamed() {
        #expect(errorMessage { _ = try LoadedModel(path: "/nowhere/a.gguf") }.contains("/nowhere/a.gguf'"))
    }
}
