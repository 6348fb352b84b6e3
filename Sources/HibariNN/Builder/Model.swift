import HibariSupport
import HibariTensor

/// A built model: parameters by name, and the function from a batch of inputs to a batch of outputs.
///
/// Made by `Sequential { … }.build(input:seed:)`, or from any struct of layers:
///
///     struct Net: Layer {
///         let hidden, head: Linear
///
///         init(_ scope: ParameterScope) throws {
///             hidden = try Linear(scope["hidden"], inputs: 2, outputs: 32, hasBias: true, deviation: 0.5)
///             head = try Linear(scope["head"], inputs: 32, outputs: 3, hasBias: true, deviation: 0.1)
///         }
///
///         func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
///             head(tanh(hidden(x, context)), context)
///         }
///     }
///     let model = try Model(input: [2], seed: 1) { try Net($0) }
public final class Model: Layer {
    public let layer: any Layer
    /// What the model was built from; nil for a struct of layers, which no file can describe.
    public let specification: Sequential?
    /// Shape of one example, without the batch axis.
    public let input: Shape
    public let inputType: DType
    /// The layers of a Sequential model with their shapes and costs.
    public let parts: [BuiltLayer]
    /// Everything that is saved, in the order of creation.
    public let parameters: [Parameter]
    /// What goes to model.json beside the architecture, for those who use the model: names of classes, how inputs
    /// are scaled.
    public var notes = JSONObject()
    /// Those that may be trained; the others (running statistics) never are.
    private let trainable: Set<String>

    /// Builds a model from its specification, with the parameters of `scope`.
    ///
    /// - Throws: `ModelError` if the input has no numbers or too many, or a layer cannot be built; `ParameterError` if the
    ///   scope has not the parameters.
    public init(_ specification: Sequential, input: Shape, _ scope: ParameterScope) throws {
        do {
            _ = try LayerError.shape(input.array, of: "the input")
            try LayerError.require(input.count > 0, input, wanted: "at least one number")
        } catch let error as LayerError {
            throw ModelError.input(error)
        }
        let built = try specification.build(scope, input: input)
        try scope.finish()
        self.specification = specification
        self.input = input
        inputType = specification.inputType == .float32 ? scope.dtype : specification.inputType
        layer = built.layer
        parts = built.parts
        parameters = scope.parameters
        trainable = Set(parameters.filter(\.isTrainable).map(\.name))
    }

    /// Builds a model from any layer.
    ///
    /// - Parameters:
    ///   - input: the shape of one example, without the batch axis.
    ///   - inputType: int32 for ids.
    ///   - make: makes the layer; all its parameters come from the scope.
    public convenience init(
        input: Shape, inputType: DType = .float32, seed: UInt64 = 0,
        _ make: (ParameterScope) throws -> any Layer
    ) throws {
        try self.init(input: input, inputType: inputType, ParameterScope(.initialize(seed: seed)), make)
    }

    /// As above, with the parameters of `scope`: those of a file, say.
    public init(
        input: Shape, inputType: DType = .float32, _ scope: ParameterScope,
        _ make: (ParameterScope) throws -> any Layer
    ) throws {
        layer = try make(scope)
        try scope.finish()
        specification = nil
        self.input = input
        self.inputType = inputType
        parts = []
        parameters = scope.parameters
        trainable = Set(parameters.filter(\.isTrainable).map(\.name))
    }

    /// The outputs for a batch: `[B] + input` → `[B] + output`.
    ///
    /// - Precondition: `checkInput` accepts `x`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext = ForwardContext()) -> Tensor {
        layer(x, context)
    }

    /// Throws unless `x` is a batch of inputs of this model.
    public func checkInput(_ x: Tensor) throws {
        let isBatch = x.shape.rank == input.rank + 1 && x.shape.array.dropFirst() == input.array[...]
        guard isBatch, x.dtype == inputType else {
            let sizes = ["batch"] + input.array.map(\.description)
            throw ModelError.wrongInput(
                got: "\(x.dtype) \(x.shape)", wanted: "\(inputType) [\(sizes.joined(separator: ", "))]")
        }
    }

    /// Numbers in all parameters.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }

    /// The parameter of this name.
    public func parameter(_ name: String) -> Parameter? { parameters.first { $0.name == name } }
}

// MARK: Transfer

extension Model {
    /// Keeps parameters from being trained: those whose names match the pattern.
    ///
    /// - Parameter pattern: `*` stands for any characters, also dots, and `?` for one: "0.*", "*.bias".
    /// - Throws: `ModelError.noParameter` if none matches.
    public func freeze(_ pattern: String) throws {
        for parameter in try matches(pattern) { parameter.isTrainable = false }
    }

    /// Lets frozen parameters be trained again.
    public func unfreeze(_ pattern: String) throws {
        for parameter in try matches(pattern) { parameter.isTrainable = trainable.contains(parameter.name) }
    }

    private func matches(_ pattern: String) throws -> [Parameter] {
        let found = parameters.filter { matchesPattern(Array($0.name.utf8)[...], Array(pattern.utf8)[...]) }
        if found.isEmpty { throw ModelError.noParameter(pattern: pattern, names: parameters.map(\.name)) }
        return found
    }

    /// A new model with copies of the parameters but for the last layer, which is replaced and begins anew: for
    /// learning another task.
    ///
    /// What is frozen stays frozen; the new layer is trained.
    /// - Parameter head: stands under the name of the old last layer.
    public func replacingHead(with head: any LayerSpecification, seed: UInt64 = 0) throws -> Model {
        guard let specification else { throw ModelError.notSequential }
        let name = specification.names.last ?? ""
        let old = specification.specifications
        let replaced = Sequential(old.dropLast() + [old.last is Named ? head.named(name) : head])
        let model = try replaced.build(
            input: input, seed: seed, dtype: parameters.first?.value.dtype ?? .float32)
        model.notes = notes
        for parameter in model.parameters where !parameter.name.hasPrefix(name + ".") {
            guard let source = self.parameter(parameter.name) else { continue }
            parameter.assign(source.value)
            parameter.isTrainable = source.isTrainable
        }
        return model
    }

    /// Copies the parameters of another model with the same names and shapes.
    ///
    /// - Throws: `ParameterError` if they differ.
    public func copyParameters(from other: Model) throws {
        var problems: [String] = []
        for parameter in parameters {
            switch other.parameter(parameter.name)?.shape {
            case nil: problems.append("\(parameter.name) \(parameter.shape) is missing")
            case parameter.shape?: break
            case let shape?:
                problems.append(
                    "\(parameter.name) has shape \(shape), this model asks for \(parameter.shape)")
            }
        }
        if !problems.isEmpty {
            throw ParameterError.mismatch(location: "the other model", problems: problems)
        }
        for parameter in parameters { parameter.assign(other.parameter(parameter.name)!.value) }
    }
}

/// Whether a name matches a pattern with `*` and `?`.
private func matchesPattern(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (name, pattern) = (name, pattern)
    // Where to try again: the pattern after the last star, and the name that it has not swallowed yet.
    var retry: (pattern: ArraySlice<UInt8>, name: ArraySlice<UInt8>)?
    while let byte = name.first {
        if pattern.first == UInt8(ascii: "*") {
            pattern = pattern.dropFirst()
            retry = (pattern, name)
        } else if let wanted = pattern.first, wanted == byte || wanted == UInt8(ascii: "?") {
            (name, pattern) = (name.dropFirst(), pattern.dropFirst())
        } else if let place = retry {
            retry = (place.pattern, place.name.dropFirst())
            (pattern, name) = (place.pattern, place.name.dropFirst())
        } else {
            return false
        }
    }
    return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
}
