import HibariData
import HibariModels
import HibariSupport
import HibariTensor

/// Next-token prediction on a text.
public struct CorpusSource: FineTuningSource {
    public var corpus: [String]
    public var textKey = "text"
    public var validationFraction = 0.1
    public var validationPath: String?

    public init(_ corpus: [String]) { self.corpus = corpus }

    public var settings: [(key: String, value: JSONValue)] {
        [
            ("corpus", .array(corpus.map { .string($0) })), ("text-key", .string(textKey)),
            ("val-fraction", .number(validationFraction)), ("val", optional(validationPath)),
        ]
    }

    public var contextOption: String { "context" }

    public func validate() throws { try requireShare("val-fraction", validationFraction) }

    public func read(
        for base: LoadedModel, _ recipe: TrainingRecipe, context: Int
    ) throws -> any FineTuningData {
        let input = try CorpusInput(paths: corpus, textKey: textKey)
        let text = try TrainingText(
            input, tokenizer: base.tokenizer, textKey: textKey, validationPath: validationPath,
            validationFraction: validationFraction, recipe: recipe, context: context)
        return CorpusData(text: text, recipe: recipe, context: context)
    }
}

private struct CorpusData: FineTuningData {
    let text: TrainingText
    let recipe: TrainingRecipe
    let context: Int

    var record: (key: String, value: JSONValue) { ("corpus", text.json) }
    var notes: [String] { [] }

    var summary: String {
        "\(abbreviatedBytes(Double(text.summary.byteCount))) in \(counted(text.summary.documentCount, "document")): "
            + "\(abbreviated(Double(text.trainingTokens))) tokens to train on, "
            + "\(abbreviated(Double(text.validationTokens))) held out"
    }

    var stepsPerEpoch: Double { text.stepsPerEpoch }
    var tokensPerStep: Double { Double(recipe.batch * context) }
    var tokensAtOnce: Int { text.batches.tokensPerBatch }
    var heldOutUnits: Int { text.validationTokens }

    func checkUnchanged(since description: JSONValue, _ run: RunDirectory) throws {
        try text.checkUnchanged(since: description["corpus"], run)
    }

    func task(
        _ base: LoadedModel, parameters: [Parameter], save: @escaping (_ folder: String) throws -> Void
    ) -> any TrainingTask {
        text.task(base.model, base.tokenizer, parameters: parameters, save: save)
    }
}
