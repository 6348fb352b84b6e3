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

    package static func adamW(
        _ count: Int, _ step: AdamWStep, _ parameter: Output, _ gradient: Input, _ first: Output,
        _ second: Output
    ) {
        let (beta1, beta2) = (Self(step.beta1), Self(step.beta2))
        for i in 0..<count {
            let g = gradient[i] * Self(step.gradientScale)
            first[i] = beta1 * first[i] + (1 - beta1) * g
            second[i] = beta2 * second[i] + (1 - beta2) * g * g
            let root = (second[i] / Self(step.correction2)).squareRoot() + Self(step.epsilon)
            let decayed = parameter[i] * (1 - Self(step.learningRate * step.weightDecay))
            parameter[i] = decayed - Self(step.learningRate / step.correction1) * first[i] / root
        }
    }

    package static func sgd(
        _ count: Int, _ step: SGDStep, _ parameter: Output, _ gradient: Input, _ velocity: Output
    ) {
        for i in 0..<count {
            let g = gradient[i] * Self(step.gradientScale) + Self(step.weightDecay) * parameter[i]
            velocity[i] = Self(step.momentum) * velocity[i] + g
            let direction = step.usesNesterov ? g + Self(step.momentum) * velocity[i] : velocity[i]
            parameter[i] -= Self(step.learningRate) * direction
        }
    }
}
