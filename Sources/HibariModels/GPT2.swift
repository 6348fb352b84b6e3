import HibariNN
import HibariTensor

/// GPT-2: learned positions, LayerNorm before each sub-layer, a GELU MLP of four times the width.
///
/// Names and layouts are those of `GPT2LMHeadModel` (linear weights stored `[in, out]`). Without biases the
/// file gets biases of zero.
/// Source: Radford et al. 2019.
public final class GPT2: LanguageModel {
    public let configuration: DecoderConfiguration
    public let parameters: [Parameter]
    public let unusedZeros: [(name: String, shape: Shape)]
    public let adapters: [LowRankAdapter]

    private let tokens: TokenEmbedding
    private let positions: TokenEmbedding
    private let blocks: [GPT2Block]
    private let finalNorm: LayerNorm
    private let head: Linear?

    /// Makes the parameters in `scope`, new or read from a checkpoint under the names of `transformers`.
    ///
    /// - Throws: `ParameterError` if a checkpoint lacks one, has one more, or one of another shape.
    public init(_ configuration: DecoderConfiguration, _ scope: ParameterScope) throws {
        self.configuration = configuration
        let (c, width) = (configuration, configuration.hiddenSize)
        let trunk = scope["transformer"]
        tokens = try TokenEmbedding(
            trunk["wte"], count: c.vocabularySize, size: width, deviation: c.initialDeviation)
        positions = try TokenEmbedding(
            trunk["wpe"], count: c.contextLength, size: width, deviation: c.initialDeviation)
        blocks = try (0..<c.layerCount).map { try GPT2Block(c, trunk["h"]["\($0)"], layer: $0) }
        finalNorm = try makeNorm(c, trunk["ln_f"])
        head =
            c.tiesEmbeddings
            ? nil
            : try Linear(
                scope["lm_head"], inputs: width, outputs: c.vocabularySize, hasBias: false,
                deviation: scope.outputDeviation(c.initialDeviation), isOutput: true)
        if c.tiesEmbeddings { try scope.copy("lm_head.weight", of: tokens.weight) }
        try scope.finish()
        parameters = scope.parameters
        unusedZeros = scope.unusedZeros
        adapters = scope.adapters
    }

    public func hiddenStates(_ ids: Tensor, _ context: ForwardContext) -> Tensor {
        let time = ids.shape[1]
        let places = Tensor(context.positions(time), shape: [time])
        let embedded = tokens(ids) + positions(places)  // [B, T, C] + [T, C]
        var stream = ResidualStream(context.dropout(embedded, probability: configuration.dropout, layer: 0))
        for block in blocks { block(&stream, context) }
        return finalNorm(&stream)
    }

    public var outputWeight: Parameter { head?.weight ?? tokens.weight }
}

private func makeNorm(_ c: DecoderConfiguration, _ scope: ParameterScope) throws -> LayerNorm {
    let norm = try LayerNorm(scope, size: c.hiddenSize, hasBias: c.hasBias, epsilon: c.normEpsilon)
    if !c.hasBias { try scope.zeros("bias", [c.hiddenSize]) }
    return norm
}

/// x + attention(norm(x)), then x + mlp(norm(x)).
private struct GPT2Block {
    private let firstNorm, secondNorm: LayerNorm
    private let queryKeyValue, attentionOutput, expand, contract: Linear
    private let attention: SelfAttention
    private let dropout: Double
    private let layer: Int

    init(_ c: DecoderConfiguration, _ scope: ParameterScope, layer: Int) throws {
        self.layer = layer
        dropout = c.dropout
        let width = c.hiddenSize
        func conv1D(
            _ scope: ParameterScope, _ inputs: Int, _ outputs: Int, deviation: Double,
            activation: Activation? = nil
        ) throws -> Linear {
            let layer = try Linear(
                scope, inputs: inputs, outputs: outputs, hasBias: c.hasBias, deviation: deviation,
                layout: .inputMajor,
                activation: activation)
            if !c.hasBias { try scope.zeros("bias", [outputs]) }
            return layer
        }
        firstNorm = try makeNorm(c, scope["ln_1"])
        queryKeyValue = try conv1D(
            scope["attn"]["c_attn"], width, c.headLayout.rowWidth, deviation: c.initialDeviation)
        attentionOutput = try conv1D(
            scope["attn"]["c_proj"], c.headCount * c.headDim, width,
            deviation: scope.outputDeviation(c.residualDeviation))
        secondNorm = try makeNorm(c, scope["ln_2"])
        expand = try conv1D(
            scope["mlp"]["c_fc"], width, c.feedForwardSize, deviation: c.initialDeviation,
            activation: c.activation)
        contract = try conv1D(
            scope["mlp"]["c_proj"], c.feedForwardSize, width,
            deviation: scope.outputDeviation(c.residualDeviation))
        attention = SelfAttention(c.headLayout, layer: layer)
    }

    func callAsFunction(_ stream: inout ResidualStream, _ context: ForwardContext) {
        context.recompute.apply(
            to: &stream,
            attention: { attentionSubLayer(&$0, context) },
            mlp: { mlpSubLayer(&$0, context) })
    }

    /// Adds attention(norm(x)).
    private func attentionSubLayer(_ stream: inout ResidualStream, _ context: ForwardContext) {
        let qkv = queryKeyValue(firstNorm(&stream), context)  // [B, T, 3C]
        let attended = attentionOutput(attention(qkv, context), context)
        stream.add(context.dropout(attended, probability: dropout, layer: 1 + 2 * layer))
    }

    /// Adds mlp(norm(x)).
    private func mlpSubLayer(_ stream: inout ResidualStream, _ context: ForwardContext) {
        let widened = expand(secondNorm(&stream), context)  // [B, T, F]
        let mlp = contract(widened, context)
        stream.add(context.dropout(mlp, probability: dropout, layer: 2 + 2 * layer))
    }
}
