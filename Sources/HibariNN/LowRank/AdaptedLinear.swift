import HibariTensor

/// One linear map, or several side by side, with their adapters.
struct AdaptedLinear {
    /// Of each map, where it has one.
    private let adapters: [LowRankAdapter?]

    init(_ adapters: [LowRankAdapter?]) { self.adapters = adapters }

    /// activation(x·Wᵀ + b + what the adapters add), `[..., in]` → `[..., Σ outᵢ]`.
    func callAsFunction(
        _ x: Tensor, weights: [Parameter], bias: Tensor?, layout: WeightLayout = .outputMajor,
        activation: Activation? = nil, _ context: ForwardContext
    ) -> Tensor {
        let tensors = weights.map(\.tensor)
        let widths = weights.map { layout == .outputMajor ? $0.shape[0] : $0.shape[1] }
        var column = 0
        var active: [(adapter: LowRankAdapter, column: Int)] = []
        for (adapter, width) in zip(unmerged, widths) {
            if let adapter { active.append((adapter, column)) }
            column += width
        }
        guard !active.isEmpty else {
            return linear(
                x, weights: tensors, bias: bias, layout: layout, activation: activation?.function,
                order: context.order)
        }
        func terms() -> [LowRankTerm] {
            active.map { $0.adapter.term(column: $0.column, dropout: $0.adapter.dropout(context)) }
        }
        func plain(bias: Tensor?) -> Tensor {
            linear(x, weights: tensors, bias: bias, layout: layout, order: context.order)
        }
        let sum: Tensor
        if active[0].adapter.magnitude == nil {
            sum = addLowRank(terms(), of: x, to: plain(bias: bias), order: context.order)
        } else if active[0].adapter.dropout(context) == nil {
            let scaled =
                addLowRank(terms(), of: x, to: plain(bias: nil), order: context.order)
                * columnScale(widths, context)
            sum = bias.map { scaled + $0 } ?? scaled
        } else {
            sum = plain(bias: bias) + droppedOut(x, widths, context)
        }
        return activation?.apply(to: sum) ?? sum
    }

    /// DoRA's c of all columns, 1 where there is no adapter.
    private func columnScale(_ widths: [Int], _ context: ForwardContext) -> Tensor {
        let parts = zip(unmerged, widths).map { adapter, width in
            adapter?.columnScale(context) ?? Tensor(repeating: 1, shape: [width], dtype)
        }
        return parts.count == 1 ? parts[0] : concatenate(parts)
    }

    /// What DoRA adds in training with dropout, where only the adapter's share sees x̃ = dropout(x):
    /// c ∘ (x̃·Wᵀ + s·x̃·Aᵀ·Bᵀ) − x̃·Wᵀ, each adapter with a mask of its own.
    ///
    /// So does PEFT; without dropout it is the whole output that is rescaled.
    private func droppedOut(_ x: Tensor, _ widths: [Int], _ context: ForwardContext) -> Tensor {
        let parts = zip(unmerged, widths).map { adapter, width in
            guard let adapter, let mask = adapter.dropout(context),
                let scale = adapter.columnScale(context)
            else { return Tensor(zeros: x.shape.replacingLast(with: width), x.dtype) }
            let products = adapter.products(dropout(x, probability: mask.probability, mask.stream))
            return scale * (products.map + products.adapter) - products.map
        }
        return parts.count == 1 ? parts[0] : concatenate(parts, axis: -1)
    }

    private var unmerged: [LowRankAdapter?] { adapters.map { $0?.isMerged == false ? $0 : nil } }

    private var dtype: DType { adapters.lazy.compactMap { $0 }.first?.a.value.dtype ?? .float32 }
}
