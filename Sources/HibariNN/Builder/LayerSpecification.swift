import HibariSupport
import HibariTensor

/// What a layer is, before the shape of its input is known: `Dense(10)`. Building it makes the parameters.
///
/// A new kind is a struct with its settings, and `build`. Its settings go to model.json by name, as `Codable`
/// writes them; to read them back the kind must be known (`LayerKinds`).
public protocol LayerSpecification: Sendable, Codable {
    /// The name in summaries, errors and model.json.
    static var kind: String { get }

    /// Makes the layer.
    ///
    /// - Parameters:
    ///   - scope: gives the parameters their names and values.
    ///   - input: the shape of one example, without the batch axis.
    /// - Throws: `LayerError` if the input has a wrong shape; the builder adds where the layer stands.
    func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer

    /// The type of the numbers that come in, in the first layer of a model.
    var inputType: DType { get }
}

extension LayerSpecification {
    public static var kind: String { "\(Self.self)" }
    public var inputType: DType { .float32 }

    /// Builds the layer under `name` in the scope, and notes in errors where that is.
    func built(_ scope: ParameterScope, _ name: String, input: Shape) throws -> BuiltLayer {
        let inner = scope[name]
        let before = scope.parameters.count
        do {
            var built = try build(inner, input: input)
            _ = try LayerError.shape(built.output.array)
            built.kind = Self.kind
            built.path = inner.location
            built.parameters = Array(scope.parameters[before...])
            return built
        } catch let error as LayerError {
            throw ModelError.layer(path: inner.location, kind: Self.kind, error)
        }
    }
}

/// A layer with what is known about it once the shape of its input is.
public struct BuiltLayer {
    public let layer: any Layer
    /// Shape of the output for one example, without the batch axis.
    public let output: Shape
    /// Of the products in the forward pass of one example; a multiply-add counts as two.
    public let flops: Double
    /// Numbers of one example that training keeps from the forward to the backward pass, at most: a layer may have to
    /// keep what the next one keeps too.
    public let activations: Int
    /// The layers that this one is made of, in order; empty for a simple layer.
    public let parts: [BuiltLayer]
    /// Where in the model it stands: "2", "stem.conv".
    public internal(set) var path = ""
    public internal(set) var kind = ""
    /// Those of its parts included.
    public internal(set) var parameters: [Parameter] = []

    /// - Parameters:
    ///   - activations: as many as the output has, if nil.
    public init(
        _ layer: any Layer, output: Shape, flops: Double = 0, activations: Int? = nil,
        parts: [BuiltLayer] = []
    ) {
        self.layer = layer
        self.output = output
        self.flops = flops
        self.activations = activations ?? output.count
        self.parts = parts
    }

    /// A layer without parameters.
    ///
    /// - Parameter activations: as many as the output has, if nil.
    public init(
        output: Shape, activations: Int? = nil,
        _ function: @escaping @Sendable (Tensor, ForwardContext) -> Tensor
    ) {
        self.init(FunctionLayer(function: function), output: output, activations: activations)
    }

    /// Its own and those of its parts.
    public var totalFLOPs: Double { parts.reduce(flops) { $0 + $1.totalFLOPs } }
    /// Its own and those of its parts.
    public var totalActivations: Int { parts.reduce(activations) { $0 + $1.totalActivations } }
}

/// Why a layer cannot be built.
public enum LayerError: Error, Equatable {
    /// `wanted` describes the shape: "[channels, height, width]".
    case wrongInput(got: Shape, wanted: String)
    case wrongSetting(name: String, value: String, expected: String)
    /// A tensor that no machine, or not this one, can hold.
    case tooLarge(what: String, _ sizes: [Int], wanted: String)
    /// The outputs of two branches do not go together.
    case wrongJoin(got: [Shape], wanted: String)

    /// Throws `wrongInput` unless `condition` holds.
    public static func require(
        _ condition: Bool, _ input: Shape, wanted: @autoclosure () -> String
    ) throws {
        if !condition { throw LayerError.wrongInput(got: input, wanted: wanted()) }
    }

    /// Throws `wrongSetting` unless `condition` holds.
    public static func require(
        _ condition: Bool, _ name: String, _ value: some CustomStringConvertible, expected: String
    ) throws {
        if !condition {
            throw LayerError.wrongSetting(name: name, value: value.description, expected: expected)
        }
    }

    /// Throws `wrongSetting` unless dropping with this probability leaves something.
    static func requireProbability(_ name: String, _ value: Double) throws {
        try require(
            (0..<1).contains(value), name, value, expected: "from 0 up to but not including 1")
    }

    var explanation: String {
        switch self {
        case .wrongInput(let got, let wanted):
            "the input of one example has shape \(got), wanted \(wanted)"
        case .wrongSetting(let name, let value, let expected): "\(name) is \(value), expected \(expected)"
        case .tooLarge(let what, let sizes, let wanted):
            "the shape of \(what) would be \(sizes), wanted \(wanted)"
        case .wrongJoin(let got, let wanted):
            "the shapes \(got.map(\.description).joined(separator: " and ")) do not join, wanted \(wanted)"
        }
    }
}

/// Why a model cannot be built or used.
public enum ModelError: UserError, Equatable {
    case layer(path: String, kind: String, LayerError)
    /// The shape of the model's input.
    case input(LayerError)
    case emptyModel
    case duplicateName(path: String, name: String)
    case wrongInput(got: String, wanted: String)
    case noParameter(pattern: String, names: [String])
    case notSequential
    case unknownKind(String, known: [String])
    case notDescribable(kind: String)

    public var exitStatus: ExitStatus { .badData }

    public var description: String {
        switch self {
        case .layer(let path, let kind, let error): "layer \(path) (\(kind)): \(error.explanation)"
        case .input(let error): "the model: \(error.explanation)"
        case .emptyModel: "the model has no layer; give Sequential at least one"
        case .duplicateName(let path, let name):
            "\(path.isEmpty ? "the model" : "layer \(path)"): two layers are named \(quoted(name)); rename one"
        case .wrongInput(let got, let wanted): "the model was given \(got), wanted \(wanted)"
        case .noParameter(let pattern, let names):
            "no parameter matches \(quoted(pattern)); there are \(names.prefix(8).joined(separator: ", "))"
                + (names.count > 8 ? ", …" : "")
        case .notSequential:
            "only the last layer of a Sequential model can be replaced; build the new model yourself"
        case .unknownKind(let kind, let known):
            "layer kind \(quoted(kind)) is not known; register it with LayerKinds.register, or use one of "
                + known.joined(separator: ", ")
        case .notDescribable(let kind):
            "a \(kind) layer is code and cannot be written to model.json; make it a LayerSpecification of its own"
        }
    }
}
