import HibariSupport
import HibariTensor

/// An optimizer with its settings, before it knows the parameters: `.adam(learningRate: 1e-3)`.
///
/// Defaults are those of torch.optim. Weight decay applies to parameters of two or more axes.
public struct OptimizerChoice: Sendable {
    public let name: String
    /// The rate that the schedule starts from.
    public var learningRate: Double
    /// What else was chosen, for run.json.
    public let settings: JSONObject
    private let make: @Sendable (_ parameters: [Parameter], _ learningRate: Double) -> any Optimizer

    /// - Parameter make: makes the optimizer of some parameters; for one that is not in the list below.
    public init(
        _ name: String, learningRate: Double, settings: JSONObject = JSONObject(),
        _ make: @escaping @Sendable ([Parameter]) -> any Optimizer
    ) {
        self.init(name, learningRate: learningRate, settings: settings) { parameters, _ in make(parameters) }
    }

    private init(
        _ name: String, learningRate: Double, settings: JSONObject,
        _ make: @escaping @Sendable (_ parameters: [Parameter], _ learningRate: Double) -> any Optimizer
    ) {
        self.name = name
        self.learningRate = learningRate
        self.settings = settings
        self.make = make
    }

    /// The optimizer of these parameters.
    public func optimizer(_ parameters: [Parameter]) -> any Optimizer { make(parameters, learningRate) }

    /// See `SGD`.
    public static func sgd(
        learningRate: Double = 1e-2, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "sgd", learningRate: learningRate,
            settings: [
                "momentum": .number(momentum), "nesterov": .bool(nesterov),
                "weight_decay": .number(weightDecay),
            ]
        ) { SGD($0, momentum: momentum, weightDecay: weightDecay, usesNesterov: nesterov) }
    }

    /// See `Adam`.
    public static func adam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "adam", learningRate: learningRate, settings: betas(beta1, beta2, weightDecay)
        ) { Adam($0, beta1: beta1, beta2: beta2, weightDecay: weightDecay) }
    }

    /// See `AdamW`.
    public static func adamW(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, weightDecay: Double = 1e-2
    ) -> OptimizerChoice {
        OptimizerChoice(
            "adamw", learningRate: learningRate, settings: betas(beta1, beta2, weightDecay)
        ) { AdamW($0, beta1: beta1, beta2: beta2, weightDecay: weightDecay) }
    }

    /// See `NAdam`.
    public static func nAdam(
        learningRate: Double = 2e-3, beta1: Double = 0.9, beta2: Double = 0.999, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "nadam", learningRate: learningRate, settings: betas(beta1, beta2, weightDecay)
        ) { NAdam($0, beta1: beta1, beta2: beta2, weightDecay: weightDecay) }
    }

    /// See `AdaMax`.
    public static func adaMax(
        learningRate: Double = 2e-3, beta1: Double = 0.9, beta2: Double = 0.999, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "adamax", learningRate: learningRate, settings: betas(beta1, beta2, weightDecay)
        ) { AdaMax($0, beta1: beta1, beta2: beta2, weightDecay: weightDecay) }
    }

    /// See `RMSProp`.
    public static func rmsProp(
        learningRate: Double = 1e-2, alpha: Double = 0.99, momentum: Double = 0, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "rmsprop", learningRate: learningRate,
            settings: [
                "alpha": .number(alpha), "momentum": .number(momentum), "weight_decay": .number(weightDecay),
            ]
        ) { RMSProp($0, alpha: alpha, momentum: momentum, weightDecay: weightDecay) }
    }

    /// See `Adagrad`.
    public static func adagrad(learningRate: Double = 1e-2, weightDecay: Double = 0) -> OptimizerChoice {
        OptimizerChoice(
            "adagrad", learningRate: learningRate, settings: ["weight_decay": .number(weightDecay)]
        ) { Adagrad($0, weightDecay: weightDecay) }
    }

    /// See `Adadelta`.
    public static func adadelta(
        learningRate: Double = 1, rho: Double = 0.9, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "adadelta", learningRate: learningRate,
            settings: ["rho": .number(rho), "weight_decay": .number(weightDecay)]
        ) { Adadelta($0, rho: rho, weightDecay: weightDecay) }
    }

    /// See `Lion`.
    public static func lion(
        learningRate: Double = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "lion", learningRate: learningRate, settings: betas(beta1, beta2, weightDecay)
        ) { Lion($0, beta1: beta1, beta2: beta2, weightDecay: weightDecay) }
    }

    /// - Parameters:
    ///   - learningRate: of what is no hidden matrix.
    ///   - matrixRate: of the hidden matrices, whatever `learningRate` becomes later; follows the same schedule.
    public static func muon(
        learningRate: Double = 1e-3, matrixRate: Double = 2e-2, momentum: Double = 0.95,
        weightDecay: Double = 0
    ) -> OptimizerChoice {
        OptimizerChoice(
            "muon", learningRate: learningRate,
            settings: [
                "matrix_rate": .number(matrixRate), "momentum": .number(momentum),
                "weight_decay": .number(weightDecay),
            ]
        ) { parameters, learningRate in
            // The rate at the time of making: this is a ratio of the two, and the other one may have changed.
            Muon(
                parameters, rateRatio: matrixRate / learningRate, momentum: momentum, beta2: 0.999,
                weightDecay: weightDecay)
        }
    }

    private static func betas(_ beta1: Double, _ beta2: Double, _ weightDecay: Double) -> JSONObject {
        ["beta1": .number(beta1), "beta2": .number(beta2), "weight_decay": .number(weightDecay)]
    }

    /// The names that `init(named:learningRate:)` takes.
    public static let names = [
        "sgd", "momentum", "nesterov", "adam", "adamw", "nadam", "adamax", "rmsprop", "adagrad", "adadelta",
        "lion", "muon",
    ]

    /// The optimizer of this name with its defaults; `momentum` and `nesterov` are SGD with momentum 0.9.
    ///
    /// - Parameter learningRate: the optimizer's own default if nil.
    /// - Throws: `OptimizerError` if there is none of this name.
    public init(named name: String, learningRate: Double? = nil) throws {
        let choices: [String: (Double?) -> OptimizerChoice] = [
            "sgd": { .sgd(learningRate: $0 ?? 1e-2) },
            "momentum": { .sgd(learningRate: $0 ?? 1e-2, momentum: 0.9) },
            "nesterov": { .sgd(learningRate: $0 ?? 1e-2, momentum: 0.9, nesterov: true) },
            "adam": { .adam(learningRate: $0 ?? 1e-3) }, "adamw": { .adamW(learningRate: $0 ?? 1e-3) },
            "nadam": { .nAdam(learningRate: $0 ?? 2e-3) },
            "adamax": { .adaMax(learningRate: $0 ?? 2e-3) },
            "rmsprop": { .rmsProp(learningRate: $0 ?? 1e-2) },
            "adagrad": { .adagrad(learningRate: $0 ?? 1e-2) },
            "adadelta": { .adadelta(learningRate: $0 ?? 1) }, "lion": { .lion(learningRate: $0 ?? 1e-4) },
            "muon": { .muon(learningRate: $0 ?? 1e-3) },
        ]
        guard let choice = choices[name.lowercased()] else { throw OptimizerError.unknown(name) }
        self = choice(learningRate)
    }
}

/// Why an optimizer cannot be made.
public enum OptimizerError: UserError, Equatable {
    case unknown(String)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .unknown(let name):
            "no optimizer is named \(quoted(name)); there are \(OptimizerChoice.names.joined(separator: ", "))"
        }
    }
}
