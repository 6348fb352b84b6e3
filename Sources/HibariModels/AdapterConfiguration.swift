import HibariNN
import HibariSupport

/// What an adapter_config.json of PEFT says, key by key: whatever changes the maths and is not supported is refused.
struct AdapterConfiguration {
    /// Which linear maps have adapters: by the list that the file gives, or nil if only the tensors tell (a regular
    /// expression, chosen layers).
    enum Targets {
        case allLinear
        case modules([String])
        case thoseWithTensors
    }

    var rank: Int
    var alpha: Double
    var dropout: Double
    var usesRankStabilization: Bool
    var usesDoRA: Bool
    var targets: Targets
    /// base_model_name_or_path.
    var base: String?

    /// Keys that say nothing about what is computed from the tensors in the file. `fan_in_fan_out` follows from the
    /// model, as PEFT sets it itself.
    private static let ignored: Set<String> = [
        "auto_mapping", "peft_version", "revision", "inference_mode", "megatron_core", "fan_in_fan_out",
        "layers_pattern", "qalora_group_size", "loftq_config", "eva_config", "runtime_config",
    ]

    /// Ways to initialize that leave the weights of the model as they are.
    private static let plainInitializations: [JSONValue] = [
        true, false, "gaussian", "eva", "orthogonal",
    ]

    /// - Parameter path: of the file, for messages.
    init(_ json: JSONValue, path: String) throws(ConfigurationError) {
        guard let object = json.object else {
            throw .invalidFile(path: path, problem: "expected a JSON object, got \(json.kind)")
        }
        func read<Value>(_ key: String, _ fallback: Value?, _ get: (JSONValue) -> Value?)
            throws(ConfigurationError) -> Value
        {
            guard let value = object[key], !value.isNull else {
                if let fallback { return fallback }
                throw .missingKey(path: path, key: key)
            }
            guard let result = get(value) else { throw .missingKey(path: path, key: key) }
            return result
        }
        func unsupported(_ key: String, _ supported: String) -> ConfigurationError {
            .unsupportedKey(path: path, key: key, value: object[key]?.text() ?? "null", supported: supported)
        }
        guard try read("peft_type", nil, \.string) == "LORA" else {
            throw unsupported("peft_type", "only LORA")
        }
        guard try read("task_type", "CAUSAL_LM", \.string) == "CAUSAL_LM" else {
            throw unsupported("task_type", "only CAUSAL_LM")
        }
        guard try read("bias", "none", \.string) == "none" else {
            throw unsupported("bias", "only none")
        }
        if let way = object["init_lora_weights"], !way.isNull, !Self.plainInitializations.contains(way) {
            throw unsupported(
                "init_lora_weights", "it changes the weights of the model; save it with PEFT as a plain LoRA")
        }
        rank = try read("r", nil, \.int)
        alpha = try read("lora_alpha", 8, \.double)
        dropout = try read("lora_dropout", 0, \.double)
        usesRankStabilization = try read("use_rslora", false, \.bool)
        usesDoRA = try read("use_dora", false, \.bool)
        base = try read("base_model_name_or_path", "", \.string)
        let choosesLayers = ["exclude_modules", "layers_to_transform"].contains { !Self.isEmpty(object[$0]) }
        targets = try Self.targets(object["target_modules"], choosesLayers: choosesLayers, path: path)
        if base == "" { base = nil }

        let known: Set<String> = [
            "peft_type", "task_type", "bias", "init_lora_weights", "r", "lora_alpha", "lora_dropout",
            "use_rslora", "use_dora", "base_model_name_or_path", "target_modules", "exclude_modules",
            "layers_to_transform",
        ]
        // Of all other keys, those this version does not know included, PEFT's default is nothing.
        for (key, value) in object
        where !known.contains(key) && !Self.ignored.contains(key) && !Self.isEmpty(value) {
            throw unsupported(key, "only null")
        }
    }

    private static func targets(
        _ value: JSONValue?, choosesLayers: Bool, path: String
    ) throws(ConfigurationError) -> Targets {
        if choosesLayers { return .thoseWithTensors }
        switch value {
        case .array(let elements):
            let names = elements.compactMap(\.string)
            guard names.count == elements.count, !names.contains("") else {
                throw .missingKey(path: path, key: "target_modules")
            }
            return names.isEmpty ? .thoseWithTensors : .modules(names)
        case .string(let text): return text.lowercased() == "all-linear" ? .allLinear : .thoseWithTensors
        case nil, .null: return .thoseWithTensors
        default: throw .missingKey(path: path, key: "target_modules")
        }
    }

    /// null, false, and empty lists and objects.
    private static func isEmpty(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null, .bool(false): true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }
}
