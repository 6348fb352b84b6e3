import HibariTensor

/// LayerNorm with weight and optional bias; see `layerNorm`.
public struct LayerNorm {
    public let weight: Parameter
    public let bias: Parameter?
    private let epsilon: Double

    public init(_ scope: ParameterScope, size: Int, hasBias: Bool, epsilon: Double) throws {
        weight = try scope.parameter("weight", [size], .ones, role: .vector)
        bias = hasBias ? try scope.parameter("bias", [size], .zeros, role: .vector) : nil
        self.epsilon = epsilon
    }

    /// `[..., size]` → `[..., size]`.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        layerNorm(x, weight: weight.tensor, bias: bias?.tensor, epsilon: epsilon)
    }
}

/// RMSNorm with weight; see `rmsNorm`.
public struct RMSNorm {
    public let weight: Parameter
    public let epsilon: Double

    public init(_ scope: ParameterScope, size: Int, epsilon: Double) throws {
        weight = try scope.parameter("weight", [size], .ones, role: .vector)
        self.epsilon = epsilon
    }

    /// `[..., size]` → `[..., size]`.
    public func callAsFunction(_ x: Tensor) -> Tensor { rmsNorm(x, weight: weight.tensor, epsilon: epsilon) }
}
