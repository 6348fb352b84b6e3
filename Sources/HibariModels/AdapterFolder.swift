import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTensor

/// Low-rank adapters in the form of PEFT: adapter_config.json and adapter_model.safetensors in one folder, beside the
/// model that they belong to.
public struct AdapterFolder {
    public static let configurationName = "adapter_config.json"
    public static let weightsName = "adapter_model.safetensors"
    /// What PEFT puts before the names of the model.
    static let prefix = "base_model.model."

    public let path: String
    public let configuration: LowRankConfiguration
    /// Where the model is that the adapters belong to.
    public let basePath: String
    private let tensors: AdapterTensors

    /// Whether a folder has adapters.
    public static func isAdapter(_ path: String) -> Bool { fileExists(joinPath(path, configurationName)) }

    /// Reads the description of the adapters; their numbers follow when a model is made by `plan`.
    ///
    /// - Parameter base: the model; nil for the one that the description names, seen from the folder or from the
    ///   current directory.
    /// - Throws: `ConfigurationError` for what is not supported, `AdapterFolderError`, and what the files throw.
    public init(path: String, base: String? = nil) throws {
        let configurationPath = joinPath(path, Self.configurationName)
        let file = try AdapterConfiguration(
            try JSONValue(contentsOf: configurationPath), path: configurationPath)
        let weights = joinPath(path, Self.weightsName)
        if !fileExists(weights), fileExists(joinPath(path, "adapter_model.bin")) {
            throw AdapterFolderError.pickled(path: joinPath(path, "adapter_model.bin"))
        }
        tensors = AdapterTensors(try SafetensorsFile(path: weights))
        let targets: LowRankConfiguration.Targets =
            switch file.targets {
            case .allLinear: .allLinear
            case .modules(let names): .modules(names)
            case .thoseWithTensors: .modules(tensors.modules)
            }
        if case .modules([]) = targets { throw AdapterFolderError.empty(path: weights) }
        do {
            configuration = try LowRankConfiguration(
                rank: file.rank, alpha: file.alpha, targets: targets, dropout: file.dropout,
                usesRankStabilization: file.usesRankStabilization, usesDoRA: file.usesDoRA)
        } catch {
            throw ConfigurationError.invalidFile(path: configurationPath, problem: error.description)
        }
        self.path = path
        basePath = try base ?? Self.findBase(file.base, folder: path)
        if Self.isAdapter(basePath) { throw AdapterFolderError.baseIsAdapter(path: path, base: basePath) }
    }

    /// What gives a model these adapters.
    public var plan: LowRankPlan { LowRankPlan(configuration, .read(tensors)) }

    private static func findBase(_ name: String?, folder: String) throws(AdapterFolderError) -> String {
        guard let name else { throw .noBase(path: folder) }
        guard let found = [joinPath(folder, name), name].first(where: fileExists) else {
            throw .baseMissing(path: folder, base: name)
        }
        return found
    }

    /// Writes the adapters of a model into an existing folder, as PEFT reads them.
    ///
    /// - Parameter basePath: of the model without them.
    /// - Precondition: the model has adapters that are not merged.
    public static func write(_ model: any LanguageModel, basePath: String, to folder: String) throws {
        precondition(
            !model.adapters.isEmpty && !model.adapters.contains(where: \.isMerged),
            "AdapterFolder: the model has no adapters")
        let json = configurationJSON(model.adapters, isGPT2: model.configuration.family == .gpt2, basePath)
        try writeFileAtomically(joinPath(folder, configurationName), json.bytes(pretty: true))
        let tensors = model.adapters.flatMap(\.parameters).map {
            SafetensorsTensor(name: prefix + $0.name, $0.value)
        }
        try writeSafetensors(tensors, to: joinPath(folder, weightsName))
    }

    private static func configurationJSON(
        _ adapters: [LowRankAdapter], isGPT2: Bool, _ basePath: String
    ) -> JSONValue {
        let configuration = adapters[0].configuration
        let names: [String] =
            switch configuration.targets {
            case .modules(let names): names
            // Names, as other programs know no "all-linear".
            case .allLinear: Set(adapters.map { String($0.module.split(separator: ".").last ?? "") }).sorted()
            }
        let alpha = configuration.alpha
        return [
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": .string(basePath),
            "r": .integer(configuration.rank),
            "lora_alpha": Int(exactly: alpha).map { .integer($0) } ?? .number(alpha),
            "lora_dropout": .number(configuration.dropout),
            "target_modules": .array(names.map { .string($0) }),
            "use_rslora": .bool(configuration.usesRankStabilization),
            "use_dora": .bool(configuration.usesDoRA),
            "bias": "none", "fan_in_fan_out": .bool(isGPT2), "init_lora_weights": true,
            "inference_mode": true, "modules_to_save": .null, "rank_pattern": .object(JSONObject()),
            "alpha_pattern": .object(JSONObject()), "layers_to_transform": .null, "layers_pattern": .null,
            "auto_mapping": .null, "revision": .null,
        ]
    }
}

/// The tensors of an adapter file, by the names of the model.
private struct AdapterTensors: TensorSource {
    let file: SafetensorsFile
    /// Names in the file by names of the model.
    private let names: [String: String]
    let tensorNames: [String]

    init(_ file: SafetensorsFile) {
        self.file = file
        let prefix = AdapterFolder.prefix
        let pairs = file.tensorNames.map { name in
            (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name, name)
        }
        tensorNames = pairs.map(\.0)
        names = Dictionary(pairs) { first, _ in first }
    }

    /// The linear maps that have adapters.
    var modules: [String] {
        let end = ".lora_A.weight"
        return tensorNames.filter { $0.hasSuffix(end) }.map { String($0.dropLast(end.count)) }
    }

    var location: String { file.location }

    func shape(of name: String) -> [Int]? { names[name].flatMap(file.shape(of:)) }

    func tensor(named name: String, _ dtype: DType) throws -> Tensor {
        guard let stored = names[name] else {
            throw CheckpointError.missingTensor(path: location, tensor: name)
        }
        return try file.tensor(named: stored, dtype)
    }
}

/// Why a folder has no usable adapters.
public enum AdapterFolderError: UserError, Equatable {
    case noBase(path: String)
    case baseMissing(path: String, base: String)
    case baseIsAdapter(path: String, base: String)
    /// Other adapters are asked for where there are some.
    case isAdapter(path: String)
    /// Weights are to be written without the adapters that belong to them.
    case notMerged
    case pickled(path: String)
    case empty(path: String)

    public var exitStatus: ExitStatus {
        switch self {
        case .baseMissing: .inputMissing
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .noBase(let path):
            "\(path): the adapter does not say which model it belongs to; write the path of that model into "
                + "base_model_name_or_path of \(AdapterFolder.configurationName), or name it with --base"
        case .baseMissing(let path, let base):
            "\(path): the adapter belongs to \(base), which is neither in its folder nor in the current one; write the "
                + "path of that model into base_model_name_or_path of \(AdapterFolder.configurationName), or name it with --base"
        case .baseIsAdapter(let path, let base):
            "\(path): \(base), the model it belongs to, is an adapter itself; merge that one first and name the result "
                + "with --base"
        case .isAdapter(let path):
            "\(path): this model has adapters already; merge them with hibari merge, or train them without --lora"
        case .notMerged:
            "the model has adapters, which its weights do not contain; write it with hibari merge"
        case .pickled(let path):
            "\(path): pickled adapters are not read; save them with PEFT as adapter_model.safetensors"
        case .empty(let path): "\(path): there are no adapters in it"
        }
    }
}
