import HibariKernels

/// What a low-rank adapter adds to the outputs of one linear map: s·(dropout(x)·Aᵀ)·Bᵀ.
///
/// Source: Hu et al. 2021, arXiv:2106.09685.
package struct LowRankTerm {
    /// A, `[r, in]`.
    let a: Tensor
    /// B, `[out, r]`.
    let b: Tensor
    /// s.
    let scale: Double
    /// The first of the `out` columns it is added to.
    let column: Int
    /// Which elements of x reach A; nil for all.
    let dropout: (probability: Double, stream: DropoutStream)?

    package init(
        _ a: Tensor, _ b: Tensor, scale: Double, column: Int = 0,
        dropout: (probability: Double, stream: DropoutStream)? = nil
    ) {
        (self.a, self.b, self.scale, self.column, self.dropout) = (a, b, scale, column, dropout)
    }

    fileprivate var rank: Int { a.shape[0] }
    fileprivate var outputs: Int { b.shape[0] }

    /// dropout(x), or the gradient that comes back through it. On no tape.
    fileprivate func masked(_ x: Tensor) -> Tensor {
        guard let dropout else { return x }
        return HibariTensor.dropout(x.detached, probability: dropout.probability, dropout.stream)
    }
}

/// y[:, column ..< column + out] += s·(dropout(x)·Aᵀ)·Bᵀ for each term, in place.
///
/// The input of the terms is kept, as by a linear map that trains, and h = s·dropout(x)·Aᵀ, `[rows, r]`.
///
/// - Parameters:
///   - x: `[..., in]`.
///   - y: `[..., width]`, a fresh result of `linear` without activation, which nobody reads but through what this
///     returns. Each term's columns lie inside.
/// - Returns: y, with the place in the graph that its new elements have.
package func addLowRank(
    _ terms: [LowRankTerm], of x: Tensor, to y: Tensor, order: SummationOrder = .fastest
) -> Tensor {
    let problem = LowRankProblem(terms, x, y)
    let hidden = terms.map { problem.forward($0, x, y, order) }
    let inputs = [y, x] + terms.flatMap { [$0.a, $0.b] }
    require(
        order == .fastest || inputs.allSatisfy { $0.node == nil }, .lowRank,
        "the fixed order of summation has no gradient")
    let input = SavedTensor(x, needsValue: terms.contains { $0.a.node != nil })
    let base = y.node
    return record(.lowRank, inputs: inputs, output: y.detached) { gradient in
        // Made again once for all terms.
        let value = terms.contains { $0.a.node != nil } ? input.value : nil
        for (term, h) in zip(terms, hidden) { problem.backward(term, h, input, value, gradient) }
        base?.accumulate(gradient)
    }
}

/// The sizes of the terms and their products.
private struct LowRankProblem {
    let rows, inputs, width: Int

    init(_ terms: [LowRankTerm], _ x: Tensor, _ y: Tensor) {
        (rows, inputs, width) = (x.shape.rowCount, x.shape[-1], y.shape[-1])
        require(
            y.shape == x.shape.replacingLast(with: width) && y.dtype == x.dtype, .lowRank,
            "input \(x.dtype) \(x.shape) does not fit result \(y.dtype) \(y.shape)")
        for term in terms {
            require(
                term.a.shape == [term.rank, inputs] && term.b.shape == [term.outputs, term.rank]
                    && term.a.dtype == x.dtype && term.b.dtype == x.dtype, .lowRank,
                "A \(term.a.dtype) \(term.a.shape) and B \(term.b.dtype) \(term.b.shape); expected [r, \(inputs)] "
                    + "and [out, r] of \(x.dtype)")
            require(
                term.column >= 0 && term.column + term.outputs <= width, .lowRank,
                "\(term.outputs) columns from \(term.column) on of \(width)")
        }
    }

