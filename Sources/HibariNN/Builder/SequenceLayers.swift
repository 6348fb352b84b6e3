import HibariTensor

/// Adds a learned vector for each place: `[T, C]` → `[T, C]`.
///
/// Parameter `weight` `[T, C]`, N(0, `deviation`²). Source: Radford et al. 2019 (GPT-2's wpe).
public struct PositionEmbedding: LayerSpecification {
    public let deviation: Double

    public init(deviation: Double = 0.02) { self.deviation = deviation }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank == 2 && input.count > 0, input, wanted: "[steps, channels]")
        let weight = try scope.parameter("weight", input, .normal(deviation: deviation), role: .embedding)
        return BuiltLayer(Shift(weight: weight), output: input, activations: 0)
    }

    private struct Shift: Layer {
        let weight: Parameter

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor { x + weight.tensor }
    }
}

/// Each step as a mix of itself and the steps before it, by several heads: `[T, C]` → `[T, C]`; see `causalAttention`.
///
/// Parameters `qkv.weight` `[3C, C]` and `output.weight` `[C, C]` with their biases. Source: Vaswani et al. 2017,
/// arXiv:1706.03762.
public struct CausalSelfAttention: LayerSpecification {
    public let heads: Int
    public let initializer: WeightInitializer
    /// Of the projection after the heads, which in deep models begins smaller.
    public let outputInitializer: WeightInitializer

    public init(
        heads: Int, initializer: WeightInitializer = .pyTorch, outputInitializer: WeightInitializer? = nil
    ) {
        self.heads = heads
        self.initializer = initializer
        self.outputInitializer = outputInitializer ?? initializer
    }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank == 2 && input.count > 0, input, wanted: "[steps, channels]")
        let (steps, width) = (input[0], input[1])
        try LayerError.require(
            heads > 0 && width % heads == 0, "heads", heads, expected: "a divisor of the \(width) channels")
        _ = try LayerError.shape([3 * width, width], of: "the weight")
        func linear(_ name: String, _ outputs: Int, _ initializer: WeightInitializer) throws -> Linear {
            try Linear(
                scope[name], inputs: width, outputs: outputs,
                weight: initializer.weight(fanIn: width, fanOut: outputs),
                bias: initializer.bias(fanIn: width))
        }
        let layer = Heads(
            queryKeyValue: try linear("qkv", 3 * width, initializer),
            output: try linear("output", width, outputInitializer),
            layout: HeadLayout(heads: heads, keyValueHeads: heads, headDim: width / heads))
        // Each step looks at half of all steps on average, once for the scores and once for the mix.
        let products = 2 * Double(steps) * Double(width) * (4 * Double(width) + Double(steps + 1))
        return BuiltLayer(layer, output: input, flops: products, activations: 4 * input.count)
    }

    private struct Heads: Layer {
        let queryKeyValue, output: Linear
        let layout: HeadLayout

        func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
            output(causalAttention(queryKeyValue(x, context), layout), context)  // [B, T, 3C] → [B, T, C]
        }
    }
}

/// x + attention(norm(x)), then x + mlp(norm(x)): a block of GPT-2, `[T, C]` → `[T, C]`.
public struct TransformerBlock: ComposedLayer {
    public let width, heads: Int
    /// How many blocks there are: what each adds begins smaller by √(2·depth), so that the sum does not grow with depth.
    public let depth: Int
    public let dropout: Double

    public init(_ width: Int, heads: Int, depth: Int, dropout: Double = 0) {
        (self.width, self.heads, self.depth, self.dropout) = (width, heads, depth, dropout)
    }

    public var inputType: DType { .float32 }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        for (name, value) in [("width", width), ("heads", heads), ("depth", depth)] {
            try LayerError.require(name, value)
        }
        return try Sequential(layers).build(scope, input: input)
    }

    public var layers: [any LayerSpecification] {
        // GPT-2's 0.02 at its width of 768, in proportion to 1/√C at others.
        let deviation = 0.02 * (768 / Double(width)).squareRoot()
        let smaller = deviation / (2 * Double(depth)).squareRoot()
        Residual {
            LayerNormalization()
            CausalSelfAttention(
                heads: heads, initializer: .normal(deviation: deviation),
                outputInitializer: .normal(deviation: smaller))
            if dropout > 0 { Dropout(dropout) }
        }.named("attention")
        Residual {
            LayerNormalization()
            Dense(4 * width, activation: .geluTanh, initializer: .normal(deviation: deviation))
            Dense(width, initializer: .normal(deviation: smaller))
            if dropout > 0 { Dropout(dropout) }
        }.named("mlp")
    }
}

/// The vectors of the last `count` steps side by side, from the oldest to the present one, zeros before the start:
/// `[T, C]` → `[T, count·C]`. What a network without memory is given to predict the next step.
///
/// Source: Bengio et al. 2003, "A Neural Probabilistic Language Model".
public struct RecentSteps: LayerSpecification {
    public let count: Int

    public init(_ count: Int) { self.count = count }

    public func build(_ scope: ParameterScope, input: Shape) throws -> BuiltLayer {
        try LayerError.require(input.rank == 2 && input.count > 0, input, wanted: "[steps, channels]")
        try LayerError.require("count", count)
        let (count, steps, width) = (count, input[0], input[1])
        return BuiltLayer(output: try LayerError.shape([steps, count * width])) { x, _ in
            let parts = (0..<count).reversed().map { back -> Tensor in
                if back == 0 { return x }
                let before = Tensor(zeros: [x.shape[0], min(back, steps), width], x.dtype)
                if back >= steps { return before }
                return concatenate([before, x.slice(axis: 1, 0..<steps - back)], axis: 1)
            }
            return parts.count == 1 ? parts[0] : concatenate(parts, axis: 2)
        }
    }
}
