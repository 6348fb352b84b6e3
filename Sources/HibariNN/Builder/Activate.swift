import HibariTensor

/// An activation as a layer of its own; `Dense(…, activation:)` does the same in one pass.
public struct Activate: LayerSpecification {
    /// f.
    public let activation: Activation

    /// x → f(x), the shape unchanged.
    public init(_ activation: Activation) { self.activation = activation }

    public func build(_ scope: ParameterScope, input: Shape) -> BuiltLayer {
        // The backward pass makes the output again from the input, which is kept anyway.
        BuiltLayer(ActivationLayer(activation: activation), output: input, activations: 0)
    }
}

/// max(0, x).
public func ReLU() -> Activate { Activate(.relu) }
/// (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
public func Tanh() -> Activate { Activate(.tanh) }
/// 1 / (1 + e⁻ˣ).
public func Sigmoid() -> Activate { Activate(.sigmoid) }
/// x·Φ(x).
public func GELU() -> Activate { Activate(.geluErf) }
/// x·sigmoid(x).
public func SiLU() -> Activate { Activate(.silu) }

/// x above 0, slope·x below. Source: Maas et al. 2013.
public struct LeakyReLU: LayerSpecification {
    /// df/dx below 0.
    public let slope: Double

    /// The default is that of PyTorch.
    public init(_ slope: Double = 0.01) { self.slope = slope }

    public func build(_ scope: ParameterScope, input: Shape) -> BuiltLayer {
        let slope = slope
        return BuiltLayer(output: input) { x, _ in leakyReLU(x, slope: slope) }
    }
}

extension Activation {
    /// f(x), as an op.
    public func apply(to x: Tensor) -> Tensor {
        switch self {
        case .relu: HibariTensor.relu(x)
        case .geluTanh: HibariTensor.geluTanh(x)
        case .geluErf: HibariTensor.geluErf(x)
        case .silu: HibariTensor.silu(x)
        case .tanh: HibariTensor.tanh(x)
        case .sigmoid: HibariTensor.sigmoid(x)
        }
    }
}

/// Probabilities along the last axis. For predictions only: the losses take the logits before it.
public struct Softmax: LayerSpecification {
    /// eˣⁱ / Σ eˣʲ over the last axis.
    public init() {}

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank > 0 && input[-1] > 0, input, wanted: "[..., classes]")
        return BuiltLayer(output: input) { x, _ in softmax(x) }
    }
}
