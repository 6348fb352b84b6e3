import HibariSupport

/// What a model scores before or after it is fine-tuned.
public struct FineTuneScores: Sendable, Equatable {
    /// On the held-out data; nil without any.
    public var heldOut: Evaluation?
    /// On the text that the model should not forget.
    public var base: Evaluation?

    init(heldOut: Evaluation?, base: Evaluation?) {
        self.heldOut = heldOut
        self.base = base
    }

    /// As run.json has it; a score that is not there is null.
    var json: JSONValue {
        func json(_ evaluation: Evaluation?) -> JSONValue {
            guard let evaluation else { return .null }
            return [
                "loss": .number(evaluation.loss), "bits_per_byte": optional(evaluation.bitsPerByte),
                "standard_error": optional(evaluation.standardError), "units": .integer(evaluation.units),
            ]
        }
        return ["held_out": json(heldOut), "base_corpus": json(base)]
    }

    init(json: JSONValue?) {
        func evaluation(_ json: JSONValue?) -> Evaluation? {
            guard let json, let loss = json["loss"]?.double else { return nil }
            return Evaluation(
                loss: loss, bitsPerByte: json["bits_per_byte"]?.double,
                standardError: json["standard_error"]?.double, units: json["units"]?.int ?? 0)
        }
        self.init(heldOut: evaluation(json?["held_out"]), base: evaluation(json?["base_corpus"]))
    }
}

/// How a fine-tuning run ended.
public struct FineTuneResult: Sendable {
    public var training: TrainingResult
    public var before: FineTuneScores
    /// Of the weights after the last step; nil if the run was stopped before.
    public var after: FineTuneScores?
    /// The step whose weights are published: the best on the held-out data; nil without any.
    public var publishedStep: Int?
}
