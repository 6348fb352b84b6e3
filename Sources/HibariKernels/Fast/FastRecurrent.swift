import CKernels
import HibariSupport

extension hibari_kernel_table {
    func step(_ cell: RecurrentCell) -> hibari_recurrent_kernel {
        switch cell {
        case .rnnTanh: rnn_tanh
        case .rnnReLU: rnn_relu
        case .gru: gru
        case .lstm: lstm
        }
    }

    func backwardStep(_ cell: RecurrentCell) -> hibari_recurrent_kernel {
        switch cell {
        case .rnnTanh: rnn_tanh_backward
        case .rnnReLU: rnn_relu_backward
        case .gru: gru_backward
        case .lstm: lstm_backward
        }
    }
}

/// Rows are independent of each other, so each thread takes some of them through all steps, without waiting for
/// another in between. The weight is packed once and read by all.
extension Float {
    package static func recurrent(_ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Float>) {
        let layer = FastRecurrent(problem, buffers)
        let n = problem.hidden
        let gatePanels = packedScratch(columns: n, depth: n)
        withScratch(Float.self, count: problem.cell.gates * gatePanels) { packed in
            // Each gate apart: B[k, j] = W[gate·H + j, k].
            ThreadPool.shared.run(problem.cell.gates) { gate in
                layer.table.pack_columns(
                    n, n, buffers.weight + gate * n * n, n, 1, packed + gate * gatePanels)
            }
            parallelFor(problem.batch, grain: layer.rowsPerTask) { layer.advance($0, packed, gatePanels) }
        }
    }

    package static func recurrentBackward(
        _ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Float>, _ dStates: Input, carry: Output,
        cellCarry: Output?
    ) {
        let layer = FastRecurrent(problem, buffers)
        let (n, depth) = (problem.hidden, problem.gateWidth)
        withScratch(Float.self, count: packedScratch(columns: n, depth: depth)) { packed in
            // B[k, j] = W[k, j].
            let panels = (n + layer.tile - 1) / layer.tile
            ThreadPool.shared.run(panels) { panel in
                let column = panel * layer.tile
                layer.table.pack_columns(
                    min(layer.tile, n - column), depth, buffers.weight + column, 1, n, packed + column * depth
                )
            }
            parallelFor(problem.batch, grain: layer.rowsPerTask) {
                layer.retreat($0, packed, dStates, carry, cellCarry)
            }
        }
    }
}

private struct FastRecurrent {
    let table = KernelTable.active
    let problem: RecurrentProblem
    let buffers: RecurrentBuffers<Float>

    init(_ problem: RecurrentProblem, _ buffers: RecurrentBuffers<Float>) {
        (self.problem, self.buffers) = (problem, buffers)
    }

    var tile: Int { Int(table.tile_columns) }

    /// One task a thread: a second one would read the whole weight again in every step.
    var rowsPerTask: Int {
        let threads = ThreadPool.shared.threadCount
        return roundUp((problem.batch + threads - 1) / threads, 4)
    }

    /// All steps of some rows: block by block of units, the products of all their gates, and the cell while
    /// these are in cache.
    func advance(_ rows: Range<Int>, _ packed: UnsafePointer<Float>, _ gatePanels: Int) {
        let (n, width) = (problem.hidden, problem.gateWidth)
        let first = rows.lowerBound
        let kernel = table.step(problem.cell)
        withScratch(Float.self, count: problem.cell.gates * rows.count * tile) { sums in
            for step in 0..<problem.time {
                let time = problem.place(step)
                let state = buffers.stateBefore(step, problem) + first * n
                let cell = buffers.cellBefore(step, problem).map { $0 + first * n }
                let i = (time * problem.batch + first) * n
                for unit in stride(from: 0, to: n, by: tile) {
                    for gate in 0..<problem.cell.gates {
                        table.multiply_panel_rows(
                            rows.count, n, state, n, packed + gate * gatePanels + unit * n,
                            sums + gate * rows.count * tile, 0)
                    }
                    var block = hibari_recurrent_step()
                    (block.rows, block.units, block.hidden) = (rows.count, min(tile, n - unit), n)
                    block.sums = UnsafePointer(sums)
                    block.gates = buffers.gates + (time * problem.batch + first) * width + unit
                    block.new_bias = buffers.newBias.map { $0 + unit }
                    block.before = (cell ?? state) + unit
                    block.extra = buffers.extra.map { $0 + i + unit }
                    block.state = buffers.states + i + unit
                    kernel(&block)
                }
                for row in 0..<rows.count where problem.isPadding(time, row: first + row) {
                    (buffers.states + i + row * n).update(from: state + row * n, count: n)
                    if let cell, let extra = buffers.extra {
                        (extra + i + row * n).update(from: cell + row * n, count: n)
                    }
                }
            }
        }
    }

