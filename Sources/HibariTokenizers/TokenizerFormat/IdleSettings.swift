import HibariSupport

/// `tokenizer.json` with the settings that decide neither ids nor text put to the values that Hibari writes,
/// so that files of other programs with the same meaning are read as well.
///
/// - `trim_offsets` moves offsets only, and a byte-level decoder has no use for its other settings.
/// - A byte-level post-processor moves offsets only; a template of nothing but the sequence adds nothing.
/// - An end-of-text token that is only among the added tokens, with the id after the vocabulary, is as good
///   as one in the vocabulary.
func withoutIdleSettings(_ root: JSONValue) -> JSONValue {
    guard var members = root.object else { return root }
    if members["pre_tokenizer"]?["type"] == "ByteLevel", var step = members["pre_tokenizer"]?.object {
        step["trim_offsets"] = false
        members["pre_tokenizer"] = .object(step)
        if members["decoder"]?["type"] == "ByteLevel" { members["decoder"] = .object(step) }
    }
    if let processor = members["post_processor"], addsNothing(processor) { members["post_processor"] = .null }
    if let added = members["added_tokens"]?.array?.first, added["content"]?.string == endOfTextMarker,
        var model = members["model"]?.object, var vocabulary = model["vocab"]?.object,
        vocabulary[endOfTextMarker] == nil, added["id"]?.int == vocabulary.count
    {
        vocabulary[endOfTextMarker] = added["id"]
        model["vocab"] = .object(vocabulary)
        members["model"] = .object(model)
    }
    return .object(members)
}

private func addsNothing(_ processor: JSONValue) -> Bool {
    if processor["type"] == "ByteLevel" { return true }
    let alone: JSONValue = [["Sequence": ["id": "A", "type_id": 0]]]
    return processor["type"] == "TemplateProcessing" && processor["single"] == alone
}
