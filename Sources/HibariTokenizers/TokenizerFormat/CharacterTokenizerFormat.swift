import HibariSupport

/// The characters tokenizer as `tokenizer.json`: text split into single characters, each looked up as a word.
///
/// WordLevel is used rather than BPE without merges because it refuses a character that it does not know, as
/// Hibari does; BPE would drop it without a word. The unknown token it insists on having is named but not in
/// the vocabulary.
enum CharacterTokenizerFormat {
    static func tokenizerJSON(of tokenizer: CharacterTokenizer) -> JSONValue {
        var vocabulary = JSONObject()
        for (id, scalar) in tokenizer.scalars.enumerated() {
            vocabulary[String(scalar)] = .integer(id)
        }
        if let id = tokenizer.endOfText { vocabulary[endOfTextMarker] = .integer(id) }
        return tokenizerFile(
            specialTokens: tokenizer.specialTokens,
            // `.` would leave out the line feed, and the flag that changes this differs between regex
            // engines.
            preTokenizer: [
                "type": "Split", "pattern": ["Regex": "[\\s\\S]"], "behavior": "Isolated", "invert": false,
            ],
            decoder: ["type": "Fuse"],
            model: ["type": "WordLevel", "vocab": .object(vocabulary), "unk_token": "<|unknown|>"])
    }

    /// Reads a file of exactly this form.
    static func load(_ file: TokenizerFile) throws(TokenizerError) -> CharacterTokenizer {
        let vocabulary = try file.vocabulary()
        let endOfText = vocabulary.last == endOfTextMarker
        var scalars: [Unicode.Scalar] = []
        for entry in endOfText ? vocabulary.dropLast() : vocabulary[...] {
            guard let scalar = entry.unicodeScalars.first, entry.unicodeScalars.count == 1 else {
                throw .unsupportedComponent(
                    path: file.path, component: "model.vocab", found: "one of words such as \(quoted(entry))")
            }
            scalars.append(scalar)
        }
        let tokenizer = CharacterTokenizer(scalars: scalars, addsEndOfText: endOfText)
        try file.check(equals: tokenizerJSON(of: tokenizer))
        return tokenizer
    }
}
