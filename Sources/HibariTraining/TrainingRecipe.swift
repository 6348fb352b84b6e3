import HibariModels
import HibariNN
import HibariOptimizers
import HibariSupport

/// How long a run lasts.
public enum Horizon: Sendable, Equatable {
    case steps(Int)
    case tokens(Int)
    case epochs(Double)
    /// Wall-clock; a probe of the training speed turns it into steps before the run starts.
    case minutes(Double)
}

/// What all runs of language models choose: how much at once, how long, how the weights move, and what is looked at
/// and saved on the way. The defaults are those of pretraining.
public struct TrainingRecipe: Sendable, Equatable {
    /// Sequences of a step.
    public var batch = 16
    public var microBatch: Int?
    /// Activations that the backward pass computes again instead of keeping.
    public var recompute = Recompute.none
    public var horizon = Horizon.steps(2000)

    public var optimizer = OptimizerKind.adamw
    public var learningRate = 1e-3
    /// Muon's peak rate, of the hidden matrices. This and the next are nil for the optimizer's default.
    public var muonLearningRate: Double?
    public var muonMomentum: Double?
    public var beta1: Double?
    public var beta2: Double?
    public var minimumLearningRate: Double?
    public var warmup: Int?
    public var schedule = LearningRateSchedule.Shape.cosine
    /// Nil for the optimizer's default.
    public var weightDecay: Double?
    /// Of the run, for the wsd schedule; nil for its default.
    public var decayShare: Double?
    public var clip = 1.0
    /// How much the average of the weights keeps of itself at each step; 0 for no average.
    public var ema = 0.0
    public var labelSmoothing = 0.0

    public var evaluateEvery = 250
    /// 0 for all of the held-out text.
    public var evaluationBatches = 16
    public var sampleEvery = 0
    public var samplePrompt = ""
    public var logEvery = 10
    public var saveEvery = 0
    public var keep = 2
    public var seed: UInt64 = 1

    public init() {}

    /// Sequences of one forward pass.
    public var effectiveMicroBatch: Int { microBatch ?? batch }

    /// Micro-batches of a step.
    var accumulation: Int { batch / effectiveMicroBatch }

    /// Batches of an evaluation on the way; nil for all.
    var evaluationLimit: Int? { evaluationBatches == 0 ? nil : evaluationBatches }

    /// Checks every number.
    func validate() throws(ConfigurationError) {
        try requirePositive("batch", batch)
        if batch > 1 << 24 {
            throw .invalidValue(name: "batch", value: "\(batch)", expected: "at most \(1 << 24)")
        }
        try requirePositive("micro-batch", effectiveMicroBatch)
        if batch % effectiveMicroBatch != 0 {
            throw .notDivisible(name: "batch", value: batch, by: "micro-batch", divisor: effectiveMicroBatch)
        }
        switch horizon {
        case .steps(let count): try requirePositive("steps", count)
        case .tokens(let count): try requirePositive("tokens", count)
        case .epochs(let count): try require("epochs", count, count > 0, "a positive number")
        case .minutes(let count): try require("minutes", count, count > 0, "a positive number")
        }
        try validateOptimizer()
        if let rate = minimumLearningRate {
            try require("min-lr", rate, rate >= 0 && rate <= learningRate, "from 0 to --lr (\(learningRate))")
        }
        try requireNotNegative("warmup", warmup ?? 0)
        try require("weight-decay", appliedWeightDecay, appliedWeightDecay >= 0, "0 or more")
        try require("clip", clip, clip >= 0, "0 (off) or more")
        try requireShare("label-smoothing", labelSmoothing)
        try requireNotNegative("eval-every", evaluateEvery)
        try requireNotNegative("eval-batches", evaluationBatches)
        try requireNotNegative("sample-every", sampleEvery)
        try requirePositive("log-every", logEvery)
        try requireNotNegative("save-every", saveEvery)
        try requirePositive("keep", keep)
    }

    /// Bytes that the blocks keep at least for the backward pass of a micro-batch.
    ///
    /// - Parameters:
    ///   - blocks: those that a gradient passes through.
    ///   - width: C.
    ///   - tokens: of a micro-batch.
    func activationBytes(blocks: Int, width: Int, tokens: Double) -> Double {
        let kept: Double =
            switch recompute {
            case .none: 8
            case .mlp: 4
            case .block: 1
            }
        return 4 * tokens * kept * Double(blocks) * Double(width)
    }
}

extension TrainingRecipe {
    /// Values by the names of their options, as in run.json.
    typealias Settings = [(key: String, value: JSONValue)]

    var batchSettings: Settings {
        let length: (key: String, value: JSONValue) =
            switch horizon {
            case .steps(let count): ("steps", .integer(count))
            case .tokens(let count): ("tokens", .integer(count))
            case .epochs(let count): ("epochs", .number(count))
            case .minutes(let count): ("minutes", .number(count))
            }
        return [
            ("batch", .integer(batch)), ("micro-batch", optional(microBatch)),
            ("recompute", .string(recompute.rawValue)), length,
        ]
    }

    var optimizerSettings: Settings {
        [
            ("optimizer", .string(optimizer.rawValue)), ("lr", .number(learningRate)),
            ("muon-lr", optional(appliedMuonLearningRate)),
            ("muon-momentum", optional(appliedMuonMomentum)), ("beta1", optional(appliedBeta1)),
            ("beta2", optional(appliedBeta2)), ("weight-decay", .number(appliedWeightDecay)),
            ("clip", .number(clip)), ("ema", .number(ema)), ("min-lr", .number(appliedMinimumLearningRate)),
            ("warmup", optional(warmup)), ("schedule", .string(schedule.rawValue)),
            ("decay", optional(appliedDecayShare)), ("label-smoothing", .number(labelSmoothing)),
        ]
    }

    var monitorSettings: Settings {
        [
            ("eval-every", .integer(evaluateEvery)), ("eval-batches", .integer(evaluationBatches)),
            ("sample-every", .integer(sampleEvery)), ("sample-prompt", .string(samplePrompt)),
            ("log-every", .integer(logEvery)), ("save-every", .integer(saveEvery)), ("keep", .integer(keep)),
            ("seed", .unsigned(seed)),
        ]
    }
}

func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
