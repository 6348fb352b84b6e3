import HibariTensor

/// Mean 0 and variance 1 of each channel over the batch, then scaled and shifted: `[C]`, `[C, L]` or `[C, H, W]`, of the
/// same shape behind it; see `BatchNorm`.
///
/// Parameters `weight`, `bias`, `running_mean` and `running_var` `[C]`, as PyTorch's BatchNorm1d and BatchNorm2d.
public struct BatchNormalization: LayerSpecification {
    public let epsilon, momentum: Double
    public let activation: Activation?

    /// - Parameter activation: behind the norm; ReLU costs no pass of its own.
    public init(epsilon: Double = 1e-5, momentum: Double = 0.1, activation: Activation? = nil) {
        self.epsilon = epsilon
        self.momentum = momentum
        self.activation = activation
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(
            (1...3).contains(input.rank) && input.count > 0, input,
            wanted: "[channels], [channels, length] or [channels, height, width]")
        let norm = try BatchNorm(
            scope, channels: input[0], epsilon: epsilon, momentum: momentum,
            appliesReLU: activation == .relu)
        let isFused = activation == nil || activation == .relu
        return BuiltLayer(
            Normalized(norm: norm, activation: isFused ? nil : activation), output: input,
            activations: (isFused ? 1 : 2) * input.count)
    }

    private struct Normalized: Layer {
        let norm: BatchNorm
        let activation: Activation?

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            let normal = norm(x, context)
            return activation.map { $0.apply(to: normal) } ?? normal
        }
    }
}

/// Mean 0 and variance 1 of each group of channels of an example, then scaled and shifted; see `groupNorm`.
///
/// Parameters `weight` and `bias` `[C]`, as PyTorch's GroupNorm.
public struct GroupNormalization: LayerSpecification {
    public let groups: Int
    public let epsilon: Double

    public init(_ groups: Int, epsilon: Double = 1e-5) {
        self.groups = groups
        self.epsilon = epsilon
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(
            (2...3).contains(input.rank) && input.count > 0, input,
            wanted: "[channels, length] or [channels, height, width]")
        try LayerError.require(
            groups > 0 && input[0] % groups == 0, "groups", groups,
            expected: "a divisor of the \(input[0]) channels")
        let norm = try GroupNorm(scope, channels: input[0], groups: groups, epsilon: epsilon)
        return BuiltLayer(norm, output: input)
    }
}
