/// Plain implementations of the loss and of the optimizers.
extension KernelScalar {
    package static func crossEntropy(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>, _ losses: Output,
        _ logSumExp: Output
    ) {
        let n = problem.classes
        let smoothing = Self(problem.labelSmoothing)
        for row in 0..<problem.rows {
            let x = logits + row * n
            logSumExp[row] = referenceLogSumExp(n, 1, x)
            guard targets[row] != problem.ignoredTarget else {
                losses[row] = 0
                continue
            }
            // −Σ qᵢ·log pᵢ with q = (1 − ε)·onehot + ε/n and log pᵢ = xᵢ − log Σ exp x
            let expected = (1 - smoothing) * x[Int(targets[row])] + smoothing * sum(n, x) / Self(n)
            losses[row] = logSumExp[row] - expected
        }
    }

    package static func crossEntropyBackward(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>, _ logSumExp: Input,
        scale: Self, _ dLogits: Output
    ) {
        let n = problem.classes
        let smoothing = Self(problem.labelSmoothing)
        for row in 0..<problem.rows {
            let (x, dx) = (logits + row * n, dLogits + row * n)
            guard targets[row] != problem.ignoredTarget else {
                dx.update(repeating: 0, count: n)
                continue
            }
            for i in 0..<n { dx[i] = scale * (exponential(x[i] - logSumExp[row]) - smoothing / Self(n)) }
            dx[Int(targets[row])] -= scale * (1 - smoothing)
        }
    }
}
