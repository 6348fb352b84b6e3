import HibariTensor

/// y = f(x + F(x)), or y = f(P(x) + F(x)): the layers in braces are F, the projection P, the activation f.
///
/// Parameters of F are named by their places, those of P "projection". Source: He et al. 2015, arXiv:1512.03385.
public struct Residual: LayerSpecification {
    private let body: Sequential
    private let projection: AnyLayer?
    private let activation: Activation?

    /// - Parameters:
    ///   - projection: for the shape of x where F changes it; nil to add x itself.
    ///   - activation: of the sum.
    public init(
        projection: (any LayerSpecification)? = nil, activation: Activation? = nil,
        @LayerBuilder _ body: () -> [any LayerSpecification]
    ) {
        self.body = Sequential(body())
        self.projection = projection.map(AnyLayer.init)
        self.activation = activation
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let body = try body.build(scope, input: input)
        let side = try projection.map { projection in
            let named = projection.specification as? Named
            return try (named?.specification ?? projection.specification)
                .built(scope, named?.name ?? "projection", input: input)
        }
        let shortcut = side?.output ?? input
        guard shortcut == body.output else {
            throw LayerError.wrongJoin(
                got: [shortcut, body.output],
                wanted: "equal shapes; give Residual a projection to \(body.output)")
        }
        let (inner, other, activation) = (body.layer, side?.layer, activation)
        let fused =
            activation == nil || activation == .relu
            ? (inner as? LayerChain)?.residual(appliesReLU: activation == .relu) : nil
        return BuiltLayer(
            Branches { x, context in
                if let fused { return fused(x, other.map { $0(x, context) } ?? x, context) }
                let sum = (other.map { $0(x, context) } ?? x) + inner(x, context)
                return activation.map { $0.apply(to: sum) } ?? sum
            },
            output: body.output, parts: body.parts + [side].compactMap { $0 })
    }
}

/// y = [x, F(x)], side by side along the channels: a step of a DenseNet.
///
/// Source: Huang et al. 2017, arXiv:1608.06993.
public struct DenseConnection: LayerSpecification {
    private let body: Sequential
    private let axis: Int?

    /// - Parameter axis: of one example, along which to join; if nil the last of `[C]` and `[T, C]`, the first of
    ///   `[C, H, W]`.
    public init(axis: Int? = nil, @LayerBuilder _ body: () -> [any LayerSpecification]) {
        self.body = Sequential(body())
        self.axis = axis
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let body = try body.build(scope, input: input)
        let axis = try joinAxis(axis, input)
        let output = try joined([input, body.output], axis: axis)
        let inner = body.layer
        return BuiltLayer(
            Branches { x, context in concatenate([x, inner(x, context)], axis: axis + 1) },
            output: output, parts: body.parts)
    }
}

/// Several layers that take the same input, and how their outputs become one.
public struct Parallel: LayerSpecification {
    /// How several outputs become one.
    public enum Join: String, Sendable, Codable {
        /// Side by side along the channels.
        case concatenate
        case add, multiply
    }

    private let branches: [AnyLayer]
    private let join: Join
    private let axis: Int?

    /// - Parameter axis: as in `DenseConnection`; only for `.concatenate`.
    public init(
        _ join: Join = .concatenate, axis: Int? = nil,
        @LayerBuilder _ branches: () -> [any LayerSpecification]
    ) {
        self.branches = branches().map(AnyLayer.init)
        self.join = join
        self.axis = axis
    }

    public var inputType: DType { branches.first?.specification.inputType ?? .float32 }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        guard !branches.isEmpty else { throw ModelError.emptyModel }
        let names = Sequential(branches.map(\.specification)).names
        if let name = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw ModelError.duplicateName(path: scope.location, name: name)
        }
        // Each from the same input, so one at a time.
        let parts = try zip(branches, names).flatMap { branch, name in
            try buildChain([branch.specification], [name], scope, input: input)
        }
        let shapes = parts.map(\.output)
        let layers = parts.map(\.layer)
        if join == .concatenate {
            let axis = try joinAxis(axis, shapes[0])
            let output = try joined(shapes, axis: axis)
            return BuiltLayer(
                Branches { x, context in concatenate(layers.map { $0(x, context) }, axis: axis + 1) },
                output: output, parts: parts)
        }
        try LayerError.require(
            axis == nil, "axis", axis ?? 0, expected: "none: to \(join.rawValue) goes element by element")
        guard shapes.allSatisfy({ $0 == shapes[0] }) else {
            throw LayerError.wrongJoin(got: shapes, wanted: "equal shapes to \(join.rawValue)")
        }
        let adds = join == .add
        return BuiltLayer(
            Branches { x, context in
                layers.dropFirst().reduce(layers[0](x, context)) {
                    adds ? $0 + $1(x, context) : $0 * $1(x, context)
                }
            },
            output: shapes[0], activations: shapes[0].count * (layers.count - 1), parts: parts)
    }
}

/// Other layers, joined by a function.
private struct Branches: Layer {
    private let function: (Tensor, ForwardContext) -> Tensor

    init(_ function: @escaping (Tensor, ForwardContext) -> Tensor) { self.function = function }

    func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { function(x, context) }
}

/// The axis of one example that holds the channels.
private func joinAxis(_ axis: Int?, _ shape: Shape) throws -> Int {
    let chosen = axis ?? (shape.rank == 2 ? 1 : 0)
    let position = chosen < 0 ? chosen + shape.rank : chosen
    try LayerError.require(
        (0..<shape.rank).contains(position), "axis", chosen, expected: "an axis of \(shape)")
    return position
}

private func joined(_ shapes: [Shape], axis: Int) throws -> Shape {
    var sizes = shapes[0].array
    sizes[axis] = shapes.reduce(0) { $0 + ($1.rank > axis ? $1[axis] : 0) }
    let result = try LayerError.shape(sizes)
    for shape in shapes {
        var other = shape
        if shape.rank == result.rank { other[axis] = result[axis] }
        guard other == result else {
            throw LayerError.wrongJoin(got: shapes, wanted: "equal shapes but for axis \(axis)")
        }
    }
    return result
}
