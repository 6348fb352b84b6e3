import HibariKernels

/// The parameters of one direction of one recurrent layer, as PyTorch shapes them; G is 1 for the plain cells,
/// 3 for the GRU, 4 for the LSTM.
package struct RecurrentWeights {
    /// `[G·H, I]`.
    package var input: Tensor
    /// `[G·H, H]`.
    package var recurrent: Tensor
    /// `[G·H]` each, or none.
    package var biases: (input: Tensor, recurrent: Tensor)?

    package init(input: Tensor, recurrent: Tensor, biases: (input: Tensor, recurrent: Tensor)?) {
        self.input = input
        self.recurrent = recurrent
        self.biases = biases
    }
}

/// One direction of one recurrent layer over whole sequences.
///
/// With a = W_ih·xₜ + b_ih and s = W_hh·hₜ₋₁ + b_hh, cut into the blocks of the gates:
///
/// - `rnnTanh`, `rnnReLU`: hₜ = tanh(a + s), or max(0, a + s).
/// - `gru`: r = σ(a₀ + s₀), z = σ(a₁ + s₁), n = tanh(a₂ + r ∘ s₂), hₜ = (1 − z) ∘ n + z ∘ hₜ₋₁.
/// - `lstm`: i = σ(a₀ + s₀), f = σ(a₁ + s₁), g = tanh(a₂ + s₂), o = σ(a₃ + s₃), cₜ = f ∘ cₜ₋₁ + i ∘ g,
///   hₜ = o ∘ tanh(cₜ).
///
/// The input's share of all steps is one product, and so are the gradients of each weight and of the input; a
/// step is one product with a weight that is packed once, its cells computed while their gates are in cache.
///
/// - Parameters:
///   - x: `[T, B, I]`, time first.
///   - initial: h before the first step, `[B, H]`; nil for zeros.
///   - initialCell: c of the LSTM likewise.
///   - lengths: how many steps of each row count, 0...T; nil for all. At the others the output is zero and the
///     state passes through, as in PyTorch's packed sequences.
///   - isReversed: from the last step to the first.
/// - Returns: `[T + 1, B, H]`: h after each step, then the last h; for the LSTM `[T + 2, B, H]`, then the last c.
/// Source: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; Cho et al. 2014,
/// arXiv:1406.1078, in the form of torch.nn.GRU, whose reset gate acts after the product.
package func recurrent(
    _ x: Tensor, _ cell: RecurrentCell, _ weights: RecurrentWeights, initial: Tensor? = nil,
    initialCell: Tensor? = nil, lengths: [Int]? = nil, isReversed: Bool = false
) -> Tensor {
    let layer = RecurrentOp(x, cell, weights, initial, initialCell, lengths, isReversed)
    let run = layer.forward(x.detached)
    let input = SavedTensor(x)
    return record(
        cell.op, x, weights.input, weights.recurrent, weights.biases?.input, weights.biases?.recurrent,
        initial,
        initialCell, output: run.output, product: layer.sizes
    ) { gradient in
        layer.backward(input, run, gradient)
    }
}

extension RecurrentCell {
    package var op: OpName {
        switch self {
        case .rnnTanh, .rnnReLU: .rnn
        case .gru: .gru
        case .lstm: .lstm
        }
    }
}

private struct RecurrentOp {
    let problem: RecurrentProblem
    let weights: RecurrentWeights
    let initial, initialCell: Tensor?
    let inputs: Int
    let dtype: DType

    /// What a forward pass leaves.
    struct Run {
        /// As `recurrent` returns it.
        let output: Tensor
        /// h after each step; other than the output where there is padding.
        let states: Tensor
        /// `[T, B, G·H]`.
        let gates: Tensor
        let extra: Tensor?
        /// `[B, H]`.
        let before: Tensor
        let cellBefore: Tensor?
    }