    func retreat(
        _ rows: Range<Int>, _ packed: UnsafePointer<Float>, _ dStates: UnsafePointer<Float>,
        _ carry: UnsafeMutablePointer<Float>, _ cellCarry: UnsafeMutablePointer<Float>?
    ) {
        let n = problem.hidden
        withScratch(Float.self, count: rows.count * tile) { sums in
            for step in (0..<problem.time).reversed() {
                if problem.lengths == nil {
                    retreat(rows, step, dStates, carry, cellCarry)
                } else {
                    for row in rows { retreat(row..<row + 1, step, dStates, carry, cellCarry) }
                }
                addProducts(rows, problem.place(step), packed, sums, carry + rows.lowerBound * n)
            }
        }
    }

    /// The cells of one step, of rows that all count or of one that may not.
    private func retreat(
        _ rows: Range<Int>, _ step: Int, _ dStates: UnsafePointer<Float>,
        _ carry: UnsafeMutablePointer<Float>, _ cellCarry: UnsafeMutablePointer<Float>?
    ) {
        let (n, width) = (problem.hidden, problem.gateWidth)
        let (time, own) = (problem.place(step), rows.lowerBound * n)
        let i = time * problem.stateCount + own
        let gates = buffers.gates + (time * problem.batch + rows.lowerBound) * width
        if problem.isPadding(time, row: rows.lowerBound) {
            gates.update(repeating: 0, count: width)
            if problem.cell == .gru { buffers.extra.map { $0 + i }?.update(repeating: 0, count: n) }
            return
        }
        var block = hibari_recurrent_step()
        (block.rows, block.units, block.hidden) = (rows.count, n, n)
        block.gates = gates
        block.before = (buffers.cellBefore(step, problem) ?? buffers.stateBefore(step, problem)) + own
        block.extra = buffers.extra.map { $0 + i }
        block.state = buffers.states + i
        block.gradient = dStates + i
        block.carry = carry + own
        block.cell_carry = cellCarry.map { $0 + own }
        table.backwardStep(problem.cell)(&block)
    }

    /// dh += dgates·W_hh; the share of the GRU's new state is in `extra`.
    private func addProducts(
        _ rows: Range<Int>, _ time: Int, _ packed: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
        _ carry: UnsafeMutablePointer<Float>
    ) {
        let (n, width) = (problem.hidden, problem.gateWidth)
        let row = time * problem.batch + rows.lowerBound
        let isApart = problem.cell == .gru
        for unit in stride(from: 0, to: n, by: tile) {
            let panel = packed + unit * width
            table.multiply_panel_rows(
                rows.count, isApart ? 2 * n : width, buffers.gates + row * width, width, panel, sums, 0)
            if isApart, let extra = buffers.extra {
                table.multiply_panel_rows(
                    rows.count, n, extra + row * n, n, panel + 2 * n * tile, sums, 1)
            }
            for line in 0..<rows.count {
                let target = carry + line * n + unit
                table.add(min(tile, n - unit), target, sums + line * tile, target)
            }
        }
    }
}
