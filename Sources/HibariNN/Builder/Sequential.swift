import HibariTensor

/// Layers one after the other.
///
///     let model = try Sequential {
///         Dense(512, activation: .relu)
///         Dropout(0.2)
///         Dense(10)
///     }.build(input: [784], seed: 1)
///
/// Parameters are named as in PyTorch, by the place of their layer or by the name it was given: "0.weight", "0.bias",
/// "2.weight", "2.bias".
public struct Sequential: LayerSpecification {
    private let layers: [AnyLayer]

    public init(@LayerBuilder _ layers: () -> [any LayerSpecification]) { self.init(layers()) }

    public init(_ layers: [any LayerSpecification]) { self.layers = layers.map(AnyLayer.init) }

    public var specifications: [any LayerSpecification] { layers.map(\.specification) }

    /// The names of the layers, in order: the place, or the name that was given.
    var names: [String] {
        layers.enumerated().map { ($1.specification as? Named)?.name ?? "\($0)" }
    }

    public var inputType: DType { layers.first?.specification.inputType ?? .float32 }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let parts = try buildChain(specifications, names, scope, input: input)
        return BuiltLayer(
            LayerChain(layers: parts.map(\.layer)), output: parts.last?.output ?? input, activations: 0,
            parts: parts)
    }

    /// Builds the model, with new parameters.
    ///
    /// - Parameters:
    ///   - input: the shape of one example, without the batch axis: `[784]`, `[3, 32, 32]`, `[T]` for T ids.
    ///   - seed: of the initial weights.
    ///   - dtype: of the parameters; float64 for checks of gradients.
    /// - Throws: `ModelError` naming the layer whose input has a wrong shape.
    public func build(input: Shape, seed: UInt64 = 0, dtype: DType = .float32) throws -> Model {
        try Model(self, input: input, ParameterScope(.initialize(seed: seed), dtype: dtype))
    }
}

/// A layer under a name of its own instead of its place.
public struct Named: LayerSpecification {
    public let name: String
    private let layer: AnyLayer

    fileprivate init(_ name: String, _ layer: any LayerSpecification) {
        self.name = name
        self.layer = AnyLayer(layer)
    }

    public var specification: any LayerSpecification { layer.specification }
    public var inputType: DType { specification.inputType }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try specification.build(scope, input: input)
    }
}

extension LayerSpecification {
    /// The same layer, with `name` in the names of its parameters: `Dense(10).named("head")` has "head.weight".
    public func named(_ name: String) -> Named { Named(name, self) }
}

/// A layer made of others, as a struct with settings of its own:
///
///     struct Block: ComposedLayer {
///         var width: Int
///         var layers: [any LayerSpecification] {
///             Dense(width, activation: .relu)
///             Dense(width, activation: .relu)
///         }
///     }
public protocol ComposedLayer: LayerSpecification {
    @LayerBuilder var layers: [any LayerSpecification] { get }
}

extension ComposedLayer {
    public var inputType: DType { layers.first?.inputType ?? .float32 }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try Sequential(layers).build(scope, input: input)
    }
}

/// Builds layers one after the other, each from the output of the one before.
func buildChain(
    _ specifications: [any LayerSpecification], _ names: [String], _ scope: ParameterScope, input: Shape
) throws -> [BuiltLayer] {
    guard !specifications.isEmpty else { throw ModelError.emptyModel }
    var seen: Set<String> = []
    var shape = input
    return try zip(specifications, names).map { specification, name in
        guard seen.insert(name).inserted else {
            throw ModelError.duplicateName(path: scope.location, name: name)
        }
        let named = (specification as? Named)?.specification ?? specification
        let built = try named.built(scope, name, input: shape)
        shape = built.output
        return built
    }
}
