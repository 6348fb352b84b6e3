import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTraining
import Testing

/// What is trained is what was asked for, and nothing else moves.
@Suite struct TrainedPartTests {
    private let run: FineTuneRun

    init() throws { run = try FineTuneRun() }

    @Test func groupsOfNames() {
        let groups: [(String, ParameterGroup)] = [
            ("model.embed_tokens.weight", .embedding), ("transformer.wpe.weight", .embedding),
            ("model.layers.3.self_attn.q_proj.weight", .attention),
            ("transformer.h.0.attn.c_attn.bias", .attention),
            ("model.layers.3.self_attn.q_norm.weight", .norms), ("transformer.h.0.ln_1.weight", .norms),
            ("model.norm.weight", .norms), ("transformer.ln_f.bias", .norms),
            ("model.layers.11.mlp.up_proj.weight", .mlp), ("lm_head.weight", .head), ("score.weight", .head),
            ("model.layers.0.self_attn.q_proj.lora_A.weight", .adapters),
        ]
        for (name, group) in groups { #expect(ParameterGroup(of: name) == group, "\(name)") }
    }

    @Test func blocksThatAGradientPasses() throws {
        let decoder = try DecoderConfiguration(
            family: .llama, vocabularySize: 11, contextLength: 8, layerCount: 4, hiddenSize: 8, headCount: 2)
        func passed(_ names: String...) -> Int { TrainedPart.blocksPassed(names, decoder) }
        #expect(passed("model.norm.weight", "lm_head.weight") == 0)
        #expect(passed("model.layers.3.mlp.up_proj.weight", "model.norm.weight") == 1)
        #expect(passed("model.layers.1.self_attn.q_proj.lora_B.weight") == 3)
        #expect(passed("model.embed_tokens.weight", "model.norm.weight") == 4)
    }

    @Test func allOfTheModel() throws {
        try run.train("all", try run.configuration())
        let names = try SafetensorsFile(path: run.base + "/model.safetensors").tensorNames
        #expect(try run.changedTensors("all") == Set(names))
    }

    @Test func frozenBytesStay() throws {
        try run.train("part", try run.configuration { $0.freeze = ["*embed*", "*.layers.0.*", "*norm*"] })
        let changed = try run.changedTensors("part")
        #expect(!changed.isEmpty)
        #expect(
            changed.allSatisfy { $0.contains(".layers.1.") && !$0.contains("norm") }, "\(changed.sorted())")
        #expect(changed.contains("model.layers.1.mlp.up_proj.weight"))
    }

    /// The head is the embedding here, which stays.
    @Test func theLastBlock() throws {
        try run.train("last", try run.configuration { $0.trainLast = 1 })
        let names = try SafetensorsFile(path: run.base + "/model.safetensors").tensorNames
        let expected = names.filter { $0.contains(".layers.1.") || $0 == "model.norm.weight" }
        #expect(try run.changedTensors("last") == Set(expected))
    }

    @Test func adaptersLeaveTheBase() throws {
        let before = try readFile(run.base + "/model.safetensors")
        let result = try run.train("adapter", try run.adapters())
        let isSame = try readFile(run.base + "/model.safetensors") == before
        #expect(isSame)
        let folder = run.tiny.run("adapter").path
        #expect(!fileExists(folder + "/model.safetensors"))
        for file in ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "best", "last"] {
            #expect(fileExists(folder + "/" + file), "\(file)")
        }
        let (was, now) = (result.before.heldOut?.loss ?? 0, result.after?.heldOut?.loss ?? .infinity)
        #expect(now < was, "\(was) before, \(now) after")
    }

    /// A base that was not pretrained here has no rate of its own.
    @Test func defaultsOfTheField() throws {
        let adapters = FineTuneConfiguration(model: run.base, lowRank: try LowRankConfiguration())
        #expect(adapters.recipe.learningRate == 2e-4 && adapters.recipe.weightDecay == 0)
        #expect(FineTuneConfiguration(model: "elsewhere").recipe.learningRate == 2e-5)
        #expect(abs(FineTuneConfiguration(model: run.base).recipe.learningRate - 1e-3) < 1e-12)
    }

    private enum Mistake: String, CaseIterable {
        case unknownPattern = "\"*.layers.7.*\" matches no parameter"
        case allFrozen = "leaves nothing"
        case tooManyBlocks = "the model's 2 blocks"
        case frozenBesideAdapters = "--freeze does not apply"
        case blocksBesideAdapters = "--train-last does not apply"
        case floatWeights = "--base-weights does not apply"
        case longContext = "from 1 to the model's 16"

        func make(_ c: inout FineTuneConfiguration) throws {
            switch self {
            case .unknownPattern: c.freeze = ["*.layers.7.*"]
            case .allFrozen: c.freeze = ["*"]
            case .tooManyBlocks: c.trainLast = 3
            case .frozenBesideAdapters: (c.lowRank, c.freeze) = (try LowRankConfiguration(), ["*"])
            case .blocksBesideAdapters: (c.lowRank, c.trainLast) = (try LowRankConfiguration(), 1)
            case .floatWeights: c.baseWeights = .float32
            case .longContext: c.context = 17
            }
        }
    }

    /// A context that is too long is named as the command calls it.
    @Test func contextHasItsOption() throws {
        let configuration = try run.configuration { $0.context = 17 }
        for (source, option) in [
            (CorpusSource([]), "--context"), (InstructionSource("answers.jsonl"), "--max-length"),
        ] as [(any FineTuningSource, String)] {
            let error = #expect(throws: ConfigurationError.self) {
                try configuration.context(limit: 16, source)
            }
            #expect(error?.description.hasPrefix(option) == true, "\(option)")
        }
    }

    @Test(arguments: Mistake.allCases) private func mistakesAreNamed(_ mistake: Mistake) throws {
        let configuration = try run.configuration { try mistake.make(&$0) }
        let error = #expect(throws: (any Error).self) { try run.prepare(configuration) }
        let described = (error as? any UserError)?.description ?? "no UserError"
        #expect(described.contains(mistake.rawValue), "\(described)")
    }
}
