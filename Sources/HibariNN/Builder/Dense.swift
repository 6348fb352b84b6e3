import HibariTensor

/// y = f(x·Wᵀ + b) along the last axis: `[..., in]` → `[..., outputs]`.
///
/// Parameters `weight` `[outputs, in]` and `bias` `[outputs]`, as PyTorch's Linear.
public struct Dense: LayerSpecification {
    public let outputs: Int
    public let activation: Activation?
    public let hasBias: Bool
    public let initializer: WeightInitializer

    public init(
        _ outputs: Int, activation: Activation? = nil, bias: Bool = true,
        initializer: WeightInitializer = .pyTorch
    ) {
        self.outputs = outputs
        self.activation = activation
        hasBias = bias
        self.initializer = initializer
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require("outputs", outputs)
        try LayerError.require(input.rank > 0 && input[-1] > 0, input, wanted: "[..., inputs]")
        let inputs = input[-1]
        _ = try LayerError.shape([outputs, inputs], of: "the weight")
        let output = try LayerError.shape(input.array.dropLast() + [outputs])
        let layer = try Linear(
            scope, inputs: inputs, outputs: outputs,
            weight: initializer.weight(fanIn: inputs, fanOut: outputs),
            bias: hasBias ? initializer.bias(fanIn: inputs) : nil, activation: activation)
        return BuiltLayer(
            layer, output: output, flops: 2 * Double(inputs) * Double(outputs) * Double(output.rowCount))
    }
}
