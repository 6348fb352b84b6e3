import HibariKernels

/// How a linear layer's weight is stored.
public enum WeightLayout: Sendable {
    /// `[out, in]`, as PyTorch's Linear.
    case outputMajor
    /// `[in, out]`, as GPT-2's Conv1D.
    case inputMajor
}

/// The order of the sums in a product.
public enum SummationOrder: Sendable {
    /// Whatever is fastest for the shape. Results depend on the shape of the batch in the last bits.
    case fastest
    /// Depends on the depth alone, so that one row gives the same bits alone and in a batch. No gradients.
    case fixed
}

/// y = activation(x·Wᵀ + b), for one weight or for several whose outputs stand side by side.
///
/// Several weights (query, key and value; gate and up) read the input once and write one packed result,
/// without a copy.
///
/// - Parameters:
///   - x: `[..., in]`.
///   - weights: each `[outᵢ, in]` (or `[in, outᵢ]`, see `layout`). Of blocks only `[outᵢ, in]`, with x of float32; such
///     a weight gets no gradient.
///   - bias: `[Σ outᵢ]`.
///   - activation: applied while the result is in cache; nil for none.
/// - Returns: `[..., Σ outᵢ]`.
package func linear(
    _ x: Tensor, weights: [Tensor], bias: Tensor? = nil, layout: WeightLayout = .outputMajor,
    activation: UnaryFunction? = nil, order: SummationOrder = .fastest
) -> Tensor {
    let problem = LinearProblem(x, weights, bias, layout)
    let preactivation = Tensor(uninitialized: x.shape.replacingLast(with: problem.totalOutputs), x.dtype)
    let output = activation == nil ? preactivation : Tensor(uninitialized: preactivation.shape, x.dtype)
    let isFused = order == .fastest && weights.allSatisfy { $0.dtype != .blocks }
    func forward<T: KernelScalar>(_: T.Type) {
        for (weight, columns) in zip(weights, problem.columns) {
            let y = preactivation.output(T.self) + columns.lowerBound
            let product = problem.forward(columns)
            if weight.dtype == .blocks {
                problem.forward(
                    weight.blocks, x, preactivation.output(Float.self) + columns.lowerBound, order)
            } else if order == .fixed {
                T.linearFixedOrder(product, x.input(), weight.input(), y)
            } else if isFused {
                let epilogue = GemmEpilogue<T>(
                    bias: bias.map { $0.input(T.self) + columns.lowerBound }, activation: activation,
                    activated: activation == nil ? nil : output.output(T.self) + columns.lowerBound)
                T.gemm(product, x.input(), weight.input(), y, epilogue)
            } else {
                T.gemm(product, x.input(), weight.input(), y, GemmEpilogue())
            }
        }
        if !isFused {
            addBiasAndActivation(
                T.self, problem, bias, activation, preactivation.output(T.self), output.output(T.self))
        }
    }
    forward(x.dtype.scalar)
    let isOnTape = ([x, bias].compactMap { $0 } + weights).first { $0.node != nil }
    require(order == .fastest || isOnTape == nil, .linear, "the fixed order of summation has no gradient")
    let input = SavedTensor(x, needsValue: weights.contains { $0.node != nil })
    // Without an activation nothing of the result is kept: another op may change it in place.
    let kept = activation.map { (function: $0, input: preactivation) }
    let result = record(
        .linear, inputs: [x] + weights.map { Optional($0) } + [bias], output: output, product: problem.sizes,
        detail: activation.map { "with \($0)" } ?? ""
    ) { gradient in
        let dy = kept.map { activationGradient($0.function, $0.input, gradient) } ?? gradient
        problem.backward(input, weights, bias, dy)
    }
    guard let activation else { return result }
    return result.remade { activated(activation, preactivation) }
}

private func addBiasAndActivation<T: KernelScalar>(
    _: T.Type, _ problem: LinearProblem, _ bias: Tensor?, _ activation: UnaryFunction?,
    _ y: UnsafeMutablePointer<T>, _ output: UnsafeMutablePointer<T>
) {
    let width = problem.totalOutputs
    if let bias {
        for row in 0..<problem.rows { T.combine(.add, width, y + row * width, bias.input(), y + row * width) }
    }
    if let activation { T.map(activation, problem.rows * width, y, output) }
}

/// The sizes of one linear map and its products.
private struct LinearProblem {
    let rows, inputs, totalOutputs: Int
    /// Where each weight's outputs lie in a row of the result.
    let columns: [Range<Int>]
    private let layout: WeightLayout