    init(
        _ x: Tensor, _ cell: RecurrentCell, _ weights: RecurrentWeights, _ initial: Tensor?,
        _ initialCell: Tensor?, _ lengths: [Int]?, _ isReversed: Bool
    ) {
        let op = cell.op
        require(x.shape.rank == 3, op, "the input must be [T, B, I], got \(x.shape)")
        let (time, batch) = (x.shape[0], x.shape[1])
        let hidden = weights.recurrent.shape[-1]
        let rows = cell.gates * hidden
        inputs = x.shape[2]
        require(
            weights.input.shape == [rows, inputs] && weights.recurrent.shape == [rows, hidden]
                && weights.input.dtype == x.dtype && weights.recurrent.dtype == x.dtype, op,
            "input \(x.dtype) \(x.shape) with weights \(weights.input.shape) and \(weights.recurrent.shape); "
                + "expected [\(rows), \(inputs)] and [\(rows), \(hidden)]")
        for bias in [weights.biases?.input, weights.biases?.recurrent].compactMap({ $0 }) {
            require(bias.shape == [rows], op, "bias \(bias.shape); expected [\(rows)]")
        }
        for state in [initial, initialCell].compactMap({ $0 }) {
            require(
                state.shape == [batch, hidden], op,
                "initial state \(state.shape); expected [\(batch), \(hidden)]")
        }
        require(initialCell == nil || cell == .lstm, op, "only an LSTM has a cell state")
        require(time > 0 && batch > 0, op, "no steps or no rows: \(x.shape)")
        if let lengths {
            require(
                lengths.count == batch && lengths.allSatisfy { (0...time).contains($0) }, op,
                "lengths \(lengths) for \(batch) rows of \(time) steps; expected one of 0...\(time) for each row"
            )
        }
        problem = RecurrentProblem(
            cell: cell, time: time, batch: batch, hidden: hidden, isReversed: isReversed, lengths: lengths)
        (self.weights, self.initial, self.initialCell, dtype) = (weights, initial, initialCell, x.dtype)
    }

    var sizes: OpProfile.ProductSizes {
        .init(rows: problem.time * problem.batch, columns: problem.gateWidth, depth: inputs + problem.hidden)
    }

    private func buffers<T: KernelScalar>(_ run: Run, newBias: Tensor?) -> RecurrentBuffers<T> {
        RecurrentBuffers(
            gates: run.gates.output(), weight: weights.recurrent.input(), newBias: newBias?.input(),
            initial: run.before.input(), initialCell: run.cellBefore?.input(), states: run.states.output(),
            extra: run.extra?.output())
    }

    /// b_hh of the GRU's new state, which the reset gate multiplies.
    private var newBias: Tensor? {
        guard problem.cell == .gru else { return nil }
        return weights.biases?.recurrent.detached.slice(2 * problem.hidden..<3 * problem.hidden)
    }
}

extension RecurrentOp {
    func forward(_ x: Tensor) -> Run {
        let p = problem
        let state: Shape = [p.batch, p.hidden]
        let isLSTM = p.cell == .lstm
        let output = Tensor(uninitialized: [p.time + (isLSTM ? 2 : 1), p.batch, p.hidden], dtype)
        let run = Run(
            output: output,
            states: p.lengths == nil
                ? output.slice(0..<p.time) : Tensor(uninitialized: [p.time, p.batch, p.hidden], dtype),
            gates: Tensor(uninitialized: [p.time, p.batch, p.gateWidth], dtype),
            extra: isLSTM || p.cell == .gru
                ? Tensor(uninitialized: [p.time, p.batch, p.hidden], dtype) : nil,
            before: initial?.detached ?? Tensor(zeros: state, dtype),
            cellBefore: isLSTM ? initialCell?.detached ?? Tensor(zeros: state, dtype) : nil)
        func compute<T: KernelScalar>(_: T.Type) {
            withExtendedLifetime(inputBias(T.self)) { bias in
                T.gemm(
                    GemmProblem(
                        rows: p.time * p.batch, columns: p.gateWidth, depth: inputs, transposesB: true),
                    x.input(), weights.input.input(), run.gates.output(T.self),
                    GemmEpilogue(bias: bias?.input()))
            }
            T.recurrent(p, buffers(run, newBias: newBias))
            let (y, n) = (output.output(T.self), p.stateCount)
            if let lengths = p.lengths {
                y.update(from: run.states.input(), count: p.time * n)
                for (row, length) in lengths.enumerated() {
                    for time in length..<p.time {
                        (y + time * n + row * p.hidden).update(repeating: 0, count: p.hidden)
                    }
                }
            }
            let last = p.place(p.time - 1) * n
            (y + p.time * n).update(from: run.states.input(T.self) + last, count: n)
            if isLSTM, let cells = run.extra {
                (y + (p.time + 1) * n).update(from: cells.input(T.self) + last, count: n)
            }
        }
        compute(dtype.scalar)
        return run
    }

    /// b_ih + b_hh, but for the GRU's new state b_ih alone.
    private func inputBias<T: KernelScalar>(_: T.Type) -> Tensor? {
        guard let biases = weights.biases else { return nil }
        let sum = biases.input.copied()
        let count = problem.cell == .gru ? 2 * problem.hidden : problem.gateWidth
        T.addScaled(count, 1, biases.recurrent.input(), sum.output(T.self))
        return sum
    }

