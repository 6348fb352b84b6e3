import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import Testing

/// `hibari merge`, and what other commands make of adapters.
@Suite struct MergeTests {
    private let space: Workspace

    /// A model, and adapters of it that change what it computes.
    init() throws {
        space = try Workspace()
        try space.pretrain("run", "--arch", "llama", "--tokenizer", "bytes")
        let plan = LowRankPlan(try LowRankConfiguration(parsing: "r=2,dora"), .initialize(seed: 1))
        let loaded = try LoadedModel(path: space.path("run"), weights: .float32, lowRank: plan)
        for adapter in loaded.model.adapters {
            adapter.b.assign(Tensor(repeating: 0.2, shape: adapter.b.shape))
        }
        try makeDirectories(space.path("adapter"))
        try AdapterFolder.write(loaded.model, basePath: "../run", to: space.path("adapter"))
    }

    private func logits(_ name: String) throws -> [Float] {
        let model = try LoadedModel(path: space.path(name), weights: .float32).model
        return model.logits(Tensor((0..<8).map { Int32($0 * 9) }, shape: [1, 8])).array(of: Float.self)
    }

    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test func mergedIsTheSameModel() throws {
        let base = try space.read("run/model.safetensors")
        let outcome = try hibari("merge", space.path("adapter"), "--out", space.path("merged"), "--verify")
        expectSuccess(outcome)
        #expect(outcome.output.contains("adapters  7, r=2,alpha=4,targets="))
        let adapted = try logits("adapter")
        #expect(largestDifference(try logits("merged"), adapted) < 1e-5)
        #expect(largestDifference(try logits("run"), adapted) > 1e-3)
        let isUntouched = try space.read("run/model.safetensors") == base
        #expect(isUntouched)
        expectSuccess(
            try hibari("generate", space.path("merged"), "--prompt", "The", "--max-tokens", "3"))
        expectSuccess(
            try hibari("generate", space.path("adapter"), "--prompt", "The", "--max-tokens", "3"))
    }

    @Test func adaptersAreInspectedWithTheirModel() throws {
        let shown = expectSuccess(try hibari("inspect", space.path("adapter"), "--tensors")).output
        #expect(shown.contains("llama, 1 layers") || shown.contains("llama, 2 layers"))
        #expect(shown.contains("lora_A.weight"))
    }

    @Test func anotherBase() throws {
        try space.copyModel("run", to: "copy")
        expectSuccess(
            try hibari(
                "merge", space.path("adapter"), "--base", space.path("copy"), "--out", space.path("merged")))
        expectError(
            try hibari(
                "merge", space.path("adapter"), "--base", space.path("nothing"), "--out", space.path("other")),
            66, "nothing")
        #expect(!space.exists("other"))
    }

    @Test func mistakes() throws {
        expectError(
            try hibari("merge", space.path("run"), "--out", space.path("merged")), 66, "adapter_config.json")
        try makeDirectories(space.path("there"))
        expectError(
            try hibari("merge", space.path("adapter"), "--out", space.path("there")), 73, "there")
        expectError(
            try hibari("convert", space.path("adapter"), "--to", "hf", "--out", space.path("converted")), 65,
            "hibari merge")
        #expect(!space.exists("converted"))
        #expect(throws: AdapterFolderError.isAdapter(path: space.path("adapter"))) {
            try LoadedModel(
                path: space.path("adapter"),
                lowRank: LowRankPlan(try LowRankConfiguration(), .initialize(seed: 1)))
        }
    }
}