    init(_ x: Tensor, _ weights: [Tensor], _ bias: Tensor?, _ layout: WeightLayout) {
        require(!weights.isEmpty, .linear, "no weights given")
        self.layout = layout
        rows = x.shape.rowCount
        inputs = x.shape[-1]
        var columns: [Range<Int>] = []
        var start = 0
        for weight in weights {
            let (outputs, depth) =
                layout == .outputMajor
                ? (weight.shape[0], weight.shape[1]) : (weight.shape[1], weight.shape[0])
            require(
                weight.shape.rank == 2 && depth == inputs
                    && (weight.dtype == x.dtype
                        || weight.dtype == .blocks && x.dtype == .float32 && layout == .outputMajor),
                .linear,
                "input \(x.dtype) \(x.shape) does not fit weight \(weight.dtype) \(weight.shape) stored "
                    + (layout == .outputMajor ? "[out, in]" : "[in, out]"))
            columns.append(start..<start + outputs)
            start += outputs
        }
        self.columns = columns
        totalOutputs = start
        require(
            bias == nil || bias!.shape == [start], .linear,
            "bias \(String(describing: bias?.shape)) for \(start) outputs; expected [\(start)]")
    }

    /// Of all weights together.
    var sizes: OpProfile.ProductSizes { .init(rows: rows, columns: totalOutputs, depth: inputs) }

    /// y[:, columns] = x·W
    func forward(_ columns: Range<Int>) -> GemmProblem {
        GemmProblem(
            rows: rows, columns: columns.count, depth: inputs, transposesB: layout == .outputMajor,
            strideC: totalOutputs)
    }

    /// The same with a weight of blocks.
    func forward(
        _ weight: BlockMatrix, _ x: Tensor, _ y: UnsafeMutablePointer<Float>, _ order: SummationOrder
    ) {
        switch order {
        case .fixed: Float.linearFixedOrder(weight, rows: rows, x.input(), y, strideY: totalOutputs)
        case .fastest: Float.linear(weight, rows: rows, x.input(), y, strideY: totalOutputs)
        }
    }

    func backward(_ x: SavedTensor, _ weights: [Tensor], _ bias: Tensor?, _ dy: Tensor) {
        func run<T: KernelScalar>(_: T.Type) {
            let input = weights.contains { $0.node != nil } ? x.value : nil
            for (weight, range) in zip(weights, columns) {
                let gradient = dy.input(T.self) + range.lowerBound
                if let input {
                    weight.node?.withBuffer(weight.shape, weight.dtype) { buffer, accumulates in
                        weightGradient(
                            range, accumulates, input.input(T.self), gradient, buffer.output(T.self))
                    }
                }
                // dx (+)= dy[:, columns]·Wᵀ
                x.node?.withBuffer(x.shape, x.dtype) { buffer, accumulates in
                    if weight.dtype == .blocks {
                        Float.linearInputGradient(
                            weight.blocks, rows: rows, dy.input(Float.self) + range.lowerBound,
                            buffer.output(Float.self), strideY: totalOutputs, accumulates: accumulates)
                        return
                    }
                    T.gemm(
                        GemmProblem(
                            rows: rows, columns: inputs, depth: range.count,
                            transposesB: layout == .inputMajor,
                            strideA: totalOutputs, accumulates: accumulates),
                        gradient, weight.input(), buffer.output(T.self), GemmEpilogue())
                }
            }
            bias?.node?.withBuffer([totalOutputs], dy.dtype) { buffer, accumulates in
                T.sumRows(
                    rows: rows, columns: totalOutputs, dy.input(), buffer.output(T.self),
                    accumulate: accumulates)
            }
        }
        run(dy.dtype.scalar)
    }

    /// dW (+)= dyᵀ·x, or xᵀ·dy for weights stored [in, out].
    private func weightGradient<T: KernelScalar>(
        _ range: Range<Int>, _ accumulates: Bool, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>,
        _ dw: UnsafeMutablePointer<T>
    ) {
        switch layout {
        case .outputMajor:
            T.gemm(
                GemmProblem(
                    rows: range.count, columns: inputs, depth: rows, transposesA: true, strideA: totalOutputs,
                    accumulates: accumulates), dy, x, dw, GemmEpilogue())
        case .inputMajor:
            T.gemm(
                GemmProblem(
                    rows: inputs, columns: range.count, depth: rows, transposesA: true, strideB: totalOutputs,
                    accumulates: accumulates), x, dy, dw, GemmEpilogue())
        }
    }
}