    func backward(_ x: SavedTensor, _ run: Run, _ gradient: Tensor) {
        let p = problem
        let n = p.stateCount
        func compute<T: KernelScalar>(_: T.Type) {
            let last = gradient.input(T.self) + p.time * n
            let carry = Tensor(uninitialized: [p.batch, p.hidden], dtype)
            carry.output(T.self).update(from: last, count: n)
            var cellCarry: Tensor?
            if p.cell == .lstm {
                let tensor = Tensor(uninitialized: [p.batch, p.hidden], dtype)
                tensor.output(T.self).update(from: last + n, count: n)
                cellCarry = tensor
            }
            T.recurrentBackward(
                p, buffers(run, newBias: nil), gradient.input(T.self), carry: carry.output(T.self),
                cellCarry: cellCarry?.output(T.self))
            inputGradients(T.self, x, run.gates)
            recurrentGradient(T.self, run)
            biasGradients(T.self, run)
            initial?.node?.accumulate(carry)
            if let cellCarry { initialCell?.node?.accumulate(cellCarry) }
        }
        compute(dtype.scalar)
    }

    /// With a = x·W_ihᵀ of all steps: dx (+)= da·W_ih, dW_ih (+)= daᵀ·x.
    private func inputGradients<T: KernelScalar>(_: T.Type, _ x: SavedTensor, _ gates: Tensor) {
        let rows = problem.time * problem.batch
        let input = x.value
        weights.input.node?.withBuffer(weights.input.shape, dtype) { buffer, accumulates in
            let problem = GemmProblem(
                rows: problem.gateWidth, columns: inputs, depth: rows, transposesA: true,
                accumulates: accumulates)
            T.gemm(problem, gates.input(), input.input(), buffer.output(T.self), GemmEpilogue())
        }
        x.node?.withBuffer(x.shape, dtype) { buffer, accumulates in
            let problem = GemmProblem(
                rows: rows, columns: inputs, depth: problem.gateWidth, accumulates: accumulates)
            T.gemm(problem, gates.input(), weights.input.input(), buffer.output(T.self), GemmEpilogue())
        }
    }

    /// With s = h·W_hhᵀ, h that before each step: dW_hh (+)= dsᵀ·h.
    private func recurrentGradient<T: KernelScalar>(_: T.Type, _ run: Run) {
        guard let node = weights.recurrent.node else { return }
        let p = problem
        let (n, width) = (p.hidden, p.gateWidth)
        // Where ds lies: with da, but for the GRU's new state.
        var parts = [(source: run.gates, stride: width, rows: 0..<width)]
        if p.cell == .gru, let extra = run.extra {
            parts = [(run.gates, width, 0..<2 * n), (extra, n, 2 * n..<3 * n)]
        }
        // All steps but the first, whose state before is apart, are neighbors in time.
        let (first, firstOfRest) = (p.place(0), p.isReversed ? 0 : 1)
        let states = run.states.input(T.self) + (p.isReversed ? p.stateCount : 0)
        node.withBuffer(weights.recurrent.shape, dtype) { buffer, accumulates in
            for part in parts {
                let target = buffer.output(T.self) + part.rows.lowerBound * n
                func add(_ time: Int, _ steps: Int, _ h: UnsafePointer<T>, accumulates: Bool) {
                    let problem = GemmProblem(
                        rows: part.rows.count, columns: n, depth: steps * p.batch, transposesA: true,
                        strideA: part.stride, accumulates: accumulates)
                    let ds = part.source.input(T.self) + time * p.batch * part.stride
                    T.gemm(problem, ds, h, target, GemmEpilogue())
                }
                add(firstOfRest, p.time - 1, states, accumulates: accumulates)
                if initial != nil { add(first, 1, run.before.input(), accumulates: true) }
            }
        }
    }

    private func biasGradients<T: KernelScalar>(_: T.Type, _ run: Run) {
        guard let biases = weights.biases, biases.input.node != nil || biases.recurrent.node != nil else {
            return
        }
        let (rows, n) = (problem.time * problem.batch, problem.hidden)
        let sums = Tensor(uninitialized: [problem.gateWidth], dtype)
        T.sumRows(
            rows: rows, columns: problem.gateWidth, run.gates.input(), sums.output(T.self), accumulate: false)
        biases.input.node?.accumulate(sums)
        guard problem.cell == .gru, let extra = run.extra else {
            biases.recurrent.node?.accumulate(sums)
            return
        }
        let recurrentSums = sums.copied()
        T.sumRows(
            rows: rows, columns: n, extra.input(), recurrentSums.output(T.self) + 2 * n, accumulate: false)
        biases.recurrent.node?.accumulate(recurrentSums)
    }
}
