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

    /// The norm of everything that has been added to `stream`, `[..., size]`.
    public func callAsFunction(_ stream: inout ResidualStream) -> Tensor {
        stream.normalized(
            weight: weight.tensor, bias: bias?.tensor, epsilon: epsilon, subtractsMean: true)
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

    /// The norm of everything that has been added to `stream`, `[..., size]`.
    public func callAsFunction(_ stream: inout ResidualStream) -> Tensor {
        stream.normalized(weight: weight.tensor, bias: nil, epsilon: epsilon, subtractsMean: false)
    }
}
