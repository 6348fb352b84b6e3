import HibariKernels

extension OpCase {
    /// Recurrent layers: every cell with and without biases, initial states, padding, in both directions.
    static var recurrence: [OpCase] {
        var cases: [OpCase] = []
        for axes: Shape in [[3, 4], [2, 5, 3], [4, 2, 3, 2]] {
            cases.append(OpCase(.swapLeadingAxes, "\(axes)", [OpInput(axes)]) { swapLeadingAxes($0[0]) })
        }
        for cell in RecurrentCell.allCases {
            for isReversed in [false, true] {
                for lengths in [nil, [5, 2, 0], [3, 5, 1]] as [[Int]?] {
                    let name =
                        "\(cell.rawValue)\(isReversed ? " reversed" : "")\(lengths.map { ", lengths \($0)" } ?? "")"
                    cases += sequences(cell, name, lengths, isReversed)
                }
            }
        }
        return cases
    }

    /// Three rows of five steps; a width that is no multiple of a vector.
    private static func sequences(
        _ cell: RecurrentCell, _ name: String, _ lengths: [Int]?, _ isReversed: Bool
    ) -> [OpCase] {
        let (inputs, hidden) = (4, 3)
        let rows = cell.gates * hidden
        let x = OpInput([5, 3, inputs])
        let weights = [OpInput([rows, inputs]), OpInput([rows, hidden])]
        // The kink of relu is far: its sums of small products stay nearer to 0 than the biases.
        let isReLU = cell == .rnnReLU
        let small = isReLU ? 0...0.1 : 0...1.5
        let near =
            [OpInput([5, 3, inputs], magnitude: small)]
            + weights.map { OpInput($0.shape, magnitude: isReLU ? 0...0.08 : small) }
        let biases = [
            OpInput([rows], magnitude: isReLU ? 1...1.5 : small), OpInput([rows], magnitude: small),
        ]
        let state = OpInput([3, hidden], magnitude: isReLU ? 0...0.5 : small)
        let states = cell == .lstm ? [state, state] : [state]
        var cases = [
            OpCase(cell.op, "\(name), biases", near + biases) {
                recurrent(
                    $0[0], cell, RecurrentWeights(input: $0[1], recurrent: $0[2], biases: ($0[3], $0[4])),
                    lengths: lengths, isReversed: isReversed)
            },
            OpCase(cell.op, "\(name), biases and states", near + biases + states) {
                recurrent(
                    $0[0], cell, RecurrentWeights(input: $0[1], recurrent: $0[2], biases: ($0[3], $0[4])),
                    initial: $0[5], initialCell: cell == .lstm ? $0[6] : nil, lengths: lengths,
                    isReversed: isReversed)
            },
        ]
        if !isReLU {
            cases.append(
                OpCase(cell.op, name, [x] + weights) {
                    recurrent(
                        $0[0], cell, RecurrentWeights(input: $0[1], recurrent: $0[2], biases: nil),
                        lengths: lengths, isReversed: isReversed)
                })
        }
        return cases
    }
}
