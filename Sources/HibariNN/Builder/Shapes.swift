import HibariTensor

/// All numbers of an example in one row: `[C, H, W]` → `[C·H·W]`. Free.
public struct Flatten: LayerSpecification {
    public init() {}

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        let count = input.count
        return BuiltLayer(output: try LayerError.shape([count]), activations: 0) { x, _ in
            x.reshape([x.shape[0], count])
        }
    }
}

/// The numbers of an example under another shape. Free.
public struct Reshape: LayerSpecification {
    public let shape: Shape

    /// - Parameter shape: of one example, without the batch axis.
    public init(_ shape: Shape) { self.shape = shape }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        _ = try LayerError.shape(shape.array)
        try LayerError.require(
            shape.count == input.count, input, wanted: "\(shape.count) numbers, as \(shape) has")
        let sizes = shape.array
        return BuiltLayer(output: shape, activations: 0) { x, _ in x.reshape(Shape([x.shape[0]] + sizes)) }
    }
}