    /// Adds a term to y; returns h = s·dropout(x)·Aᵀ.
    func forward(_ term: LowRankTerm, _ x: Tensor, _ y: Tensor, _ order: SummationOrder) -> Tensor {
        let h = Tensor(uninitialized: [rows, term.rank], x.dtype)
        let source = term.masked(x)
        func run<T: KernelScalar>(_: T.Type) {
            let down = GemmProblem(rows: rows, columns: term.rank, depth: inputs, transposesB: true)
            var up = GemmProblem(
                rows: rows, columns: term.outputs, depth: term.rank, transposesB: true, strideC: width,
                accumulates: true)
            let columns = y.output(T.self) + term.column
            switch order {
            case .fastest:
                T.gemm(down, source.input(), term.a.input(), h.output(T.self), GemmEpilogue())
                scale(h, by: term.scale, T.self)
                T.gemm(up, h.input(), term.b.input(), columns, GemmEpilogue())
            case .fixed:
                T.linearFixedOrder(down, source.input(), term.a.input(), h.output(T.self))
                scale(h, by: term.scale, T.self)
                let sum = Tensor(uninitialized: [rows, term.outputs], x.dtype)
                (up.strideC, up.accumulates) = (term.outputs, false)
                T.linearFixedOrder(up, h.input(), term.b.input(), sum.output(T.self))
                for row in 0..<rows {
                    let place = columns + row * width
                    T.combine(
                        .add, term.outputs, UnsafePointer(place),
                        sum.input(T.self) + row * term.outputs, place)
                }
            }
        }
        run(x.dtype.scalar)
        return h
    }

    /// From y += h·Bᵀ, h = s·x̃·Aᵀ, x̃ = dropout(x): dB = dyᵀ·h, and with dh = s·dy·B: dA = dhᵀ·x̃, dx̃ = dh·A.
    ///
    /// - Parameter value: of x; nil if no A is trained.
    func backward(_ term: LowRankTerm, _ h: Tensor, _ x: SavedTensor, _ value: Tensor?, _ dy: Tensor) {
        func run<T: KernelScalar>(_: T.Type) {
            let columns = dy.input(T.self) + term.column
            term.b.node?.withBuffer(term.b.shape, term.b.dtype) { buffer, accumulates in
                T.gemm(
                    GemmProblem(
                        rows: term.outputs, columns: term.rank, depth: rows, transposesA: true,
                        strideA: width,
                        accumulates: accumulates), columns, h.input(), buffer.output(T.self), GemmEpilogue())
            }
            guard term.a.node != nil || x.node != nil else { return }
            let dh = Tensor(uninitialized: h.shape, h.dtype)
            T.gemm(
                GemmProblem(rows: rows, columns: term.rank, depth: term.outputs, strideA: width),
                columns, term.b.input(), dh.output(T.self), GemmEpilogue())
            scale(dh, by: term.scale, T.self)
            if let value {
                term.a.node?.withBuffer(term.a.shape, term.a.dtype) { buffer, accumulates in
                    // The input may be masked for this product alone.
                    withExtendedLifetime(term.masked(value)) { source in
                        T.gemm(
                            GemmProblem(
                                rows: term.rank, columns: inputs, depth: rows, transposesA: true,
                                accumulates: accumulates), dh.input(), source.input(), buffer.output(T.self),
                            GemmEpilogue())
                    }
                }
            }
            var product = GemmProblem(rows: rows, columns: inputs, depth: term.rank)
            if term.dropout == nil {
                x.node?.withBuffer(x.shape, x.dtype) { buffer, accumulates in
                    product.accumulates = accumulates
                    T.gemm(product, dh.input(), term.a.input(), buffer.output(T.self), GemmEpilogue())
                }
            } else if let node = x.node {
                let dx = Tensor(uninitialized: x.shape, x.dtype)
                T.gemm(product, dh.input(), term.a.input(), dx.output(T.self), GemmEpilogue())
                node.accumulate(term.masked(dx))
            }
        }
        run(dy.dtype.scalar)
    }

    /// x ← factor·x.
    private func scale<T: KernelScalar>(_ x: Tensor, by factor: Double, _: T.Type) {
        if factor != 1 { T.combineScalar(.multiply, x.count, x.input(), T(factor), x.output(T.self)) }
    }
}
