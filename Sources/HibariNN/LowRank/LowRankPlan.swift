import HibariSupport
import HibariTensor

/// Which adapters a model gets while it is made, and where their numbers come from.
public struct LowRankPlan {
    public enum Source {
        /// A evenly spread over ±1/√in, B zero: the model computes what it did before. DoRA's m are the norms of the
        /// rows of W.
        case initialize(seed: UInt64)
        /// `MODULE.lora_A.weight`, `MODULE.lora_B.weight` and, with DoRA, `MODULE.lora_magnitude_vector`.
        case read(any TensorSource)
    }

    public var configuration: LowRankConfiguration
    public var source: Source
    /// Whether the parameters of the model itself stay as they are.
    public var freezesBase: Bool

    public init(_ configuration: LowRankConfiguration, _ source: Source, freezesBase: Bool = true) {
        self.configuration = configuration
        self.source = source
        self.freezesBase = freezesBase
    }
}

/// Makes the adapters of a model, linear map by linear map.
final class LowRankBuilder {
    let plan: LowRankPlan
    private let dtype: DType
    private(set) var adapters: [LowRankAdapter] = []
    /// All linear maps that can have an adapter.
    private var modules: [String] = []
    private var used: Set<String> = []
    private var problems: [String] = []

    init(_ plan: LowRankPlan, _ dtype: DType) {
        self.plan = plan
        self.dtype = dtype
    }

    /// The adapter of a linear map; nil if the plan does not name it.
    ///
    /// - Parameter weight: of the shape that `layout` says, unless it could not be read: then there is no adapter.
    func adapter(
        _ module: String, weight: Parameter, inputs: Int, outputs: Int, layout: WeightLayout
    ) throws -> LowRankAdapter? {
        modules.append(module)
        let isWhole = weight.shape == (layout == .outputMajor ? [outputs, inputs] : [inputs, outputs])
        guard plan.configuration.includes(module), isWhole else { return nil }
        let rank = plan.configuration.rank
        guard
            let a = try tensor(
                module + ".lora_A.weight", [rank, inputs],
                .uniform(limit: 1 / Double(max(1, inputs)).squareRoot())),
            let b = try tensor(module + ".lora_B.weight", [outputs, rank], .zeros)
        else { return nil }
        var magnitude: Parameter?
        if plan.configuration.usesDoRA {
            let name = module + ".lora_magnitude_vector"
            switch plan.source {
            case .initialize:
                magnitude = Parameter(
                    rowNorms(weight.value.dequantized(), layout), name: name, role: .vector)
            case .read:
                guard let read = try tensor(name, [outputs], .ones, role: .vector) else { return nil }
                magnitude = read
            }
        }
        let adapter = LowRankAdapter(
            module: module, plan.configuration, number: adapters.count, weight: weight, layout: layout, a, b,
            magnitude)
        adapters.append(adapter)
        return adapter
    }

    /// A parameter of an adapter, new or read; nil if it cannot be read, which `finish()` reports.
    private func tensor(
        _ name: String, _ shape: Shape, _ initializer: Initializer,
        role: ParameterRole = .hiddenMatrix(.outputMajor)
    ) throws -> Parameter? {
        switch plan.source {
        case .initialize(let seed):
            // Streams of their own: the model itself may be made from the same seed.
            let random = RandomStream(
                seed: seed, purpose: .initialization, stream: 1 << 31 | UInt64(adapters.count))
            return Parameter(initializer.tensor(shape, random, dtype), name: name, role: role)
        case .read(let source):
            used.insert(name)
            guard let found = source.shape(of: name) else {
                problems.append("\(name) \(shape) is missing")
                return nil
            }
            guard found == shape.array else {
                problems.append("\(name) has shape \(found), expected \(shape)")
                return nil
            }
            return Parameter(try source.tensor(named: name, dtype), name: name, role: role)
        }
    }

    /// Throws if a target names no linear map, or the source lacks a tensor, has one of another shape, or one that
    /// was not asked for.
    func finish() throws {
        switch plan.source {
        case .initialize:
            guard case .modules(let targets) = plan.configuration.targets else { break }
            for target in targets
            where !modules.contains(where: { LowRankConfiguration.matches($0, target) }) {
                throw LowRankError.noSuchModule(target: target, known: shortNames)
            }
        case .read(let source):
            // A file may name targets that only other models have: its tensors say what it adapts.
            problems += source.tensorNames.filter { !used.contains($0) }.map {
                "\($0) belongs to no linear map that can have an adapter (\(shortNames.joined(separator: ", ")))"
            }
            if problems.isEmpty, adapters.isEmpty { problems = ["it has no tensors"] }
            if !problems.isEmpty {
                throw LowRankError.mismatch(location: source.location, problems: problems)
            }
        }
    }

    /// The last parts of the names of all linear maps, in the order of the model.
    private var shortNames: [String] {
        var names: [String] = []
        for module in modules {
            let name = String(module.split(separator: ".").last ?? "")
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
