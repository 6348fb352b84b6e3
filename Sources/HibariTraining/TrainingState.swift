import HibariSupport

/// state.json of a checkpoint: where the run stands. Random streams and the order of the data follow from the
/// step.
struct TrainingState: Equatable {
    /// A callback with what it remembers.
    struct CallbackState: Equatable {
        var type: String
        var state: JSONValue
    }

    /// Steps done.
    var step = 0
    var totalSteps = 0
    /// Training time over all sessions of the run.
    var seconds = 0.0
    /// Of what is monitored, the loss if nothing else is.
    var bestScore: Double?
    /// Whether this checkpoint was the best when it was written.
    var isBest = false
    var metricsBytes = 0
    var optimizerSteps = 0
    /// Kernels and matrix product that made the numbers; others give other last bits.
    var kernels = ""
    var gemm = ""
    /// Why a callback ended the run; nil if none did.
    var stopReason: String?
    var learningRateScale = 1.0
    var task = JSONValue.null
    var callbacks: [CallbackState] = []

    var json: JSONValue {
        [
            "step": .integer(step), "total_steps": .integer(totalSteps), "seconds": .number(seconds),
            "best_score": bestScore.map { .number($0) } ?? .null, "is_best": .bool(isBest),
            "metrics_bytes": .integer(metricsBytes),
            "optimizer_steps": .integer(optimizerSteps), "kernels": .string(kernels), "gemm": .string(gemm),
            "stop_reason": stopReason.map { .string($0) } ?? .null,
            "learning_rate_scale": .number(learningRateScale), "task": task,
            "callbacks": .array(callbacks.map { ["type": .string($0.type), "state": $0.state] }),
        ]
    }

    init() {}

    init(path: String) throws {
        let json = try JSONValue(contentsOf: path)
        func integer(_ key: String) throws -> Int {
            guard let value = json[key]?.int, value >= 0 else {
                throw RunError.badState(path: path, problem: "the key \(key) is missing or negative")
            }
            return value
        }
        step = try integer("step")
        totalSteps = try integer("total_steps")
        metricsBytes = try integer("metrics_bytes")
        optimizerSteps = try integer("optimizer_steps")
        seconds = json["seconds"]?.double ?? 0
        bestScore = json["best_score"]?.double
        isBest = json["is_best"]?.bool ?? false
        kernels = json["kernels"]?.string ?? ""
        gemm = json["gemm"]?.string ?? ""
        stopReason = json["stop_reason"]?.string
        learningRateScale = json["learning_rate_scale"]?.double ?? 1
        task = json["task"] ?? .null
        callbacks = (json["callbacks"]?.array ?? []).map {
            CallbackState(type: $0["type"]?.string ?? "unknown", state: $0["state"] ?? .null)
        }
    }
}
