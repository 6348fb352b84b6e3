import HibariModels
import HibariNN
import HibariTensor
import Testing

/// New adapters on whole models: at first nothing changes, and dropout is the adapters' own.
@Suite struct AdapterTests {
    private static let forms = [
        "r=4", "r=3,alpha=5,rslora", "r=2,dora", "r=2,dropout=0.3,targets=q_proj+c_attn+down_proj+c_fc",
    ]

    /// A golden model, new adapters on it, and the same without.
    private static func models(
        _ name: String, _ form: String, dropout: Double = 0
    ) throws -> (adapted: any LanguageModel, plain: any LanguageModel) {
        let golden = try Golden(name)
        var configuration = golden.configuration
        configuration.dropout = dropout
        var lowRank = try LowRankConfiguration(parsing: form)
        if case .modules(let names) = lowRank.targets {
            // Each model has some of them.
            let isGPT2 = configuration.family == .gpt2
            lowRank.targets = .modules(names.filter { $0.hasPrefix("c_") == isGPT2 })
        }
        let plan = LowRankPlan(lowRank, .initialize(seed: 1))
        return (
            try configuration.makeModel(ParameterScope(.read(golden.weights), lowRank: plan)),
            try configuration.makeModel(ParameterScope(.read(golden.weights)))
        )
    }

    private let ids = Tensor((0..<12).map { Int32($0 * 5) }, shape: [1, 12])

    private func isSame(_ a: Tensor, _ b: Tensor) -> Bool {
        a.array(of: Float.self) == b.array(of: Float.self)
    }

    @Test(arguments: Golden.models, forms)
    func newAdaptersChangeNoBits(_ name: String, _ form: String) throws {
        let (adapted, plain) = try Self.models(name, form)
        #expect(!adapted.adapters.isEmpty)
        let sameLogits = isSame(adapted.logits(ids), plain.logits(ids))
        #expect(sameLogits)
        let tokens = ids.array(of: Int32.self)
        let sameCached = isSame(
            adapted.nextLogits(after: tokens, cache: adapted.makeCache()),
            plain.nextLogits(after: tokens, cache: plain.makeCache()))
        #expect(sameCached)
    }

    @Test(arguments: Golden.models, forms)
    func masksOfTheModelStayAsTheyAre(_ name: String, _ form: String) throws {
        let (adapted, plain) = try Self.models(name, form, dropout: 0.2)
        let context = ForwardContext.training(seed: 5, step: 3)
        let same = isSame(adapted.hiddenStates(ids, context), plain.hiddenStates(ids, context))
        #expect(same)
        let dropsOut = !isSame(
            adapted.hiddenStates(ids, context), adapted.hiddenStates(ids, ForwardContext()))
        #expect(dropsOut)
    }

    @Test(arguments: ["gpt2", "llama"], ["r=2,dropout=0.4", "r=2,dropout=0.4,dora"])
    func dropoutOfAdapters(_ name: String, _ form: String) throws {
        let (adapted, _) = try Self.models(name, form)
        for adapter in adapted.adapters {
            adapter.b.assign(Tensor(repeating: 0.05, shape: adapter.b.shape))
        }
        func hidden(_ step: UInt64?) -> Tensor {
            adapted.hiddenStates(ids, step.map { .training(seed: 1, step: $0) } ?? ForwardContext())
        }
        let repeats = isSame(hidden(0), hidden(0))
        let differs = !isSame(hidden(0), hidden(1)) && !isSame(hidden(0), hidden(nil))
        #expect(repeats && differs)
    }

    /// Blocks that are computed again draw the same masks, and give the same gradients to the bit.
    @Test(arguments: ["r=2,dropout=0.4", "r=2,dropout=0.4,dora", "r=2,dora"])
    func recomputedBlocks(_ form: String) throws {
        let (adapted, _) = try Self.models("llama", form)
        for adapter in adapted.adapters {
            adapter.b.assign(Tensor(repeating: 0.05, shape: adapter.b.shape))
        }
        let targets = Tensor((0..<12).map { Int32($0 * 3) }, shape: [1, 12])
        func gradients(_ recompute: Recompute) -> [[Float]] {
            for parameter in adapted.trainedParameters { parameter.clearGradient() }
            _ = valueWithGradient {
                adapted.loss(ids, targets, .training(seed: 1, step: 2, recompute: recompute))
            }
            return adapted.trainedParameters.map { $0.gradient.array(of: Float.self) }
        }
        let kept = gradients(.none)
        let isSame = gradients(.block) == kept && gradients(.mlp) == kept
        #expect(isSame)
        #expect(kept.allSatisfy { $0.contains { $0 != 0 } })
    }

    @Test func namesAreThoseOfTheModel() throws {
        let (llama, _) = try Self.models("llama", "r=1")
        #expect(llama.adapters.count == 14)
        #expect(llama.adapters[0].module == "model.layers.0.self_attn.q_proj")
        #expect(llama.adapters[0].a.name == "model.layers.0.self_attn.q_proj.lora_A.weight")
        let (gpt2, _) = try Self.models("gpt2", "r=1")
        #expect(
            gpt2.adapters.prefix(4).map(\.module) == [
                "transformer.h.0.attn.c_attn", "transformer.h.0.attn.c_proj", "transformer.h.0.mlp.c_fc",
                "transformer.h.0.mlp.c_proj",
            ])
    }

    /// The output projection is no hidden matrix.
    @Test func theHeadHasNoAdapter() throws {
        let (all, _) = try Self.models("llama_gqa_untied", "r=1")
        #expect(!all.adapters.contains { $0.module == "lm_head" })
        let error = #expect(throws: LowRankError.self) {
            let golden = try Golden("llama_gqa_untied")
            let plan = LowRankPlan(
                try LowRankConfiguration(targets: .modules(["q_proj", "lm_head"])), .initialize(seed: 1))
            _ = try golden.configuration.makeModel(ParameterScope(.read(golden.weights), lowRank: plan))
        }
        #expect(
            error?.description
                == "adapters: no linear map of this model is called lm_head; there are q_proj, k_proj, "
                + "v_proj, o_proj, gate_proj, up_proj, down_proj")
    }

    @Test func theModelIsTrainedTooIfThePlanSaysSo() throws {
        let golden = try Golden("gpt2")
        let plan = LowRankPlan(
            try LowRankConfiguration(rank: 2), .initialize(seed: 1), freezesBase: false)
        let model = try golden.configuration.makeModel(ParameterScope(.read(golden.weights), lowRank: plan))
        #expect(model.trainedParameters.count == model.parameters.count + 16)
        _ = valueWithGradient { model.loss(ids, ids) }
        for parameter in model.trainedParameters { #expect(parameter.hasGradient, "\(parameter.name)") }
    }
}
