import HibariData
import HibariModels
import HibariSupport
import HibariTensor
import HibariTokenizers

/// A tokenized corpus, cut into what a run learns from and what it is measured on.
public struct TrainingText {
    public let summary: CorpusSummary
    public let trainingTokens: Int
    public let validationTokens: Int
    /// Micro-batches of the training text.
    public let batches: TrainingBatches
    private let recipe: TrainingRecipe
    private let windows: EvaluationWindows?
    private let heldOutText: TokenizedCorpus
    /// Of the text of its own that is held out, if there is one.
    private let validationHash: String?

    /// Reads and encodes the text.
    ///
    /// - Parameters:
    ///   - validationPath: a text of its own to hold out; nil for `validationFraction` of `input` at its end.
    ///   - context: tokens of a sequence.
    init(
        _ input: CorpusInput, tokenizer: any Tokenizer, textKey: String, validationPath: String?,
        validationFraction: Double, recipe: TrainingRecipe, context: Int
    ) throws {
        self.recipe = recipe
        let text = try TokenizedCorpus(input, tokenizer: tokenizer)
        summary = text.summary
        let (training, heldOut): (TokenSlice, TokenSlice)
        if let validationPath {
            heldOutText = try TokenizedCorpus(
                try CorpusInput(paths: [validationPath], textKey: textKey), tokenizer: tokenizer)
            validationHash = heldOutText.summary.sha256
            (training, heldOut) = (text.all, heldOutText.all)
        } else {
            heldOutText = text
            validationHash = nil
            (training, heldOut) = try text.split(validationFraction: validationFraction)
        }
        trainingTokens = training.count
        validationTokens = heldOut.count
        batches = try TrainingBatches(
            tokens: training, batchSize: recipe.effectiveMicroBatch, contextLength: context, seed: recipe.seed
        )
        let hasValidation = validationPath != nil || validationFraction > 0
        windows =
            hasValidation
            ? try EvaluationWindows(
                tokens: heldOut, batchSize: max(1, 4096 / context), contextLength: context) : nil
    }

    /// What one pass over the training text takes.
    public var stepsPerEpoch: Double { Double(batches.windowsPerEpoch) / Double(recipe.batch) }

    /// Next-token prediction on it.
    ///
    /// - Parameters:
    ///   - parameters: what is trained; nil for all of the model.
    ///   - save: writes the model; nil for a Hugging Face folder.
    func task(
        _ model: any LanguageModel, _ tokenizer: any Tokenizer, parameters: [Parameter]? = nil,
        save: ((_ folder: String) throws -> Void)? = nil
    ) -> LanguageModelTask {
        LanguageModelTask(
            model: model, tokenizer: tokenizer, batches: batches, validation: windows,
            validationBytes: heldOutText.byteCount(of:), evaluationBatches: recipe.evaluationLimit,
            seed: recipe.seed, labelSmoothing: recipe.labelSmoothing, recompute: recipe.recompute,
            parameters: parameters, save: save)
    }

    /// What run.json says of it.
    var json: JSONValue {
        [
            "documents": .integer(summary.documentCount), "bytes": .integer(summary.byteCount),
            "sha256": .string(summary.sha256), "training_tokens": .integer(trainingTokens),
            "validation_tokens": .integer(validationTokens), "validation_sha256": optional(validationHash),
        ]
    }

    /// Throws unless the text is that of `saved`, the same part of a run.json.
    func checkUnchanged(since saved: JSONValue?, _ run: RunDirectory) throws(RunError) {
        try run.checkUnchanged("corpus", saved?["sha256"], summary.sha256)
        try run.checkUnchanged("validation text", saved?["validation_sha256"], validationHash)
    }
}
