import HibariTensor

/// Any computation without parameters as a layer.
///
///     Function("square") { $0 * $0 }
///
/// It cannot be written to a file: a model with one can be trained, but its run directory can only be read by a
/// program that builds the model again.
public struct Function: LayerSpecification {
    public let name: String
    private let output: @Sendable (Shape) throws -> Shape
    private let function: @Sendable (Tensor, ForwardContext) -> Tensor

    /// - Parameters:
    ///   - output: the shape of one output from that of one input, without the batch axis.
    ///   - function: takes and gives tensors with the batch axis.
    public init(
        _ name: String, output: @escaping @Sendable (Shape) throws -> Shape = { $0 },
        _ function: @escaping @Sendable (Tensor) -> Tensor
    ) {
        self.name = name
        self.output = output
        self.function = { x, _ in function(x) }
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        BuiltLayer(output: try output(input), function)
    }

    public init(from decoder: any Decoder) throws { throw ModelError.notDescribable(kind: Self.kind) }
    public func encode(to encoder: any Encoder) throws { throw ModelError.notDescribable(kind: Self.kind) }
}
