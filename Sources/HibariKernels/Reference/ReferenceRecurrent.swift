/// Plain implementations of the recurrent layers, one unit at a time.
extension KernelScalar {
    package static func recurrent(_ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Self>) {
        let (width, n) = (problem.gateWidth, problem.hidden)
        for step in 0..<problem.time {
            let time = problem.place(step)
            let (before, cellBefore) = (
                buffers.stateBefore(step, problem), buffers.cellBefore(step, problem)
            )
            for row in 0..<problem.batch {
                let i = (time * problem.batch + row) * n
                if problem.isPadding(time, row: row) {
                    (buffers.states + i).update(from: before + row * n, count: n)
                    if let cellBefore {
                        buffers.extra.map { $0 + i }?.update(from: cellBefore + row * n, count: n)
                    }
                    continue
                }
                for unit in 0..<n {
                    let sums = (0..<problem.cell.gates).map {
                        dot(n, buffers.weight + ($0 * n + unit) * n, before + row * n)
                    }
                    let gates = buffers.gates + (time * problem.batch + row) * width + unit
                    buffers.states[i + unit] = advance(
                        problem, gates, sums, newBias: buffers.newBias?[unit] ?? 0,
                        state: before[row * n + unit], cell: cellBefore?[row * n + unit] ?? 0,
                        extra: buffers.extra.map { $0 + i + unit })
                }
            }
        }
    }

    /// One unit of one step: writes its gates and what is kept beside, and returns its state.
    private static func advance(
        _ problem: RecurrentProblem, _ gates: Output, _ sums: [Self], newBias: Self, state: Self, cell: Self,
        extra: Output?
    ) -> Self {
        let n = problem.hidden
        func total(_ gate: Int) -> Self { gates[gate * n] + sums[gate] }
        switch problem.cell {
        case .rnnTanh: return hyperbolicTangent(total(0))
        case .rnnReLU: return evaluate(.relu, total(0))
        case .gru:
            let (r, z) = (evaluate(.sigmoid, total(0)), evaluate(.sigmoid, total(1)))
            let recurrent = sums[2] + newBias
            let new = hyperbolicTangent(gates[2 * n] + r * recurrent)
            (gates[0], gates[n], gates[2 * n]) = (r, z, new)
            extra?.pointee = recurrent
            return (1 - z) * new + z * state
        case .lstm:
            let (input, forget) = (evaluate(.sigmoid, total(0)), evaluate(.sigmoid, total(1)))
            let (new, output) = (hyperbolicTangent(total(2)), evaluate(.sigmoid, total(3)))
            (gates[0], gates[n], gates[2 * n], gates[3 * n]) = (input, forget, new, output)
            let c = forget * cell + input * new
            extra?.pointee = c
            return output * hyperbolicTangent(c)
        }
    }

    package static func recurrentBackward(
        _ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Self>, _ dStates: Input, carry: Output,
        cellCarry: Output?
    ) {
        let (width, n) = (problem.gateWidth, problem.hidden)
        for step in (0..<problem.time).reversed() {
            let time = problem.place(step)
            let (before, cellBefore) = (
                buffers.stateBefore(step, problem), buffers.cellBefore(step, problem)
            )
            for row in 0..<problem.batch {
                let i = (time * problem.batch + row) * n
                let gates = buffers.gates + (time * problem.batch + row) * width
                if problem.isPadding(time, row: row) {
                    gates.update(repeating: 0, count: width)
                    if problem.cell == .gru { buffers.extra.map { $0 + i }?.update(repeating: 0, count: n) }
                    continue
                }
                for unit in 0..<n {
                    let own = row * n + unit
                    retreat(
                        problem, gates + unit, state: buffers.states[i + unit], before: before[own],
                        cellBefore: cellBefore?[own] ?? 0, extra: buffers.extra.map { $0 + i + unit },
                        dState: dStates[i + unit], carry: carry + own, cellCarry: cellCarry.map { $0 + own })
                }
                // dh (+)= dgatesᵀ·W_hh; the share of the GRU's new state is in `extra`.
                for gate in 0..<problem.cell.gates {
                    let isApart = problem.cell == .gru && gate == 2
                    for unit in 0..<n {
                        let slope = isApart ? buffers.extra?[i + unit] ?? 0 : gates[gate * n + unit]
                        addScaled(n, slope, buffers.weight + (gate * n + unit) * n, carry + row * n)
                    }
                }
            }
        }
    }

    /// One unit of one step backward: the gradients of its gates, and what of those of its states does not come
    /// through the products.
    private static func retreat(
        _ problem: RecurrentProblem, _ gates: Output, state: Self, before: Self, cellBefore: Self,
        extra: Output?, dState: Self, carry: Output, cellCarry: Output?
    ) {
        let n = problem.hidden
        let dh = dState + carry.pointee
        carry.pointee = 0
        switch problem.cell {
        case .rnnTanh: gates[0] = dh * (1 - state * state)
        case .rnnReLU: gates[0] = state > 0 ? dh : 0
        case .gru:
            guard let extra else { return }
            let (r, z, new) = (gates[0], gates[n], gates[2 * n])
            let dNew = dh * (1 - z) * (1 - new * new)
            gates[0] = dNew * extra.pointee * r * (1 - r)
            gates[n] = dh * (before - new) * z * (1 - z)
            gates[2 * n] = dNew
            extra.pointee = dNew * r
            carry.pointee = dh * z
        case .lstm:
            guard let extra, let cellCarry else { return }
            let (input, forget, new, output) = (gates[0], gates[n], gates[2 * n], gates[3 * n])
            let t = hyperbolicTangent(extra.pointee)
            let dc = cellCarry.pointee + dh * output * (1 - t * t)
            gates[0] = dc * new * input * (1 - input)
            gates[n] = dc * cellBefore * forget * (1 - forget)
            gates[2 * n] = dc * input * (1 - new * new)
            gates[3 * n] = dh * t * output * (1 - output)
            cellCarry.pointee = dc * forget
        }
    }
}
