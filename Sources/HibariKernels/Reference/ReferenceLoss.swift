/// Plain implementations of the loss and of the optimizers.
extension KernelScalar {
    package static func crossEntropy(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ losses: Output, _ logSumExp: Output
    ) {
        let n = problem.classes
        let smoothing = Self(problem.labelSmoothing)
        func weight(_ target: Int) -> Self { classWeights?[target] ?? 1 }
        for row in 0..<problem.rows {
            let x = logits + row * n
            logSumExp[row] = referenceLogSumExp(n, 1, x)
            guard targets[row] != problem.ignoredTarget else {
                losses[row] = 0
                continue
            }
            // −Σ wᵢ·qᵢ·log pᵢ with q = (1 − ε)·onehot + ε/n and log pᵢ = xᵢ − log Σ exp x
            var total: Self = 0
            for i in 0..<n {
                let share = smoothing / Self(n) + (i == Int(targets[row]) ? 1 - smoothing : 0)
                total += weight(i) * share * (logSumExp[row] - x[i])
            }
            losses[row] = total
        }
    }

    package static func crossEntropyBackward(
        _ problem: CrossEntropyProblem, _ logits: Input, _ targets: UnsafePointer<Int32>,
        classWeights: Input?, _ logSumExp: Input, scale: Self, _ dLogits: Output
    ) {
        let n = problem.classes
        let smoothing = Self(problem.labelSmoothing)
        func weight(_ target: Int) -> Self { classWeights?[target] ?? 1 }
        let even = (0..<n).reduce(0) { $0 + smoothing / Self(n) * weight($1) }
        for row in 0..<problem.rows {
            let (x, dx) = (logits + row * n, dLogits + row * n)
            guard targets[row] != problem.ignoredTarget else {
                dx.update(repeating: 0, count: n)
                continue
            }
            // dxᵢ = pᵢ·Σ w·q − wᵢ·qᵢ
            let target = Int(targets[row])
            let total = even + (1 - smoothing) * weight(target)
            for i in 0..<n {
                let share = smoothing / Self(n) + (i == target ? 1 - smoothing : 0)
                dx[i] = scale * (total * exponential(x[i] - logSumExp[row]) - weight(i) * share)
            }
        }
    }
}
