/// Plain implementations of the optimizer steps.
extension KernelScalar {
    package static func update(
        _ rule: UpdateRule, _ count: Int, _ step: UpdateStep, _ parameter: Output, _ gradient: Input,
        first: Output?, second: Output?
    ) {
        let (beta1, beta2, epsilon) = (Self(step.beta1), Self(step.beta2), Self(step.epsilon))
        let rate = Self(step.learningRate)
        for i in 0..<count {
            let g = Self(step.gradientScale) * gradient[i] + Self(step.penalty) * parameter[i]
            var (m, v) = (first?[i] ?? 0, second?[i] ?? 0)
            var p = parameter[i] * (1 - rate * Self(step.decay))
            switch rule {
            case .adam:
                m = beta1 * m + (1 - beta1) * g
                v = beta2 * v + (1 - beta2) * g * g
                p -=
                    rate * (m / Self(step.correction1))
                    / ((v / Self(step.correction2)).squareRoot() + epsilon)
            case .sgd:
                m = beta1 * m + g
                p -= rate * (step.usesNesterov ? g + beta1 * m : m)
            case .lion:
                let direction = beta1 * m + (1 - beta1) * g
                p -= rate * (direction > 0 ? 1 : direction < 0 ? -1 : 0)
                m = beta2 * m + (1 - beta2) * g
            case .rmsProp:
                v = beta2 * v + (1 - beta2) * g * g
                m = beta1 * m + g / (v.squareRoot() + epsilon)
                p -= rate * m
            case .adagrad:
                v += g * g
                p -= rate * g / (v.squareRoot() + epsilon)
            case .adadelta:
                v = beta2 * v + (1 - beta2) * g * g
                let change = (m + epsilon).squareRoot() / (v + epsilon).squareRoot() * g
                m = beta2 * m + (1 - beta2) * change * change
                p -= rate * change
            case .adamax:
                m = beta1 * m + (1 - beta1) * g
                v = Swift.max(beta2 * v, Swift.abs(g) + epsilon)
                p -= rate * (m / Self(step.correction1)) / v
            case .nadam:
                m = beta1 * m + (1 - beta1) * g
                v = beta2 * v + (1 - beta2) * g * g
                p -=
                    rate * (Self(step.gradientShare) * g + Self(step.averageShare) * m)
                    / ((v / Self(step.correction2)).squareRoot() + epsilon)
            }
            parameter[i] = p
            first?[i] = m
            second?[i] = v
        }
    }
}
