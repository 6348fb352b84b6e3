import HibariTensor

/// The core of self-attention on packed rows, with or without a cache. Projections belong to the model.
public struct SelfAttention {
    public let layout: HeadLayout
    /// Which layer of the cache is this layer's.
    private let layer: Int
    private let window: Int?

    public init(_ layout: HeadLayout, layer: Int, window: Int? = nil) {
        self.layout = layout
        self.layer = layer
        self.window = window
    }

    /// `[B, T, (H + 2K)·D]` → `[B, T, H·D]`.
    public func callAsFunction(_ qkv: Tensor, _ context: ForwardContext) -> Tensor {
        if let cache = context.cache {
            precondition(context.segments == nil, "SelfAttention: a cache holds one document, not segments")
            return cache.attend(qkv, layer: layer, window: window)
        }
        return causalAttention(qkv, layout, window: window, segments: context.segments)
    }
}
