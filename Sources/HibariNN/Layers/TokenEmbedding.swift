import HibariTensor

/// A vector for each id; also the output projection where the two are tied.
public struct TokenEmbedding {
    /// `[V, C]`.
    public let weight: Parameter

    public init(_ scope: ParameterScope, count: Int, size: Int, deviation: Double) throws {
        weight = try scope.parameter(
            "weight", [count, size], .normal(deviation: deviation), role: .embedding)
    }

    /// ids `[...]` → `[..., C]`.
    public func callAsFunction(_ ids: Tensor) -> Tensor { embedding(ids, weight.tensor) }
}
