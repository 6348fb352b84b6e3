/// What a decoder costs, from its sizes alone.
extension DecoderConfiguration {
    /// Weights by what they belong to.
    public struct ParameterGroups: Sendable, Equatable {
        /// Token and position embeddings, and the head if it is not tied.
        public var embedding = 0
        public var attention = 0
        public var feedForward = 0
        public var norms = 0
        /// Of attention and feedForward the matrices, without biases.
        public var hiddenMatrices = 0

        public var total: Int { embedding + attention + feedForward + norms }
    }

    public var parameterGroups: ParameterGroups {
        let (c, f) = (hiddenSize, feedForwardSize)
        let isGPT2 = family == .gpt2
        let queries = headCount * headDim
        let normBias = hasBias ? c : 0
        var groups = ParameterGroups()
        groups.embedding = vocabularySize * c * (tiesEmbeddings ? 1 : 2) + (isGPT2 ? contextLength * c : 0)
        let attention = layerCount * (c * headLayout.rowWidth + queries * c)
        let feedForward = layerCount * (isGPT2 ? 2 : 3) * c * f
        groups.hiddenMatrices = attention + feedForward
        let attentionBiases =
            (hasBias || attentionBias != .none ? headLayout.rowWidth : 0)
            + (hasBias || attentionBias == .all ? c : 0)
        groups.attention = attention + layerCount * attentionBiases
        let feedForwardBiases = hasBias ? f + c : hasMLPBias ? 2 * f + c : 0
        groups.feedForward = feedForward + layerCount * feedForwardBiases
        let perNorm = c + normBias
        groups.norms = (2 * layerCount + 1) * perNorm + (family == .qwen3 ? layerCount * 2 * headDim : 0)
        return groups
    }

    /// Floating-point operations of forward and backward pass per token.
    ///
    /// Each weight in a product takes 6 (two for the forward pass, four for the backward pass); attention
    /// over T keys takes 12·L·H·D·T without counting that a causal mask leaves out half. A tied embedding is
    /// a product once, at the head; looking up embeddings is free.
    /// Source: Kaplan et al. 2020, arXiv:2001.08361; Chowdhery et al. 2022 (PaLM, appendix B),
    /// arXiv:2204.02311.
    public var trainingFLOPsPerToken: Double {
        let groups = parameterGroups
        let multiplied = groups.attention + groups.feedForward + vocabularySize * hiddenSize
        return 6 * Double(multiplied) + 12 * Double(layerCount * headCount * headDim * contextLength)
    }

    /// Bytes of keys and values that one token keeps in the cache.
    public var cacheBytesPerToken: Int { 2 * layerCount * keyValueHeadCount * headDim * 4 }
}
