import HibariNN
import HibariTensor

/// A causal decoder: logits of the next token at every position.
public protocol LanguageModel: AnyObject {
    var configuration: DecoderConfiguration { get }
    /// In the order of creation.
    var parameters: [Parameter] { get }
    /// Tensors that the checkpoint format has and this model leaves at zero.
    var unusedZeros: [(name: String, shape: Shape)] { get }
    /// The low-rank adapters of its linear maps, in the order of creation; mostly none.
    var adapters: [LowRankAdapter] { get }

    /// The hidden states after the last norm.
    ///
    /// - Parameter ids: `[B, T]`, int32.
    /// - Returns: `[B, T, C]`.
    func hiddenStates(_ ids: Tensor, _ context: ForwardContext) -> Tensor

    /// The output projection, `[V, C]`.
    var outputWeight: Parameter { get }
}

extension LanguageModel {
    /// The logits of every position, `[B, T]` → `[B, T, V]`.
    public func logits(_ ids: Tensor, _ context: ForwardContext = ForwardContext()) -> Tensor {
        project(hiddenStates(ids, context), context)
    }

    /// The logits of hidden states, `[..., C]` → `[..., V]`.
    public func project(_ hidden: Tensor, _ context: ForwardContext) -> Tensor {
        linear(hidden, weights: [outputWeight.tensor], order: context.order)
    }

    /// Mean loss of predicting `targets`, in nats per token.
    public func loss(
        _ ids: Tensor, _ targets: Tensor, _ context: ForwardContext = ForwardContext(),
        labelSmoothing: Double = 0
    ) -> Tensor {
        linearCrossEntropy(
            hiddenStates(ids, context), weight: outputWeight.tensor, targets, labelSmoothing: labelSmoothing)
    }

    /// The loss of every token, `[B·T]`. No gradient.
    public func losses(
        _ ids: Tensor, _ targets: Tensor, _ context: ForwardContext = ForwardContext()
    ) -> Tensor {
        linearCrossEntropyPerRow(
            hiddenStates(ids, context), weight: outputWeight.value, targets)
    }

    /// An empty cache for `capacity` positions (the context length if nil).
    public func makeCache(capacity: Int? = nil) -> KeyValueCache {
        KeyValueCache(
            layerCount: configuration.layerCount, capacity: capacity ?? configuration.contextLength,
            layout: configuration.headLayout)
    }

    /// Reads `ids` after what is in the cache and returns the logits of the last one.
    ///
    /// - Returns: `[V]`.
    public func nextLogits(after ids: [Int32], cache: KeyValueCache) -> Tensor {
        let context = ForwardContext.cached(cache)
        let hidden = hiddenStates(Tensor(ids, shape: [1, ids.count]), context)
        let last = hidden.slice(axis: 1, ids.count - 1..<ids.count)
        let logits = project(last, context)
        cache.advance(by: ids.count)
        return logits.reshape([configuration.vocabularySize])
    }

    /// What training changes: the parameters of the model and of its adapters that are not frozen.
    public var trainedParameters: [Parameter] {
        (parameters + adapters.flatMap(\.parameters)).filter(\.isTrainable)
    }

    /// Puts the adapters into the weights, which then give the same outputs without them.
    ///
    /// - Throws: `LowRankError.cannotMerge` for weights of blocks; no weight is changed then.
    public func mergeAdapters() throws(LowRankError) {
        for adapter in adapters { try adapter.checkMergeable() }
        for adapter in adapters { try adapter.merge() }
    }

    /// Weights in all, tied ones counted once.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.count } }
}

extension DecoderConfiguration {
    public var headLayout: HeadLayout {
        HeadLayout(heads: headCount, keyValueHeads: keyValueHeadCount, headDim: headDim)
    }

    /// Builds the model of this family.
    public func makeModel(_ scope: ParameterScope) throws -> any LanguageModel {
        switch family {
        case .gpt2: try GPT2(self, scope)
        case .llama, .qwen2, .qwen3: try Llama(self, scope)
        }
    }
}
