/// Adds the special tokens that a model wants around a text, such as `[CLS]` and `[SEP]`.
protocol PostProcessor: Sendable {
    func process(_ ids: [Int32]) -> [Int32]
}

/// Reads the post-processor of a tokenizer.json.
///
/// - Parameter idLimit: one more than the greatest id.
/// - Throws: `TokenizerError` that names the component if it is of a kind that Hibari does not have.
func readPostProcessor(_ component: Component, idLimit: Int) throws(TokenizerError) -> any PostProcessor {
    switch try component.type {
    case "TemplateProcessing": try TemplatePostProcessor(component, idLimit: idLimit)
    case "BertProcessing": try BertPostProcessor(component, idLimit: idLimit)
    case "RobertaProcessing": try BertPostProcessor(roberta: component, idLimit: idLimit)
    case "ByteLevel": try ByteLevelPostProcessor(component)
    case "Sequence": try PostProcessorSequence(component, idLimit: idLimit)
    default: throw component.member("type").unsupported()
    }
}
