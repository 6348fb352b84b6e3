import HibariKernels

extension FastChecks {
    /// Every height of a tile, widths of less than a vector and of several panels, depths of two blocks, padding.
    static func recurrent() {
        for cell in RecurrentCell.allCases {
            for (time, batch, hidden) in [(1, 1, 1), (3, 2, 7), (4, 13, 16), (3, 29, 33), (2, 16, 300)] {
                for isReversed in [false, true] {
                    for isPadded in [false, true] {
                        let lengths = isPadded ? (0..<batch).map { $0 * 7 % (time + 1) } : nil
                        recurrent(
                            RecurrentProblem(
                                cell: cell, time: time, batch: batch, hidden: hidden, isReversed: isReversed,
                                lengths: lengths))
                    }
                }
            }
        }
    }

    private static func recurrent(_ problem: RecurrentProblem) {
        let (n, steps) = (problem.stateCount, problem.time * problem.stateCount)
        let gates = steps * problem.cell.gates
        let range = 1 / Double(problem.hidden).squareRoot()
        let inputs = [
            sample(problem.gateWidth * problem.hidden, -range...range), sample(problem.hidden, seed: 2),
            sample(n, seed: 3), sample(n, seed: 4),
        ]
        let name =
            "\(problem.cell) \(problem.time)×\(problem.batch)×\(problem.hidden) \(problem.isReversed) "
            + "\(String(describing: problem.lengths))"
        func buffers<T>(
            _ x: [UnsafePointer<T>], _ y: [UnsafeMutablePointer<T>]
        ) -> RecurrentBuffers<T> {
            RecurrentBuffers(
                gates: y[0], weight: x[0], newBias: x[1], initial: x[2],
                initialCell: problem.cell == .lstm ? x[3] : nil, states: y[1],
                extra: problem.cell == .lstm || problem.cell == .gru ? y[2] : nil)
        }
        let outputs = [sample(gates, seed: 5), sample(steps), sample(steps)]
        // What the passes leave in places of padding is of no use to anyone.
        func forget<T: BinaryFloatingPoint>(_ y: [UnsafeMutablePointer<T>], _ buffer: Int, _ width: Int) {
            for time in 0..<problem.time {
                for row in 0..<problem.batch where problem.isPadding(time, row: row) {
                    (y[buffer] + (time * problem.batch + row) * width).update(repeating: 0, count: width)
                }
            }
        }
        compare(name, inputs, outputs, floor: 1) {
            Float.recurrent(problem, buffers($0, $1))
            forget($1, 0, problem.gateWidth)
            if problem.cell == .gru { forget($1, 2, problem.hidden) }
        } reference: {
            Double.recurrent(problem, buffers($0, $1))
            forget($1, 0, problem.gateWidth)
            if problem.cell == .gru { forget($1, 2, problem.hidden) }
        }
        let (slopes, carries) = (sample(steps, seed: 6), [sample(n, seed: 7), sample(n, seed: 8)])
        // Gates between 0 and 1, as after a forward pass.
        let computed = [sample(gates, 0.1...0.9, seed: 5), sample(steps), sample(steps)]
        compare(name + " backward", inputs + [slopes], computed + carries, limit: 5e-6, floor: 1) {
            Float.recurrentBackward(
                problem, buffers($0, $1), $0[4], carry: $1[3], cellCarry: problem.cell == .lstm ? $1[4] : nil)
        } reference: {
            Double.recurrentBackward(
                problem, buffers($0, $1), $0[4], carry: $1[3], cellCarry: problem.cell == .lstm ? $1[4] : nil)
        }
    }
}
