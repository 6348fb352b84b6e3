import HibariKernels
import HibariSupport
import HibariTensor
import Testing

@Suite struct RecurrentTests {
    private func random(_ shape: Shape, _ stream: UInt64) -> Tensor {
        Tensor(
            normal: shape, deviation: 0.5, stream: RandomStream(seed: 3, purpose: .testing, stream: stream))
    }

    private func weights(_ cell: RecurrentCell, inputs: Int, hidden: Int) -> RecurrentWeights {
        let rows = cell.gates * hidden
        return RecurrentWeights(
            input: random([rows, inputs], 1), recurrent: random([rows, hidden], 2),
            biases: (random([rows], 3), random([rows], 4)))
    }

    /// Two steps of one unit, worked by hand.
    @Test func valuesByHand() {
        let x = Tensor([1, -1] as [Float], shape: [2, 1, 1])
        func layer(_ cell: RecurrentCell, _ input: [Float], _ recurrent: [Float]) -> Tensor {
            HibariTensor.recurrent(
                x, cell,
                RecurrentWeights(
                    input: Tensor(input, shape: [input.count, 1]),
                    recurrent: Tensor(recurrent, shape: [input.count, 1]), biases: nil))
        }
        // h₁ = tanh(0.5), h₂ = tanh(−0.5 + 2·h₁).
        expect(layer(.rnnTanh, [0.5], [2]), [3, 1, 1], [0.46211716, 0.40049161, 0.40049161])
        // h₁ = 0.5, h₂ = max(0, −0.5 + 2·0.5).
        expect(layer(.rnnReLU, [0.5], [2]), [3, 1, 1], [0.5, 0.5, 0.5])
        // All gates but the new state are σ(0) = ½. GRU: h₁ = ½·tanh(1), h₂ = ½·tanh(−1 + ½·h₁) + ½·h₁.
        let h1 = 0.5 * tanh(1), h2 = 0.5 * tanh(-1 + 0.5 * h1) + 0.5 * h1
        expect(layer(.gru, [0, 0, 1], [0, 0, 1]), [3, 1, 1], [h1, h2, h2])
        // LSTM: c₁ = ½·tanh(1), h₁ = ½·tanh(c₁), c₂ = ½·c₁ + ½·tanh(−1 + h₁).
        let c1 = 0.5 * tanh(1), o1 = 0.5 * tanh(c1)
        let c2 = 0.5 * c1 + 0.5 * tanh(-1 + o1), o2 = 0.5 * tanh(c2)
        expect(layer(.lstm, [0, 0, 1, 0], [0, 0, 1, 0]), [4, 1, 1], [o1, o2, o2, c2])
    }

    private func tanh(_ x: Double) -> Double { Double.hyperbolicTangent(x) }

    /// A padded row gives what it gives alone, then zeros; its last state is that of its last step.
    @Test(arguments: RecurrentCell.allCases, [false, true])
    func paddingChangesNothing(_ cell: RecurrentCell, _ isReversed: Bool) {
        let weights = weights(cell, inputs: 3, hidden: 5)
        let x = random([6, 4, 3], 5)
        let (h, c) = (random([4, 5], 6), cell == .lstm ? random([4, 5], 7) : nil)
        let lengths = [6, 3, 0, 1]
        let padded = recurrent(
            x, cell, weights, initial: h, initialCell: c, lengths: lengths, isReversed: isReversed)
        for (row, length) in lengths.enumerated() {
            func states(_ tensor: Tensor, _ time: Int) -> [Float] {
                tensor.slice(time..<time + 1).slice(axis: 1, row..<row + 1).array()
            }
            for time in length..<6 { #expect(states(padded, time).allSatisfy { $0 == 0 }) }
            guard length > 0 else {
                let isInitial = states(padded, 6) == h.slice(row..<row + 1).array(of: Float.self)
                #expect(isInitial)
                continue
            }
            let alone = recurrent(
                x.slice(0..<length), cell, weights, initial: h, initialCell: c, isReversed: isReversed)
            for time in 0..<length { #expect(states(padded, time) == states(alone, time)) }
            #expect(states(padded, 6) == states(alone, length))
            if cell == .lstm { #expect(states(padded, 7) == states(alone, length + 1)) }
        }
    }

    /// Backward in time is forward on the sequence turned around.
    @Test(arguments: RecurrentCell.allCases) func reversalTurnsTimeAround(_ cell: RecurrentCell) {
        let weights = weights(cell, inputs: 3, hidden: 5)
        let x = random([4, 2, 3], 5)
        func turned(_ x: Tensor) -> Tensor { concatenate((0..<4).reversed().map { x.slice($0..<$0 + 1) }) }
        let backward = recurrent(x, cell, weights, isReversed: true)
        let forward = recurrent(turned(x), cell, weights)
        let isSame = turned(forward).array(of: Float.self) == backward.slice(0..<4).array(of: Float.self)
        #expect(isSame)
    }

    /// Cut into two calls with the state handed on, a sequence gives the same.
    @Test(arguments: RecurrentCell.allCases) func statesGoOn(_ cell: RecurrentCell) {
        let weights = weights(cell, inputs: 3, hidden: 5)
        let x = random([5, 2, 3], 5)
        let whole = recurrent(x, cell, weights)
        let first = recurrent(x.slice(0..<2), cell, weights)
        func state(_ index: Int) -> Tensor { first.slice(index..<index + 1).reshape([2, 5]) }
        let second = recurrent(
            x.slice(2..<5), cell, weights, initial: state(2), initialCell: cell == .lstm ? state(3) : nil)
        expect(second, [second.shape[0], 2, 5], whole.slice(2..<whole.shape[0]).cast(to: .float64).array())
    }

    @Test func leadingAxesChangePlaces() {
        let x = Tensor((0..<12).map(Float.init), shape: [2, 3, 2])
        expect(swapLeadingAxes(x), [3, 2, 2], [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
        let isSame = swapLeadingAxes(swapLeadingAxes(x)).array(of: Float.self) == x.array(of: Float.self)
        #expect(isSame)
    }

    @Test func badArgumentsTrap() async {
        await #expect(processExitsWith: .failure) { _ = swapLeadingAxes(vector(1, 2)) }
        await #expect(processExitsWith: .failure) {
            let weights = RecurrentWeights(
                input: Tensor(zeros: [4, 2]), recurrent: Tensor(zeros: [4, 1]), biases: nil)
            _ = recurrent(Tensor(zeros: [3, 2, 3]), .lstm, weights)
        }
        await #expect(processExitsWith: .failure) {
            let weights = RecurrentWeights(
                input: Tensor(zeros: [4, 2]), recurrent: Tensor(zeros: [4, 1]), biases: nil)
            _ = recurrent(Tensor(zeros: [3, 2, 2]), .lstm, weights, lengths: [4, 1])
        }
        await #expect(processExitsWith: .failure) {
            let weights = RecurrentWeights(
                input: Tensor(zeros: [3, 2]), recurrent: Tensor(zeros: [3, 1]), biases: nil)
            _ = recurrent(
                Tensor(zeros: [3, 2, 2]), .gru, weights, initial: Tensor(zeros: [2, 1]),
                initialCell: Tensor(zeros: [2, 1]))
        }
    }
}
