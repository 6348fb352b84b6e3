import HibariChat
import HibariModels
import HibariSupport
import HibariTensor

/// Answers to learn from a file of examples.
public struct InstructionSource: FineTuningSource {
    /// JSON lines, or a JSON array.
    public var path: String
    /// A built-in template, `model` or a file in Jinja; nil to decide.
    public var template: String?
    public var validationFraction = 0.1
    public var validationPath: String?
    /// Fills every micro-batch to as many tokens, instead of taking so many examples.
    public var packs = false
    /// All tokens, not only those of the assistant.
    public var learnsAll = false

    public init(_ path: String) { self.path = path }

    public var settings: [(key: String, value: JSONValue)] {
        [
            ("data", .string(path)), ("template", optional(template)),
            ("val-fraction", .number(validationFraction)), ("val", optional(validationPath)),
            ("packing", .bool(packs)), (learnsAll ? "all-tokens" : "assistant-only", true),
        ]
    }

    public var contextOption: String { "max-length" }

    public func validate() throws { try requireShare("val-fraction", validationFraction) }

    /// The template of a model's examples.
    public func templateChoice(_ base: LoadedModel) throws -> ChatTemplateChoice {
        try ChatTemplateChoice(
            template, own: base.text.chatTemplate, model: base.path, tokenizer: base.tokenizer,
            beginning: base.text.beginningToken)
    }

    public func read(
        for base: LoadedModel, _ recipe: TrainingRecipe, context: Int
    ) throws -> any FineTuningData {
        if recipe.labelSmoothing > 0 {
            throw ConfigurationError.doesNotApply(
                name: "label-smoothing", to: "answers, which are learned as they are")
        }
        let choice = try templateChoice(base)
        let heldOut: HeldOutExamples =
            validationPath.map { .file($0) } ?? (validationFraction > 0 ? .share(validationFraction) : .none)
        let format = InstructionFormat(
            template: choice.template, tokenizer: base.tokenizer, contextLength: context,
            beginning: base.text.addsBeginning ? base.text.beginningToken : nil, learnsAll: learnsAll)
        let instructions = try InstructionData(path: path, heldOut: heldOut, format)
        let size = recipe.effectiveMicroBatch
        let batches = try InstructionBatches(
            instructions.training, packing: packs ? .tokens(size * context) : .examples(size),
            seed: recipe.seed)
        return InstructionRunData(
            instructions: instructions, choice: choice, batches: batches, recipe: recipe)
    }
}

/// The examples of a run of `InstructionSource`.
public struct InstructionRunData: FineTuningData {
    public let instructions: InstructionData
    public let choice: ChatTemplateChoice
    let batches: InstructionBatches
    let recipe: TrainingRecipe

    public var record: (key: String, value: JSONValue) { ("instructions", instructions.json) }
    public var notes: [String] { choice.warnings + instructions.notes }

    public var summary: String {
        let training = instructions.training
        return "\(counted(training.sequences.count, "example")) (\(instructions.shape.rawValue)): "
            + "\(abbreviated(Double(training.trainedCount))) of \(abbreviated(Double(training.tokenCount))) tokens "
            + "learned, \(instructions.heldOut?.sequences.count ?? 0) held out; template: \(choice.reason)"
    }

    public var stepsPerEpoch: Double { Double(batches.batchCount(epochs: 1)) / Double(recipe.accumulation) }
    public var tokensPerStep: Double { Double(instructions.training.tokenCount) / stepsPerEpoch }
    public var tokensAtOnce: Int { batches.packing.mostTokens(longest: instructions.training.longest) }
    public var heldOutUnits: Int { instructions.heldOut?.trainedCount ?? 0 }

    public func checkUnchanged(since description: JSONValue, _ run: RunDirectory) throws {
        let saved = description["instructions"]
        try run.checkUnchanged("examples", saved?["training"]?["sha256"], instructions.training.sha256)
        try run.checkUnchanged(
            "held-out examples", saved?["held_out"]?["sha256"], instructions.heldOut?.sha256)
    }

    public func task(
        _ base: LoadedModel, parameters: [Parameter], save: @escaping (_ folder: String) throws -> Void
    ) -> any TrainingTask {
        InstructionTask(
            model: base.model, parameters: parameters, batches: batches, heldOut: instructions.heldOut,
            evaluationBatches: recipe.evaluationLimit, seed: recipe.seed, recompute: recipe.recompute,
            save: save)
    }
}
