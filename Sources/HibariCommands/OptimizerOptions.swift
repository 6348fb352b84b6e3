import ArgumentParser
import HibariOptimizers
import HibariTraining

extension TrainingRecipe.OptimizerKind: ExpressibleByArgument {}

/// How the weights follow their gradients.
struct OptimizerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What moves the weights; muon is for hidden matrices and leaves the rest to adamw.",
            valueName: "name"))
    var optimizer = TrainingRecipe.OptimizerKind.adamw

    @Option(
        help: """
            Peak learning rate, for adamw (default: 1e-3; to fine-tune 2e-4 with --lora, else 2e-5 or a tenth of what a \
            base was pretrained with here): lion wants less, sgd and adadelta more.
            """)
    var lr: Double?
    @Option(
        help: "Peak learning rate of muon's hidden matrices; follows the schedule of lr (default: 0.02).")
    var muonLr: Double?
    @Option(help: "Muon's momentum (default: 0.95).") var muonMomentum: Double?
    @Option(
        help: """
            Memory of the gradient: β₁ of adamw, adam, lion and muon's adamw, momentum of sgd (default: 0.9) and rmsprop \
            (default: 0).
            """)
    var beta1: Double?
    @Option(
        help: """
            Memory of its square: β₂ of adamw, adam and muon's adamw (default: 0.95; adamw 0.999 to fine-tune), α of rmsprop (default: 0.99), ρ of \
            adadelta (default: 0.9); of lion's average (default: 0.99).
            """)
    var beta2: Double?
    @Option(
        help: """
            Weight decay, on matrices only: decoupled for adamw, muon and lion (default: 0.1; adamw 0.01 to fine-tune, 0 \
            for adapters), added to the gradient for the others (default: 0).
            """)
    var weightDecay: Double?
    @Option(help: "Limit of the gradient norm; 0 for none.") var clip = 1.0

    @Option(help: ArgumentHelp("cosine, linear, constant or wsd.", valueName: "name"))
    var schedule = LearningRateSchedule.Shape.cosine
    @Option(help: "Steps of linear warm-up (default: 100, at most a tenth of the run).") var warmup: Int?
    @Option(help: "Final learning rate (default: lr/10).") var minLr: Double?
    @Option(help: "Share of the run after its warm-up in which wsd decays (default: 0.2).") var decay: Double?
    @Option(
        help: """
            Average the weights, keeping this much of the average at each step, e.g. 0.999; evaluations, samples and \
            the published model use it. 0 for none.
            """)
    var ema = 0.0

    func apply(to recipe: inout TrainingRecipe) {
        if optimizer != recipe.optimizer {
            // Defaults are made for one optimizer.
            (recipe.optimizer, recipe.beta2, recipe.weightDecay) = (optimizer, nil, nil)
        }
        recipe.learningRate = lr ?? recipe.learningRate
        recipe.muonLearningRate = muonLr
        recipe.muonMomentum = muonMomentum
        recipe.beta1 = beta1
        recipe.beta2 = beta2 ?? recipe.beta2
        recipe.weightDecay = weightDecay ?? recipe.weightDecay
        recipe.clip = clip
        recipe.schedule = schedule
        recipe.warmup = warmup
        recipe.minimumLearningRate = minLr
        recipe.decayShare = decay
        recipe.ema = ema
    }
}
