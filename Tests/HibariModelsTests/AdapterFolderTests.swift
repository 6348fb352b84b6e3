import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import Testing

/// Folders of adapters: what is written can be read, what is damaged or not supported is refused.
@Suite struct AdapterFolderTests {
    private static let base = Golden.folder("llama_gqa_untied")

    /// A copy of PEFT's adapters whose description was changed.
    private static func copy(
        _ name: String = "llama_lora", to folder: String, changing: (inout JSONObject) -> Void = { _ in }
    ) throws {
        let source = Golden.folder("adapters/\(name)")
        var json =
            try JSONValue(contentsOf: joinPath(source, AdapterFolder.configurationName)).object
            ?? JSONObject()
        json["base_model_name_or_path"] = .string(base)
        changing(&json)
        try writeQuickly(
            joinPath(folder, AdapterFolder.configurationName), JSONValue.object(json).bytes(pretty: true))
        try writeQuickly(
            joinPath(folder, AdapterFolder.weightsName),
            readFile(joinPath(source, AdapterFolder.weightsName)))
    }

    private static func open(_ folder: String, base: String? = nil) throws -> any LanguageModel {
        let adapter = try AdapterFolder(path: folder, base: base)
        let golden = try Golden("llama_gqa_untied")
        return try golden.configuration.makeModel(
            ParameterScope(.read(golden.weights), lowRank: adapter.plan))
    }

    /// What is wrong with PEFT's adapters after a change of their description.
    private static func problem(
        _ name: String = "llama_lora", changing: (inout JSONObject) -> Void
    ) throws -> String {
        let folder = TemporaryDirectory()
        try copy(name, to: folder.path, changing: changing)
        return withExtendedLifetime(folder) { errorMessage { _ = try open(folder.path) } }
    }

    @Test(arguments: GoldenAdapter.names) func writtenAndReadIsIdentical(_ name: String) throws {
        let golden = try GoldenAdapter(name)
        let ids = try golden.ids("input_ids")
        try withTemporaryFolder { folder in
            try AdapterFolder.write(golden.model, basePath: golden.folder.basePath, to: folder)
            let again = try AdapterFolder(path: folder)
            #expect(again.basePath == golden.folder.basePath)
            let model = try golden.model.configuration.makeModel(
                ParameterScope(.read(golden.base), lowRank: again.plan))
            #expect(model.adapters.map(\.module) == golden.model.adapters.map(\.module))
            let isSame =
                model.logits(ids).array(of: Float.self) == golden.model.logits(ids).array(of: Float.self)
            #expect(isSame)
            let before = try readFile(joinPath(folder, AdapterFolder.weightsName))
            try AdapterFolder.write(model, basePath: golden.folder.basePath, to: folder)
            let sameBytes = try readFile(joinPath(folder, AdapterFolder.weightsName)) == before
            #expect(sameBytes)
        }
    }

    /// Programs that know no "all-linear" get the names.
    @Test func allLinearIsWrittenAsNames() throws {
        let golden = try Golden("gpt2")
        let plan = LowRankPlan(
            try LowRankConfiguration(parsing: "r=2,alpha=3.5,dropout=0.1,dora"), .initialize(seed: 1))
        let model = try golden.configuration.makeModel(ParameterScope(.read(golden.weights), lowRank: plan))
        try withTemporaryFolder { folder in
            try AdapterFolder.write(model, basePath: Golden.folder("gpt2"), to: folder)
            let json = try JSONValue(contentsOf: joinPath(folder, AdapterFolder.configurationName))
            #expect(json["target_modules"] == ["c_attn", "c_fc", "c_proj"])
            #expect(json["lora_alpha"]?.double == 3.5 && json["lora_dropout"]?.double == 0.1)
            #expect(json["use_dora"] == true && json["fan_in_fan_out"] == true)
            let read = try AdapterFolder(path: folder).configuration
            var expected = plan.configuration
            expected.targets = .modules(["c_attn", "c_fc", "c_proj"])
            #expect(read == expected)
        }
    }

