import HibariSupport

/// Reads any tokenizer.json into a `PipelineTokenizer`.
///
/// - Throws: `TokenizerError` that names the file and the component that is wrong, or that Hibari does not have.
func readPipeline(_ file: TokenizerFile) throws(TokenizerError) -> PipelineTokenizer {
    let root = Component(file: file.path, path: "", value: file.root)
    try root.expectKeys(
        "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
        "decoder", "model")
    // They cut texts and fill them up, which is the business of whoever makes batches.
    for key in ["truncation", "padding"] {
        if let setting = root.optional(key) { throw setting.unsupported() }
    }
    if let version = try root.optionalString("version"), version != "1.0" {
        throw root.member("version").unsupported()
    }

    var added: [AddedToken] = []
    if root.optional("added_tokens") != nil {
        for element in try root.elements("added_tokens") { added.append(try AddedToken(element)) }
    }
    let specialIDs = Set(added.lazy.filter(\.isSpecial).map(\.id))
    let normalizer: (any Normalizer)? = try read(root, "normalizer", readNormalizer)
    let splitter: (any PieceSplitter)? = try read(root, "pre_tokenizer", readSplitter)
    let (kind, model, vocabulary) = try readModel(root.member("model"), file, isSpecial: specialIDs.contains)
    let table = try TokenSpellings(vocabulary, added, root.member("added_tokens"))
    return PipelineTokenizer(
        kind: kind,
        stages: PipelineTokenizer.Stages(
            normalizer: normalizer,
            // Read in any case, for its errors.
            splitter: model is ByteLevelModel ? nil : splitter,
            model: model,
            postProcessor: try read(root, "post_processor") { (component) throws(TokenizerError) in
                try readPostProcessor(component, idLimit: table.tokens.count)
            },
            decoder: try read(root, "decoder", readDecoder) ?? SpaceDecoder(),
            tokens: table.tokens,
            isSpecial: table.isSpecial,
            addedTokens: try AddedTokenFinder(added.filter { !$0.isNormalized }) { $0.content },
            normalizedAddedTokens: try AddedTokenFinder(added.filter(\.isNormalized)) {
                (token) throws(TokenizerError) in
                try normalizer?.normalize(token.content) ?? token.content
            },
            endOfText: table.endOfText(file),
            tokenizerJSON: { file.root }))
}

/// Reads the component `key` with `reader`; nil if there is none.
private func read<Stage>(
    _ root: Component, _ key: String, _ reader: (Component) throws(TokenizerError) -> Stage
) throws(TokenizerError) -> Stage? {
    guard let component = root.optional(key) else { return nil }
    return try reader(component)
}

private func readModel(
    _ component: Component, _ file: TokenizerFile, isSpecial: (Int) -> Bool
) throws(TokenizerError) -> (kind: String, model: any TokenModel, vocabulary: Vocabulary) {
    func vocabulary() throws(TokenizerError) -> Vocabulary {
        Vocabulary(try file.vocabulary().map { Array($0.utf8) })
    }
    switch try component.type {
    case "BPE":
        let model = try RankedBPEModel(component, try vocabulary())
        let byteLevel: (any TokenModel)? = ByteLevelModel(file)
        return ("bpe", byteLevel ?? (model as any TokenModel), model.vocabulary)
    case "WordPiece":
        let model = try WordPieceModel(component, try vocabulary())
        return ("wordpiece", model, model.vocabulary)
    case "Unigram":
        let (model, vocabulary) = try UnigramModel.read(component, isSpecial: isSpecial)
        return ("unigram", model, vocabulary)
    default:
        throw component.member("type").unsupported()
    }
}

/// The spelling of every id, that of the model's tokens and that of the added ones.
private struct TokenSpellings {
    var tokens: [[UInt8]]
    var isSpecial: [Bool]

    /// Ids beyond the vocabulary for each added token, at most: a damaged id must not take all memory.
    private static let longestGap = 1 << 20

    init(
        _ vocabulary: Vocabulary, _ added: [AddedToken], _ component: Component
    ) throws(TokenizerError) {
        tokens = vocabulary.tokens
        isSpecial = [Bool](repeating: false, count: tokens.count)
        for (index, token) in added.enumerated() {
            let limit = vocabulary.count + added.count + Self.longestGap
            guard token.id < limit else {
                throw component.invalid("has the id \(token.id) at [\(index)]; expected one below \(limit)")
            }
            while tokens.count <= token.id {
                tokens.append([])
                isSpecial.append(false)
            }
            if token.id < vocabulary.count, tokens[token.id] != token.content {
                throw component.invalid(
                    "gives the id \(token.id) at [\(index)] to \(quoted(text(token.content))), which model.vocab gives "
                        + "to \(quoted(text(tokens[token.id])))")
            }
            tokens[token.id] = token.content
            isSpecial[token.id] = token.isSpecial
        }
    }

    /// The token between documents: what `file` says, otherwise the special one whose name says so.
    func endOfText(_ file: TokenizerFile) -> Int? {
        let special = tokens.indices.filter { isSpecial[$0] }.map { SpecialToken(text(tokens[$0]), id: $0) }
        let names = [file.endOfText(special), "<|end_of_text|>", "</s>", "<eos>"].compactMap { $0 }
        return names.lazy.compactMap { name in
            special.first { $0.content.utf8.elementsEqual(name.utf8) }?.id
        }.first
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
