import HibariTensor

/// Mean 0 and variance 1 along the last axis, then scaled and shifted: `[..., C]` → `[..., C]`; see `layerNorm`.
///
/// Parameters `weight` and `bias` `[C]`, as PyTorch's LayerNorm over the last axis.
public struct LayerNormalization: LayerSpecification {
    public let epsilon: Double
    public let hasBias: Bool

    public init(epsilon: Double = 1e-5, bias: Bool = true) {
        self.epsilon = epsilon
        hasBias = bias
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank > 0 && input[-1] > 0, input, wanted: "[..., channels]")
        let norm = try LayerNorm(scope, size: input[-1], hasBias: hasBias, epsilon: epsilon)
        // The backward pass keeps the input and makes the output again from it.
        return BuiltLayer(Normalized(norm: norm), output: input)
    }

    private struct Normalized: Layer {
        let norm: LayerNorm

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            var stream = ResidualStream(x)
            return norm(&stream)
        }
    }
}
