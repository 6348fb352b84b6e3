import Glibc
import HibariSupport
import HibariTensor

/// Where a model's parameters come from: "cd" into a path, then ask for a parameter by name, shape and
/// initializer.
///
/// The line that creates a parameter is the only place where its name is written; the same line initializes
/// it or reads it. Problems of a file (missing names, wrong shapes, names nobody asked for) are gathered and
/// reported together by `finish()`.
public struct ParameterScope {
    /// Initialize with random numbers, or read from a checkpoint.
    public enum Source {
        /// With `zeroesOutputs`, projections onto the residual stream and an output projection of its own start
        /// at zero: every block as the identity, and all tokens equally likely.
        case initialize(seed: UInt64, zeroesOutputs: Bool = false)
        /// With `keepsStored`, matrices stay as the source has them, for use without training.
        case read(any TensorSource, keepsStored: Bool = false)
    }

    private final class Registry {
        let source: Source
        let dtype: DType
        var parameters: [Parameter] = []
        var zeros: [(name: String, shape: Shape)] = []
        var used: Set<String> = []
        var problems: [String] = []
        var randomLayers = 0
        let lowRank: LowRankBuilder?

        init(_ source: Source, _ dtype: DType, _ lowRank: LowRankPlan?) {
            self.source = source
            self.dtype = dtype
            self.lowRank = lowRank.map { LowRankBuilder($0, dtype) }
        }
    }

    private let registry: Registry
    private let path: String

    /// - Parameter lowRank: which linear maps get adapters; the parameters are then frozen, if it says so.
    public init(_ source: Source, dtype: DType = .float32, lowRank: LowRankPlan? = nil) {
        registry = Registry(source, dtype, lowRank)
        path = ""
    }

    private init(_ registry: Registry, path: String) {
        self.registry = registry
        self.path = path
    }

    /// The scope whose names start with `name` and a dot.
    public subscript(_ name: String) -> ParameterScope { ParameterScope(registry, path: path + name + ".") }

    /// The path that the names of this scope start with, without the last dot; empty for the whole model.
    public var location: String { String(path.dropLast()) }

    /// The number of a new layer that draws random numbers, different from those of all others of the model; see
    /// `ForwardContext.dropout`.
    public func nextRandomLayer() -> Int {
        defer { registry.randomLayers += 1 }
        return registry.randomLayers
    }

    /// The element type of the parameters.
    public var dtype: DType { registry.dtype }

    /// Standard deviation of the initial weights of a projection onto the residual stream, or onto the logits.
    ///
    /// - Parameter usual: where they do not start at zero.
    public func outputDeviation(_ usual: Double) -> Double {
        if case .initialize(_, zeroesOutputs: true) = registry.source { 0 } else { usual }
    }

    /// Creates a parameter, or reads it.
    public func parameter(
        _ name: String, _ shape: Shape, _ initializer: Initializer, role: ParameterRole
    ) throws -> Parameter {
        let fullName = path + name
        let stream: UInt64 = UInt64(registry.parameters.count)
        let value: Tensor
        switch registry.source {
        case .initialize(let seed, _):
            let random = RandomStream(seed: seed, purpose: .initialization, stream: stream)
            value = initializer.tensor(shape, random, registry.dtype)
        case .read(let source, let keepsStored):
            // What stands in for a tensor that does not fit is never used: `finish()` throws. It has no
            // elements, as a wrong size in the configuration may ask for more than there is memory.
            value =
                try read(fullName, shape, from: source, keepsStored: keepsStored && role.multipliesRows)
                ?? Tensor(zeros: [0], registry.dtype)
        }
        let parameter = Parameter(value, name: fullName, role: role)
        if registry.lowRank?.plan.freezesBase == true { parameter.isTrainable = false }
        registry.parameters.append(parameter)
        return parameter
    }

    /// Creates, or reads, state that is saved with the model and that no optimizer changes, e.g. running statistics.
    public func buffer(_ name: String, _ shape: Shape, _ initial: Initializer) throws -> Parameter {
        try parameter(name, shape, initial, role: .buffer)
    }

