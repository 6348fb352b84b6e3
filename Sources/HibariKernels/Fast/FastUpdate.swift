import CKernels

extension hibari_kernel_table {
    func function(_ rule: UpdateRule) -> hibari_update_kernel {
        switch rule {
        case .adam: adam
        case .sgd: sgd
        case .lion: lion
        case .rmsProp: rmsprop
        case .adagrad: adagrad
        case .adadelta: adadelta
        case .adamax: adamax
        case .nadam: nadam
        }
    }
}

extension Float {
    package static func update(
        _ rule: UpdateRule, _ count: Int, _ step: UpdateStep, _ parameter: Output, _ gradient: Input,
        first: Output?, second: Output?
    ) {
        var numbers = hibari_update(
            gradient_scale: Float(step.gradientScale), learning_rate: Float(step.learningRate),
            keep: Float(1 - step.learningRate * step.decay), penalty: Float(step.penalty),
            beta1: Float(step.beta1), beta2: Float(step.beta2), epsilon: Float(step.epsilon),
            rest1: Float(1 - step.beta1), rest2: Float(1 - step.beta2),
            correction1: Float(step.correction1), root_correction2: Float(step.correction2.squareRoot()),
            nesterov: step.usesNesterov ? 1 : 0, gradient_share: Float(step.gradientShare),
            average_share: Float(step.averageShare))
        KernelTable.active.function(rule)(count, &numbers, parameter, gradient, first, second)
    }
}
