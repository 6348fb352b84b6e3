import HibariTensor

/// y = activation(x·Wᵀ + b), with a low-rank adapter if the scope's plan names the map.
public struct Linear {
    /// `[out, in]`, or `[in, out]` with `inputMajor` layout.
    public let weight: Parameter
    /// `[out]`.
    public let bias: Parameter?
    private let layout: WeightLayout
    private let activation: Activation?
    private let adapted: AdaptedLinear

    /// - Parameters:
    ///   - scope: gives `weight` and, with `hasBias`, `bias`.
    ///   - deviation: of the initial weights.
    ///   - isOutput: whether the outputs are the logits.
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, hasBias: Bool, deviation: Double,
        layout: WeightLayout = .outputMajor, activation: Activation? = nil, isOutput: Bool = false
    ) throws {
        try self.init(
            scope, inputs: inputs, outputs: outputs, weight: .normal(deviation: deviation),
            bias: hasBias ? .zeros : nil, layout: layout, activation: activation, isOutput: isOutput)
    }

    /// - Parameters:
    ///   - scope: gives `weight` and, with `bias`, `bias`.
    ///   - weightInitializer: of the weight.
    ///   - biasInitializer: of the bias; nil for none.
    ///   - isOutput: whether the outputs are the logits.
    public init(
        _ scope: ParameterScope, inputs: Int, outputs: Int, weight weightInitializer: Initializer,
        bias biasInitializer: Initializer?, layout: WeightLayout = .outputMajor,
        activation: Activation? = nil, isOutput: Bool = false
    ) throws {
        let shape: Shape = layout == .outputMajor ? [outputs, inputs] : [inputs, outputs]
        weight = try scope.parameter(
            "weight", shape, weightInitializer, role: isOutput ? .output : .hiddenMatrix(layout))
        bias = try biasInitializer.map { try scope.parameter("bias", [outputs], $0, role: .vector) }
        self.layout = layout
        self.activation = activation
        let adapter =
            isOutput
            ? nil
            : try scope.lowRankAdapter(of: weight, inputs: inputs, outputs: outputs, layout: layout)
        adapted = AdaptedLinear([adapter])
    }

    /// `[..., in]` → `[..., out]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        adapted(
            x, weights: [weight], bias: bias?.tensor, layout: layout, activation: activation, context)
    }
}

/// Several linear maps of one input, their outputs side by side: query, key and value; gate and up.
public struct PackedLinear {
    /// `[outᵢ, in]` each.
    public let weights: [Parameter]
    /// `[outᵢ]` each; none if the maps have none.
    public let biases: [Parameter]
    private let adapted: AdaptedLinear

    /// - Parameters:
    ///   - scope: gives `NAME.weight` for each part, and `NAME.bias` with `hasBias`.
    ///   - parts: name and number of outputs of each map.
    public init(
        _ scope: ParameterScope, inputs: Int, parts: [(name: String, outputs: Int)], hasBias: Bool = false,
        deviation: Double
    ) throws {
        var (weights, biases): ([Parameter], [Parameter]) = ([], [])
        var adapters: [LowRankAdapter?] = []
        for part in parts {
            let own = scope[part.name]
            weights.append(
                try own.parameter(
                    "weight", [part.outputs, inputs], .normal(deviation: deviation),
                    role: .hiddenMatrix(.outputMajor)))
            if hasBias { biases.append(try own.parameter("bias", [part.outputs], .zeros, role: .vector)) }
            adapters.append(
                try own.lowRankAdapter(
                    of: weights[weights.count - 1], inputs: inputs, outputs: part.outputs,
                    layout: .outputMajor))
        }
        (self.weights, self.biases, adapted) = (weights, biases, AdaptedLinear(adapters))
    }

    /// `[..., in]` → `[..., Σ outᵢ]`.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        let bias = biases.isEmpty ? nil : concatenate(biases.map(\.tensor))
        return adapted(x, weights: weights, bias: bias, context)
    }
}
