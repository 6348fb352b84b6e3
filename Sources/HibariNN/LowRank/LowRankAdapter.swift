import HibariTensor

/// The low-rank adapter of one linear map: its outputs become x·Wᵀ + s·(dropout(x)·Aᵀ)·Bᵀ.
///
/// With DoRA, the outputs (before the bias) are scaled to c ∘ (x·Wᵀ + s·x·Aᵀ·Bᵀ), c = m / ‖W + s·B·A‖ with the norm of
/// each row, which counts as a constant in the backward pass.
/// Sources: Hu et al. 2021, arXiv:2106.09685; Liu et al. 2024, arXiv:2402.09353, section 4.3 for the constant.
public final class LowRankAdapter {
    /// The name of the linear map: "model.layers.0.self_attn.q_proj".
    public let module: String
    /// A, `[r, in]`.
    public let a: Parameter
    /// B, `[out, r]`.
    public let b: Parameter
    /// DoRA's m, `[out]`.
    public let magnitude: Parameter?
    public let configuration: LowRankConfiguration
    /// Whether the linear map contains the adapter, which then adds nothing any more.
    public private(set) var isMerged = false

    private let weight: Parameter
    private let layout: WeightLayout
    private let number: Int

    init(
        module: String, _ configuration: LowRankConfiguration, number: Int, weight: Parameter,
        layout: WeightLayout, _ a: Parameter, _ b: Parameter, _ magnitude: Parameter?
    ) {
        (self.module, self.configuration, self.number) = (module, configuration, number)
        (self.weight, self.layout) = (weight, layout)
        (self.a, self.b, self.magnitude) = (a, b, magnitude)
    }

    /// A, B and m.
    public var parameters: [Parameter] { [a, b] + (magnitude.map { [$0] } ?? []) }

    /// W ← W + s·B·A, with DoRA c ∘ (W + s·B·A), in place. The adapter is then off, and not trained.
    ///
    /// - Throws: `LowRankError.cannotMerge` for weights of blocks.
    public func merge() throws(LowRankError) {
        guard !isMerged else { return }
        try checkMergeable()
        var sum = adaptedWeight
        if let magnitude {
            let c = magnitude.value / nonzero(rowNorms(sum, layout))
            sum = sum * (layout == .outputMajor ? c.reshape([c.count, 1]) : c)
        }
        weight.assign(sum)
        isMerged = true
        for parameter in parameters { parameter.isTrainable = false }
    }

    /// Throws what `merge()` would.
    public func checkMergeable() throws(LowRankError) {
        guard weight.value.dtype == .blocks else { return }
        throw .cannotMerge(module: module, type: weight.value.storedTypeName)
    }

    /// Which elements of the input reach A; nil for all of them.
    func dropout(_ context: ForwardContext) -> (probability: Double, stream: DropoutStream)? {
        guard let step = context.dropoutStep, configuration.dropout > 0 else { return nil }
        // Numbers that no layer of the model itself has, whose masks stay what they are without adapters.
        let layer = UInt64(1 << 15 + number)
        return (configuration.dropout, DropoutStream(seed: step.seed, step: step.step, layer: layer))
    }

    /// What it adds to the columns of a packed result.
    func term(column: Int, dropout: (probability: Double, stream: DropoutStream)?) -> LowRankTerm {
        LowRankTerm(
            a.tensor, b.tensor, scale: configuration.scale, column: column, dropout: dropout)
    }

    /// DoRA's c, `[out]`; nil without DoRA.
    ///
    /// While a text is generated it is computed once.
    func columnScale(_ context: ForwardContext) -> Tensor? {
        guard let magnitude else { return nil }
        if let known = context.cache?.columnScales[ObjectIdentifier(self)] { return known }
        let scale = magnitude.tensor / nonzero(rowNorms(adaptedWeight, layout))
        context.cache?.columnScales[ObjectIdentifier(self)] = scale
        return scale
    }

    /// s·(x·Aᵀ)·Bᵀ and x·Wᵀ, apart.
    func products(_ x: Tensor) -> (adapter: Tensor, map: Tensor) {
        let map = linear(x, weights: [weight.tensor], layout: layout)
        let nothing = Tensor(zeros: map.shape, map.dtype)
        return (addLowRank([term(column: 0, dropout: nil)], of: x, to: nothing), map)
    }

    /// W + s·B·A in the layout of W, on no tape.
    private var adaptedWeight: Tensor {
        addedProduct(
            weight.value.dequantized(), a.value, b.value, scale: configuration.scale, layout: layout)
    }

    /// 1 for the norms of rows that are all zero, whose direction no scale changes.
    private func nonzero(_ norms: Tensor) -> Tensor {
        guard norms.dtype == .float32 else {
            return Tensor(norms.array(of: Double.self).map { $0 == 0 ? 1 : $0 }, shape: norms.shape)
        }
        return Tensor(norms.array(of: Float.self).map { $0 == 0 ? 1 : $0 }, shape: norms.shape)
    }
}