    /// Notes a tensor that the format has and this model does not use: written as zeros, and it must be zero
    /// when read.
    public func zeros(_ name: String, _ shape: Shape) throws {
        let fullName = path + name
        registry.zeros.append((fullName, shape))
        guard case .read(let source, _) = registry.source, source.shape(of: fullName) != nil else { return }
        guard let tensor = try read(fullName, shape, from: source) else { return }
        let isZero =
            registry.dtype == .float64
            ? tensor.array(of: Double.self).allSatisfy { $0 == 0 }
            : tensor.array(of: Float.self).allSatisfy { $0 == 0 }
        if !isZero {
            registry.problems.append("\(fullName) is not zero, but the configuration says it is not used")
        }
    }

    /// Notes a tensor that a file may have beside the one it is tied to; it must then be the same.
    ///
    /// - Parameter original: a parameter of this model.
    public func copy(_ name: String, of original: Parameter) throws {
        let fullName = path + name
        guard case .read(let source, _) = registry.source, source.shape(of: fullName) != nil else { return }
        registry.used.insert(fullName)
        guard let shape = source.shape(of: original.name) else { return }
        guard source.shape(of: fullName) == shape else {
            registry.problems.append("\(fullName) and \(original.name), which are tied, differ in shape")
            return
        }
        let copy = try source.tensor(named: fullName, .float32)
        let tied = try source.tensor(named: original.name, .float32)
        if memcmp(copy.input(Float.self), tied.input(Float.self), 4 * copy.count) != 0 {
            registry.problems.append(
                "\(fullName) and \(original.name), which are tied, differ; set tie_word_embeddings to false")
        }
    }

    private func read(
        _ name: String, _ shape: Shape, from source: any TensorSource, keepsStored: Bool = false
    ) throws -> Tensor? {
        registry.used.insert(name)
        guard let found = source.shape(of: name) else {
            registry.problems.append("\(name) \(shape) is missing")
            return nil
        }
        guard found == shape.array else {
            registry.problems.append("\(name) has shape \(found), the configuration asks for \(shape)")
            return nil
        }
        return keepsStored && registry.dtype == .float32
            ? try source.storedTensor(named: name) : try source.tensor(named: name, registry.dtype)
    }

    /// All parameters created so far, in order.
    public var parameters: [Parameter] { registry.parameters }

    /// The adapters of the linear maps created so far, in order. Their parameters are not among `parameters`.
    public var adapters: [LowRankAdapter] { registry.lowRank?.adapters ?? [] }

    /// The adapter of the linear map of this scope, if the plan names it.
    func lowRankAdapter(
        of weight: Parameter, inputs: Int, outputs: Int, layout: WeightLayout
    ) throws -> LowRankAdapter? {
        try registry.lowRank?.adapter(
            location, weight: weight, inputs: inputs, outputs: outputs, layout: layout)
    }

    /// The tensors noted with `zeros`.
    public var unusedZeros: [(name: String, shape: Shape)] { registry.zeros }

    /// Throws if the source lacks a tensor, has one of another shape, or one that was not asked for; the same for
    /// adapters.
    public func finish() throws {
        if case .read(let source, _) = registry.source {
            let unknown = source.tensorNames.filter { !registry.used.contains($0) }
            let problems = registry.problems + unknown.map { "\($0) is unknown" }
            if !problems.isEmpty {
                throw ParameterError.mismatch(location: source.location, problems: problems)
            }
        }
        try registry.lowRank?.finish()
    }
}

/// Why a file does not fit a model.
public enum ParameterError: UserError {
    case mismatch(location: String, problems: [String])

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .mismatch(let location, let problems):
            let shown = problems.prefix(4).joined(separator: "; ")
            let rest = problems.count > 4 ? "; and \(problems.count - 4) more" : ""
            return
                "\(location): the tensors do not fit the configuration: \(shown)\(rest); check config.json beside it"
        }
    }
}
