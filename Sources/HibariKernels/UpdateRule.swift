/// The optimizers that treat every element alike; the formulas are in HibariOptimizers.
package enum UpdateRule: String, CaseIterable, Sendable {
    case adam, sgd, lion, rmsProp, adagrad, adadelta, adamax, nadam
}

/// The numbers of one step of an optimizer. A rule uses those of its formula.
package struct UpdateStep: Sendable {
    package var learningRate = 0.0
    /// Multiplies all gradients first (clipping).
    package var gradientScale = 1.0
    /// λ of p ← p·(1 − lr·λ), apart from the gradient.
    package var decay = 0.0
    /// λ of g ← g + λp.
    package var penalty = 0.0
    package var beta1 = 0.0
    package var beta2 = 0.0
    package var epsilon = 0.0
    /// 1 − β₁ᵗ and 1 − β₂ᵗ of step t.
    package var correction1 = 1.0
    package var correction2 = 1.0
    package var usesNesterov = false
    /// NAdam: how much of the gradient and of its average a step takes.
    package var gradientShare = 0.0
    package var averageShare = 0.0

    package init() {}
}
