import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// Damaged adapters and llama.cpp models: errors, or models that compute something.
@Suite struct ModelFuzzTests {
    private let folder = TemporaryDirectory()
    private let token = Tensor([0] as [Int32], shape: [1, 1])

    @Test(arguments: [AdapterFolder.configurationName, AdapterFolder.weightsName])
    func adapters(_ name: String) throws {
        let source = Golden.folder("adapters/llama_lora")
        for file in [AdapterFolder.configurationName, AdapterFolder.weightsName] {
            try writeQuickly(joinPath(folder.path, file), readFile(joinPath(source, file)))
        }
        let golden = try Golden("llama_gqa_untied")
        let words = name == AdapterFolder.configurationName ? Mutations.jsonWords : []
        let mutations = Mutations(try readFile(joinPath(source, name)), words: words, seed: 1)
        let refused = try refusals(of: mutations, count: 500, path: joinPath(folder.path, name)) { _ in
            let adapter = try AdapterFolder(
                path: folder.path, base: Golden.folder("llama_gqa_untied"))
            let model = try golden.configuration.makeModel(
                ParameterScope(.read(golden.weights), lowRank: adapter.plan))
            _ = model.logits(token)
        }
        #expect(refused > 100, "\(refused)")
    }

    /// The vocabulary, the sizes, the chat template and the tensors of whole models.
    @Test(arguments: ["llama", "gpt2"]) func llamaCpp(_ architecture: String) throws {
        let valid = try readFile(GGUFFixture.path(architecture, "q4_1"))
        let path = folder.path + "/a.gguf"
        let refused = try refusals(of: Mutations(valid, seed: 2), count: 300, path: path) {
            let loaded = try LoadedModel(path: $0)
            _ = loaded.model.logits(token)
            _ = try loaded.tokenizer.encode("a lark sings")
        }
        #expect(refused > 50, "\(refused)")
    }
}
