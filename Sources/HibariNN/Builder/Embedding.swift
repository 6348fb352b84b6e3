import HibariTensor

/// A vector for each id: ids `[T]`, int32 from 0 to `count` − 1 → `[T, size]`.
///
/// Parameter `weight` `[count, size]`, N(0, `deviation`²), as PyTorch's Embedding.
public struct Embedding: LayerSpecification {
    public let count: Int
    public let size: Int
    public let deviation: Double

    public init(_ count: Int, _ size: Int, deviation: Double = 1) {
        self.count = count
        self.size = size
        self.deviation = deviation
    }

    public var inputType: DType { .int32 }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require("count", count)
        try LayerError.require("size", size)
        try LayerError.require(
            input.rank < Shape.maximumRank - 1, input, wanted: "ids on at most four axes")
        _ = try LayerError.shape([count, size], of: "the weight")
        let output = try LayerError.shape(input.array + [size])
        let table = try TokenEmbedding(scope, count: count, size: size, deviation: deviation)
        return BuiltLayer(Lookup(table: table), output: output)
    }

    private struct Lookup: Layer {
        let table: TokenEmbedding

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { table(x) }
    }
}