    @Test func theBaseIsFoundFromTheFolder() throws {
        let fixture = try AdapterFolder(path: Golden.folder("adapters/llama_lora"))
        #expect(fixture.basePath.hasSuffix("adapters/llama_lora/../../llama_gqa_untied"))
        try withTemporaryFolder { folder in
            try Self.copy(to: folder) { $0["base_model_name_or_path"] = "someone/somewhere" }
            let error = #expect(throws: AdapterFolderError.self) { try AdapterFolder(path: folder) }
            #expect(error?.exitStatus == .inputMissing)
            #expect(error?.description.contains("belongs to someone/somewhere") == true)
            #expect(try AdapterFolder(path: folder, base: Self.base).basePath == Self.base)
            try Self.copy(to: folder) { $0["base_model_name_or_path"] = .null }
            #expect(throws: AdapterFolderError.noBase(path: folder)) { try AdapterFolder(path: folder) }
            let other = Golden.folder("adapters/gpt2_lora")
            #expect(throws: AdapterFolderError.baseIsAdapter(path: folder, base: other)) {
                try AdapterFolder(path: folder, base: other)
            }
        }
    }

    /// Every setting that changes what is computed, and one of the future.
    @Test(arguments: [
        ("peft_type", "IA3"), ("task_type", "SEQ_CLS"), ("bias", "all"), ("init_lora_weights", "pissa"),
        ("init_lora_weights", "olora"),
    ])
    func unsupportedNames(_ key: String, _ value: String) throws {
        let problem = try Self.problem { $0[key] = .string(value) }
        #expect(problem.contains("\(key) is \"\(value)\", which is not supported"), "\(problem)")
    }

    @Test(arguments: [
        "rank_pattern", "alpha_pattern", "modules_to_save", "lora_bias", "trainable_token_indices",
        "layer_replication", "target_parameters", "alora_invocation_tokens", "use_qalora", "use_bdlora",
        "kasa_config", "velora_config", "megatron_config", "a_setting_of_the_future",
    ])
    func unsupportedSettings(_ key: String) throws {
        for value: JSONValue in [true, ["q_proj"], ["q_proj": 3]] {
            let problem = try Self.problem { $0[key] = value }
            #expect(problem.contains("\(key) is ") && problem.contains("only null"), "\(problem)")
        }
        for value: JSONValue in [.null, false, [], .object(JSONObject())] {
            #expect(try Self.problem { $0[key] = value } == "no error")
        }
    }

    @Test func wrongKindsAndValues() throws {
        for (key, value): (String, JSONValue) in [
            ("r", "8"), ("r", .null), ("lora_alpha", true), ("use_dora", "yes"), ("target_modules", 3),
            ("target_modules", [3]), ("peft_type", .null),
        ] {
            let problem = try Self.problem { $0[key] = value }
            #expect(problem.contains("the key \(key) is missing or of the wrong kind"), "\(problem)")
        }
        for (key, value): (String, JSONValue) in [
            ("r", 0), ("r", -4), ("r", 4_000_000_000), ("lora_alpha", 0), ("lora_dropout", 1.0),
            ("lora_dropout", -0.5),
        ] {
            let problem = try Self.problem { $0[key] = value }
            #expect(problem.contains("adapter_config.json: adapters: "), "\(key) \(value): \(problem)")
        }
    }

    /// What the description says must be in the file, and nothing else.
    @Test func tensorsThatDoNotFit() throws {
        for (key, value, part): (String, JSONValue, String) in [
            ("r", 3, "q_proj.lora_A.weight has shape [4, 32], expected [3, 32]"),
            ("target_modules", ["q_proj", "o_proj"], "o_proj.lora_A.weight [4, 32] is missing"),
            (
                "target_modules", ["q_proj"],
                "v_proj.lora_A.weight belongs to no linear map that can have an adapter"
            ),
            ("use_dora", true, "q_proj.lora_magnitude_vector [32] is missing"),
        ] {
            let problem = try Self.problem { $0[key] = value }
            #expect(problem.contains(part), "\(key) \(value): \(problem)")
            #expect(problem.contains("check that it belongs to this base"), "\(problem)")
        }
        // A list may name modules of other models, as PEFT's defaults do.
        #expect(
            try Self.problem { $0["target_modules"] = ["q_proj", "v_proj", "query_key_value"] } == "no error")
        // An adapter of another model.
        let problem = try Self.problem("gpt2_lora") { _ in }
        #expect(
            problem.contains("belongs to no linear map that can have an adapter (q_proj, k_proj"),
            "\(problem)")
    }

    @Test func filesThatAreMissingOrBroken() throws {
        try withTemporaryFolder { folder in
            #expect(!AdapterFolder.isAdapter(folder))
            #expect(failsForTheUser { _ = try AdapterFolder(path: folder) })
            try Self.copy(to: folder)
            #expect(AdapterFolder.isAdapter(folder))
            let weights = joinPath(folder, AdapterFolder.weightsName)
            let bytes = try readFile(weights)
            for length in [0, 7, 200, bytes.count - 4] {
                try writeQuickly(weights, Array(bytes.prefix(length)))
                #expect(failsForTheUser { _ = try Self.open(folder) }, "\(length) bytes")
            }
            try removeTree(weights)
            #expect(failsForTheUser { _ = try Self.open(folder) })
            try writeQuickly(joinPath(folder, "adapter_model.bin"), [1])
            #expect(throws: AdapterFolderError.pickled(path: joinPath(folder, "adapter_model.bin"))) {
                try AdapterFolder(path: folder)
            }
            for text in ["", "[]", "{", "3"] {
                try writeQuickly(joinPath(folder, AdapterFolder.configurationName), Array(text.utf8))
                #expect(failsForTheUser { _ = try AdapterFolder(path: folder) }, "\(text)")
            }
        }
    }

    /// Half precision stays as it is in the file; the adapters work over it, and cannot be merged into it.
    @Test(arguments: ["r=4", "r=4,dora"]) func overStoredWeights(_ form: String) throws {
        let golden = try Golden("llama")
        try withTemporaryFolder { folder in
            let path = joinPath(folder, "half.safetensors")
            try writeSafetensors(
                golden.model.parameters.map {
                    SafetensorsTensor(
                        name: $0.name, dtype: .float16, shape: $0.shape.array,
                        floats: $0.value.array(of: Float.self))
                }, to: path)
            let file = try SafetensorsFile(path: path)
            let models = try [true, false].map { keepsStored in
                let plan = LowRankPlan(try LowRankConfiguration(parsing: form), .initialize(seed: 1))
                let model = try golden.configuration.makeModel(
                    ParameterScope(.read(file, keepsStored: keepsStored), lowRank: plan))
                for adapter in model.adapters {
                    adapter.b.assign(Tensor(repeating: 0.1, shape: adapter.b.shape))
                }
                return model
            }
            let ids = try golden.inputs
            let targets = try golden.ids("targets")
            let losses = models.map { model in valueWithGradient { model.loss(ids, targets) }.item }
            #expect(abs(losses[0] - losses[1]) < 1e-5)
            for (one, other) in zip(models[0].trainedParameters, models[1].trainedParameters) {
                let error = relativeError(one.gradient.numbers, other.gradient.numbers)
                #expect(error < 1e-4, "\(one.name): relative error \(error)")
            }
            let error = #expect(throws: LowRankError.self) { try models[0].mergeAdapters() }
            #expect(error?.description.contains("its weights are F16") == true)
            let merged = models[0].adapters.filter(\.isMerged)
            #expect(merged.isEmpty)
        }
    }
}
