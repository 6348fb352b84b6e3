import HibariSupport

/// A byte-level BPE and its pre-tokenizer in one: the tokenizer that Hibari has for them, which is faster than the
/// two stages one after the other and gives the same ids.
struct ByteLevelModel: TokenModel {
    private let tokenizer: BPETokenizer

    /// - Parameter file: a tokenizer.json, whose normalizer, added tokens and post-processor are the business of
    ///   the pipeline around the model.
    /// - Returns: nil if its pre-tokenizer and model need the general stages.
    init?(_ file: TokenizerFile) {
        guard var root = withoutIdleSettings(file.root).object else { return nil }
        root["normalizer"] = .null
        root["post_processor"] = .null
        // As control tokens, which text never becomes.
        root["added_tokens"] = .array(
            (root["added_tokens"]?.array ?? []).map { entry in
                guard var token = entry.object else { return entry }
                for flag in ["single_word", "lstrip", "rstrip"] { token[flag] = false }
                token["special"] = true
                return .object(token)
            })
        let plain = TokenizerFile(path: file.path, root: .object(root))
        guard ByteLevelFormat.matches(plain),
            let tokenizer = try? ByteLevelFormat.load(plain) as? BPETokenizer
        else {
            return nil
        }
        self.tokenizer = tokenizer
    }

    func tokenize(_ piece: ArraySlice<UInt8>, into ids: inout [Int32]) throws(TokenizerError) {
        try tokenizer.encode(piece.span) { ids.append($0) }
    }
}
