extension OpCase {
    /// Sums, means and maxima over every choice of axes.
    static var reductions: [OpCase] {
        var cases: [OpCase] = []
        let choices: [[Int]?] = [nil, [], [0], [1], [2], [-1], [0, 2], [2, 1], [-3, -2]]
        for axes in choices {
            let variant = axes.map { "over \($0)" } ?? "over all"
            // Another shape where axes count from the end: the same axes give the same result.
            let x = OpInput(axes?.contains { $0 < 0 } == true ? [2, 3, 4] : [3, 2, 5])
            cases += [
                OpCase(.sum, variant, [x]) { $0[0].sum(axes: axes) },
                OpCase(.mean, variant, [x]) { $0[0].mean(axes: axes) },
            ]
        }
        for axis in [0, 1, 2, -1, -3] {
            cases.append(
                OpCase(
                    .max, "over \(axis)",
                    [OpInput(axis < 0 ? [2, 3, 4] : [3, 2, 5], magnitude: 0...3, isDistinct: true)]
                ) { $0[0].max(axis: axis) })
        }
        return cases
    }

    static var layout: [OpCase] {
        var cases: [OpCase] = []
        for shape: Shape in [[4, 3], [12], [2, 1, 2, 3]] {
            cases.append(OpCase(.reshape, "to \(shape)", [OpInput([2, 6])]) { $0[0].reshape(shape) })
        }
        for (axis, range) in [(0, 1..<3), (0, 0..<2), (1, 1..<3), (2, 2..<5), (-1, 0..<1), (-2, 0..<4)] {
            cases.append(
                OpCase(.slice, "axis \(axis), \(range)", [OpInput([3, 4, 5])]) {
                    $0[0].slice(axis: axis, range)
                })
        }
        // Views that do not start at the first element of their storage, as inputs of other ops.
        cases += [
            OpCase(.slice, "of a slice", [OpInput([5, 3])]) { $0[0].slice(1..<4).slice(1..<3) },
            OpCase(.slice, "two uses", [OpInput([4, 3])]) { $0[0].slice(1..<3) * $0[0].slice(2..<4) },
            OpCase(.slice, "as both factors", [OpInput([6, 3])]) {
                matmul($0[0].slice(0..<3), $0[0].slice(3..<6))
            },
        ]
        for axis in [0, 1, 2, -1] {
            var (first, second): (Shape, Shape) = ([3, axis < 0 ? 3 : 2, 4], [3, axis < 0 ? 3 : 2, 4])
            first[axis] = 1
            second[axis] = 5
            cases.append(
                OpCase(.concatenate, "axis \(axis)", [OpInput(first), OpInput(second)]) {
                    concatenate([$0[0], $0[1]], axis: axis)
                })
        }
        cases += [
            OpCase(.concatenate, "one part twice", [OpInput([2, 3]), OpInput([2, 2])]) {
                concatenate([$0[0], $0[1], $0[0]], axis: 1)
            },
            OpCase(
                .concatenate, "after a frozen part",
                [OpInput([2, 3], isDifferentiable: false), OpInput([1, 3])]
            ) { concatenate([$0[0], $0[1]]) },
        ]
        return cases
    }
}
