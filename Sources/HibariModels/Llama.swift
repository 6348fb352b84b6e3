import HibariNN
import HibariTensor

/// LLaMA, Qwen2 and Qwen3: RMSNorm before each sub-layer, rotary positions, grouped queries, a SwiGLU MLP. Qwen2 adds
/// biases on queries, keys and values, Qwen3 RMSNorm of each query and key head; Mistral is a LLaMA with a sliding
/// window.
///
/// Names and layouts are those of `LlamaForCausalLM`, `Qwen2ForCausalLM`, `Qwen3ForCausalLM`, `MistralForCausalLM`.
/// Source: Touvron et al. 2023, arXiv:2302.13971; Jiang et al. 2023, arXiv:2310.06825; Qwen Team 2024,
/// arXiv:2407.10671, and 2025, arXiv:2505.09388.
public final class Llama: LanguageModel {
    public let configuration: DecoderConfiguration
    public let parameters: [Parameter]
    public let unusedZeros: [(name: String, shape: Shape)]
    public let adapters: [LowRankAdapter]

    private let tokens: TokenEmbedding
    private let blocks: [LlamaBlock]
    private let finalNorm: RMSNorm
    private let head: Linear?

    /// Makes the parameters in `scope`, new or read from a checkpoint under the names of `transformers`.
    ///
    /// - Throws: `ParameterError` if a checkpoint lacks one, has one more, or one of another shape.
    public init(_ configuration: DecoderConfiguration, _ scope: ParameterScope) throws {
        self.configuration = configuration
        let (c, width) = (configuration, configuration.hiddenSize)
        let trunk = scope["model"]
        let rotaryTable = RotaryTable(
            positions: c.contextLength, inverseFrequencies: c.rotaryFrequencies,
            attentionFactor: c.ropeScaling?.attentionFactor ?? 1, scope.dtype)
        tokens = try TokenEmbedding(
            trunk["embed_tokens"], count: c.vocabularySize, size: width, deviation: c.initialDeviation)
        blocks = try (0..<c.layerCount).map {
            try LlamaBlock(c, trunk["layers"]["\($0)"], layer: $0, rotaryTable)
        }
        finalNorm = try RMSNorm(trunk["norm"], size: width, epsilon: c.normEpsilon)
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
        var stream = ResidualStream(
            context.dropout(tokens(ids), probability: configuration.dropout, layer: 0))
        for block in blocks { block(&stream, context) }
        return finalNorm(&stream)
    }

    public var outputWeight: Parameter { head?.weight ?? tokens.weight }
}

/// x + attention(norm(x)), then x + mlp(norm(x)).
private struct LlamaBlock {
    private let inputNorm, postAttentionNorm: RMSNorm
    private let queryKeyValue, gateUp: PackedLinear
    private let attentionOutput, down: Linear
    /// Qwen3's norms of the query and key heads.
    private let queryNorm, keyNorm: RMSNorm?
    private let attention: SelfAttention
    private let rotaryTable: RotaryTable
    private let dropout: Double
    private let layer: Int

    init(_ c: DecoderConfiguration, _ scope: ParameterScope, layer: Int, _ rotaryTable: RotaryTable) throws {
        self.layer = layer
        self.rotaryTable = rotaryTable
        dropout = c.dropout
        let width = c.hiddenSize
        let (queries, keys) = (c.headCount * c.headDim, c.keyValueHeadCount * c.headDim)
        let attentionScope = scope["self_attn"]
        inputNorm = try RMSNorm(scope["input_layernorm"], size: width, epsilon: c.normEpsilon)
        queryKeyValue = try PackedLinear(
            attentionScope, inputs: width, parts: [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)],
            hasBias: c.attentionBias != .none, deviation: c.initialDeviation)
        attentionOutput = try Linear(
            attentionScope["o_proj"], inputs: queries, outputs: width, hasBias: c.attentionBias == .all,
            deviation: scope.outputDeviation(c.residualDeviation))
        let normsHeads = c.family == .qwen3
        queryNorm =
            normsHeads ? try RMSNorm(attentionScope["q_norm"], size: c.headDim, epsilon: c.normEpsilon) : nil
        keyNorm =
            normsHeads ? try RMSNorm(attentionScope["k_norm"], size: c.headDim, epsilon: c.normEpsilon) : nil
        postAttentionNorm = try RMSNorm(
            scope["post_attention_layernorm"], size: width, epsilon: c.normEpsilon)
        gateUp = try PackedLinear(
            scope["mlp"], inputs: width,
            parts: [("gate_proj", c.feedForwardSize), ("up_proj", c.feedForwardSize)],
            hasBias: c.hasMLPBias, deviation: c.initialDeviation)
        down = try Linear(
            scope["mlp"]["down_proj"], inputs: c.feedForwardSize, outputs: width, hasBias: c.hasMLPBias,
            deviation: scope.outputDeviation(c.residualDeviation))
        attention = SelfAttention(c.headLayout, layer: layer, window: c.slidingWindow)
    }

    func callAsFunction(_ stream: inout ResidualStream, _ context: ForwardContext) {
        context.recompute.apply(
            to: &stream,
            attention: { attentionSubLayer(&$0, context) },
            mlp: { mlpSubLayer(&$0, context) })
    }

    /// Adds attention(norm(x)).
    private func attentionSubLayer(_ stream: inout ResidualStream, _ context: ForwardContext) {
        var qkv = queryKeyValue(inputNorm(&stream), context)  // [B, T, (H + 2K)·D]
        if let queryNorm, let keyNorm {
            qkv = headNorm(
                qkv, attention.layout, queryWeight: queryNorm.weight.tensor, keyWeight: keyNorm.weight.tensor,
                epsilon: queryNorm.epsilon, rotatedBy: rotaryTable, firstPosition: context.firstPosition,
                segments: context.segments)
        } else {
            qkv = rotary(
                qkv, attention.layout, rotaryTable, firstPosition: context.firstPosition,
                segments: context.segments)
        }
        let attended = attentionOutput(attention(qkv, context), context)
        stream.add(context.dropout(attended, probability: dropout, layer: 1 + 2 * layer))
    }

    /// Adds mlp(norm(x)).
    private func mlpSubLayer(_ stream: inout ResidualStream, _ context: ForwardContext) {
        let gated = swiGLU(gateUp(postAttentionNorm(&stream), context))  // [B, T, F]
        stream.add(context.dropout(down(gated, context), probability: dropout, layer: 2 + 2 * layer))
    }
}
