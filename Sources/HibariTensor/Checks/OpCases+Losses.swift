import HibariKernels

extension OpCase {
    /// The losses of regression and of classifiers other than cross-entropy. Differences and margins stay off the
    /// kinks.
    static var classicLosses: [OpCase] {
        let far = OpInput([4, 5], magnitude: 2.5...4)
        let near = OpInput([4, 5], magnitude: 0.01...0.4)
        let constant = OpInput([4, 5], magnitude: 0.01...0.4, isDifferentiable: false)
        var cases = [
            OpCase(.halfSquaredError, "both", [far, near]) { halfSquaredError($0[0], $0[1]) },
            OpCase(.absoluteError, "both", [far, near]) { absoluteError($0[0], $0[1]) },
            OpCase(.absoluteError, "constant target", [far, constant]) { absoluteError($0[0], $0[1]) },
        ]
        for delta in [0.9, 1, 2] {
            cases += [
                OpCase(.huber, "line, δ \(delta)", [far, near]) { huber($0[0], $0[1], delta: delta) },
                OpCase(.huber, "line, β \(delta)", [far, constant]) { smoothL1($0[0], $0[1], beta: delta) },
            ]
        }
        cases += [
            OpCase(.huber, "parabola, δ 1", [near, constant]) { huber($0[0], $0[1]) },
            OpCase(.huber, "parabola, β 2", [near, constant]) { smoothL1($0[0], $0[1], beta: 2) },
        ]
        return cases + binaryLosses + rowLosses
    }

    /// Labels of −1 and +1 with some in between, so that the sign matters.
    private static func labels(_ dtype: DType) -> Tensor {
        Tensor((0..<20).map { [1.0, -1, -1, 1, -1][$0 % 5] }, shape: [4, 5]).cast(to: dtype)
    }

    private static var binaryLosses: [OpCase] {
        let logits = OpInput([4, 5], magnitude: 0...5)
        let shares = OpInput([4, 5], magnitude: 0...1, isPositive: true, isDifferentiable: false)
        let inside = OpInput([4, 5], magnitude: 0...0.45)
        return [
            OpCase(.binaryCrossEntropy, "weight 1", [logits, shares]) { binaryCrossEntropy($0[0], $0[1]) },
            OpCase(.binaryCrossEntropy, "weight 3", [logits, shares]) {
                binaryCrossEntropy($0[0], $0[1], positiveWeight: 3)
            },
            OpCase(.binaryCrossEntropy, "learned targets", [logits, inside]) {
                binaryCrossEntropy($0[0], $0[1], positiveWeight: 0.5)
            },
            OpCase(.logistic, "labels", [logits]) { logisticLoss($0[0], labels($0[0].dtype)) },
            OpCase(.hinge, "margin 0.5", [inside]) { hingeLoss($0[0], labels($0[0].dtype), margin: 0.5) },
            OpCase(.hinge, "margin 1", [inside]) { hingeLoss($0[0], labels($0[0].dtype)) },
            OpCase(.hinge, "both sides", [OpInput([4, 5], magnitude: 1.5...3)]) {
                hingeLoss($0[0], labels($0[0].dtype))
            },
        ]
    }

    private static var rowLosses: [OpCase] {
        let scores = OpInput([2, 3, 5], magnitude: 0...0.2)
        let spread = OpInput([2, 3, 5], magnitude: 0...40, isDistinct: true)
        let targets = Tensor([0, 4, 2, 2, 1, 3] as [Int32], shape: [2, 3])
        let probabilities = Tensor(
            (0..<30).map { [0.1, 0.2, 0, 0.4, 0.3][($0 * 3 + $0 / 5) % 5] }, shape: [2, 3, 5])
        return [
            OpCase(.multiclassHinge, "margin 1", [scores]) { multiclassHingeLoss($0[0], targets) },
            OpCase(.multiclassHinge, "margin 0.5", [scores]) {
                multiclassHingeLoss($0[0], targets, margin: 0.5)
            },
            OpCase(.multiclassHinge, "some beyond the margin", [spread]) {
                multiclassHingeLoss($0[0], targets)
            },
            OpCase(.klDivergence, "of logSoftmax", [OpInput([2, 3, 5], magnitude: 0...3)]) {
                klDivergence(logSoftmax($0[0]), probabilities.cast(to: $0[0].dtype))
            },
        ]
    }
}

extension OpBenchmark {
    /// On the 784 pixels of 128 images.
    static var classicLosses: [OpBenchmark] {
        let (x, y) = (OpInput([128, 784]), OpInput([128, 784], isDifferentiable: false))
        let pairs: [(OpName, (Tensor, Tensor) -> Tensor)] = [
            (.halfSquaredError, halfSquaredError), (.absoluteError, absoluteError),
            (.huber, { huber($0, $1) }), (.binaryCrossEntropy, { binaryCrossEntropy($0, $1) }),
            (.logistic, logisticLoss), (.hinge, { hingeLoss($0, $1) }), (.klDivergence, klDivergence),
        ]
        let targets = Tensor((0..<128).map { Int32($0 % 10) }, shape: [128])
        return pairs.map { op, apply in OpBenchmark(op, "128×784", [x, y]) { apply($0[0], $0[1]) } } + [
            OpBenchmark(.multiclassHinge, "128×10", [OpInput([128, 10])]) {
                multiclassHingeLoss($0[0], targets)
            }
        ]
    }

    /// A layer of 128 units on 64 steps of 32 sequences.
    static var recurrence: [OpBenchmark] {
        let (time, batch, n) = (64, 32, 128)
        return RecurrentCell.allCases.map { cell in
            let rows = cell.gates * n
            let inputs = [
                OpInput([time, batch, n]), OpInput([rows, n], magnitude: 0...0.1),
                OpInput([rows, n], magnitude: 0...0.1), OpInput([rows]), OpInput([rows]),
            ]
            let product = 2 * Double(time * batch * rows * 2 * n)
            return OpBenchmark(
                cell.op, "\(cell.rawValue) \(time)×\(batch)×\(n)", inputs, flops: (product, 2 * product)
            ) {
                recurrent(
                    $0[0], cell, RecurrentWeights(input: $0[1], recurrent: $0[2], biases: ($0[3], $0[4])))
            }
        } + [
            OpBenchmark(.swapLeadingAxes, "32×64×128", [OpInput([batch, time, n])]) {
                swapLeadingAxes($0[0])
            }
        ]
    }
}
