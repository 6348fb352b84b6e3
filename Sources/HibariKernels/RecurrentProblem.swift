/// The recurrent cells; the formulas are in HibariTensor/Ops/Recurrent.swift.
package enum RecurrentCell: String, CaseIterable, Sendable {
    case rnnTanh, rnnReLU, gru, lstm

    /// Blocks of H rows in the weights: one for each gate and for the new state.
    package var gates: Int {
        switch self {
        case .rnnTanh, .rnnReLU: 1
        case .gru: 3
        case .lstm: 4
        }
    }
}

/// One direction of one recurrent layer over whole sequences. All buffers are time-major, `[T, B, ...]`.
package struct RecurrentProblem: Sendable {
    package var cell: RecurrentCell
    package var time: Int
    package var batch: Int
    package var hidden: Int
    /// From the last step to the first.
    package var isReversed: Bool
    /// The steps of each row that count, 0...T; at the others the state passes through. nil: all.
    package var lengths: [Int]?

    package init(
        cell: RecurrentCell, time: Int, batch: Int, hidden: Int, isReversed: Bool = false,
        lengths: [Int]? = nil
    ) {
        self.cell = cell
        self.time = time
        self.batch = batch
        self.hidden = hidden
        self.isReversed = isReversed
        self.lengths = lengths
    }

    /// Elements of the gates of one row and step.
    package var gateWidth: Int { cell.gates * hidden }
    /// Elements of the state of all rows.
    package var stateCount: Int { batch * hidden }

    /// The place in time of the step that is computed as number `step`.
    package func place(_ step: Int) -> Int { isReversed ? time - 1 - step : step }

    package func isPadding(_ time: Int, row: Int) -> Bool { lengths.map { time >= $0[row] } ?? false }
}

/// The buffers of a recurrent layer. The forward pass fills those that the backward pass reads.
package struct RecurrentBuffers<Scalar> {
    /// `[T, B, G·H]`. Before the forward pass: the input's share, W_ih·x + b_ih + b_hh (of the GRU's new state
    /// without b_hh). After it: the gates. After the backward pass: the gradients of the input's share.
    package var gates: UnsafeMutablePointer<Scalar>
    /// `[G·H, H]`.
    package var weight: UnsafePointer<Scalar>
    /// `[H]`, the GRU's b_hh of the new state; nil for none.
    package var newBias: UnsafePointer<Scalar>?
    /// `[B, H]`, and for the LSTM the cell's.
    package var initial: UnsafePointer<Scalar>
    package var initialCell: UnsafePointer<Scalar>?
    /// `[T, B, H]`: h after each step.
    package var states: UnsafeMutablePointer<Scalar>
    /// `[T, B, H]`. LSTM: c after each step. GRU: W_hh·h + b_hh of the new state, and after the backward pass
    /// its gradient. nil for plain cells.
    package var extra: UnsafeMutablePointer<Scalar>?

    package init(
        gates: UnsafeMutablePointer<Scalar>, weight: UnsafePointer<Scalar>, newBias: UnsafePointer<Scalar>?,
        initial: UnsafePointer<Scalar>, initialCell: UnsafePointer<Scalar>?,
        states: UnsafeMutablePointer<Scalar>, extra: UnsafeMutablePointer<Scalar>?
    ) {
        self.gates = gates
        self.weight = weight
        self.newBias = newBias
        self.initial = initial
        self.initialCell = initialCell
        self.states = states
        self.extra = extra
    }

    /// h of all rows before the step that is computed as number `step`.
    func stateBefore(_ step: Int, _ problem: RecurrentProblem) -> UnsafePointer<Scalar> {
        step == 0 ? initial : UnsafePointer(states) + problem.place(step - 1) * problem.stateCount
    }

    /// c of the LSTM likewise; nil for the others.
    func cellBefore(_ step: Int, _ problem: RecurrentProblem) -> UnsafePointer<Scalar>? {
        guard problem.cell == .lstm, let extra else { return nil }
        return step == 0 ? initialCell : UnsafePointer(extra) + problem.place(step - 1) * problem.stateCount
    }
}
