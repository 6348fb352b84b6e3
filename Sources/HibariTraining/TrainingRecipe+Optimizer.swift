import HibariModels
import HibariOptimizers
import HibariTensor

/// From the options of a run to its optimizer.
extension TrainingRecipe {
    /// The optimizers of language models.
    public enum OptimizerKind: String, Sendable, CaseIterable {
        case adamw, adam, muon, lion, sgd, rmsprop, adagrad, adadelta

        /// --beta1 where it is not given; nil where it does not apply. The momentum of sgd and rmsprop.
        var defaultBeta1: Double? {
            switch self {
            case .adamw, .adam, .muon, .lion, .sgd: 0.9
            case .rmsprop: 0
            case .adagrad, .adadelta: nil
            }
        }

        /// --beta2 where it is not given; nil where it does not apply.
        var defaultBeta2: Double? {
            switch self {
            case .adamw, .adam, .muon: 0.95
            case .lion, .rmsprop: 0.99
            case .adadelta: 0.9
            case .sgd, .adagrad: nil
            }
        }

        /// --weight-decay where it is not given. Added to a gradient instead of decoupled, 0.1 would be most of it.
        var defaultWeightDecay: Double {
            switch self {
            case .adamw, .muon, .lion: 0.1
            case .adam, .sgd, .rmsprop, .adagrad, .adadelta: 0
            }
        }
    }

    /// The value of an option that only some optimizers have: what was given, or the default; nil where it does
    /// not apply.
    var appliedBeta1: Double? { optimizer.defaultBeta1.map { beta1 ?? $0 } }
    var appliedBeta2: Double? { optimizer.defaultBeta2.map { beta2 ?? $0 } }
    var appliedWeightDecay: Double { weightDecay ?? optimizer.defaultWeightDecay }
    var appliedMuonLearningRate: Double? { optimizer == .muon ? muonLearningRate ?? 0.02 : nil }
    var appliedMuonMomentum: Double? { optimizer == .muon ? muonMomentum ?? 0.95 : nil }
    var appliedMinimumLearningRate: Double { minimumLearningRate ?? learningRate / 10 }
    var appliedDecayShare: Double? { schedule == .wsd ? decayShare ?? 0.2 : nil }

    /// An option that was given and does not apply is a mistake.
    func validateOptimizer() throws(ConfigurationError) {
        for (name, given, applied) in [
            ("beta1", beta1, appliedBeta1), ("beta2", beta2, appliedBeta2),
            ("muon-lr", muonLearningRate, appliedMuonLearningRate),
            ("muon-momentum", muonMomentum, appliedMuonMomentum),
        ] where given != nil && applied == nil {
            throw .doesNotApply(name: name, to: "--optimizer \(optimizer.rawValue)")
        }
        if decayShare != nil, appliedDecayShare == nil {
            throw .doesNotApply(name: "decay", to: "--schedule \(schedule.rawValue)")
        }
        for (name, value) in [
            ("beta1", appliedBeta1), ("beta2", appliedBeta2), ("muon-momentum", appliedMuonMomentum),
            ("ema", ema),
        ] {
            if let value, !(0..<1).contains(value) {
                throw .invalidValue(
                    name: name, value: "\(value)", expected: "from 0 up to but not including 1")
            }
        }
        for (name, value) in [("lr", learningRate), ("muon-lr", appliedMuonLearningRate)] {
            if let value, !(value > 0 && value.isFinite) {
                throw .invalidValue(name: name, value: "\(value)", expected: "a positive number")
            }
        }
        if let share = appliedDecayShare, !(share > 0 && share <= 1) {
            throw .invalidValue(
                name: "decay", value: "\(share)", expected: "a share of the run above 0, at most 1")
        }
    }

    /// A new optimizer of `parameters`.
    public func makeOptimizer(_ parameters: [Parameter]) -> any Optimizer {
        let (beta1, beta2, decay) = (appliedBeta1 ?? 0, appliedBeta2 ?? 0, appliedWeightDecay)
        switch optimizer {
        case .adamw:
            return AdamW(parameters, beta1: beta1, beta2: beta2, weightDecay: decay)
        case .adam:
            return Adam(parameters, beta1: beta1, beta2: beta2, weightDecay: decay)
        case .muon:
            return Muon(
                parameters, rateRatio: (appliedMuonLearningRate ?? 0) / learningRate,
                momentum: appliedMuonMomentum ?? 0, beta1: beta1, beta2: beta2, weightDecay: decay)
        case .lion:
            return Lion(parameters, beta1: beta1, beta2: beta2, weightDecay: decay)
        case .sgd:
            return SGD(parameters, momentum: beta1, weightDecay: decay)
        case .rmsprop:
            return RMSProp(parameters, alpha: beta2, momentum: beta1, weightDecay: decay)
        case .adagrad:
            return Adagrad(parameters, weightDecay: decay)
        case .adadelta:
            return Adadelta(parameters, rho: beta2, weightDecay: decay)
        }
    }

    /// What averages the weights; nil without --ema.
    func makeAverage(_ parameters: [Parameter]) -> WeightAverage? {
        ema > 0 ? WeightAverage(parameters, decay: ema) : nil
    }

    /// How many numbers optimizer and average keep beside the weights, in memory and in each checkpoint.
    ///
    /// - Parameters:
    ///   - total: trained weights.
    ///   - hiddenMatrices: those of them in the matrices of the blocks.
    public func stateCount(total: Int, hiddenMatrices: Int) -> Int {
        let average = ema > 0 ? total : 0
        let hasMomentum = (appliedBeta1 ?? 0) > 0
        switch optimizer {
        case .adamw, .adam, .adadelta: return average + 2 * total
        case .muon: return average + 2 * total - hiddenMatrices
        case .lion, .adagrad: return average + total
        case .sgd: return average + (hasMomentum ? total : 0)
        case .rmsprop: return average + (hasMomentum ? 2 : 1) * total
        }
    }

    /// The learning rates of a run of `totalSteps` steps.
    func makeSchedule(totalSteps: Int) -> LearningRateSchedule {
        LearningRateSchedule(
            shape: schedule, peak: learningRate, minimum: appliedMinimumLearningRate,
            warmupSteps: warmup ?? min(100, totalSteps / 10), totalSteps: totalSteps,
            decayShare: appliedDecayShare ?? 0)
    }
}
