import HibariSupport

extension GGUFVocabulary {
    /// A vocabulary by scores: SentencePiece's BPE, but with no normalizer.
    func scoredBPETokenizer() throws -> PipelineTokenizer {
        let scores = try array("tokenizer.ggml.scores").floats()
        guard scores.count == tokens.count else {
            throw invalid("tokenizer.ggml.scores", "has \(scores.count) elements for \(tokens.count) tokens")
        }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw invalid("tokenizer.ggml.scores[\(id)]", "is \(scores[id])")
        }
        let vocabulary = Vocabulary(tokens)
        let byteIDs = vocabulary.byteIDs
        let unknown = try tokenID("tokenizer.ggml.unknown_token_id") ?? kinds.firstIndex(of: .unknown)
        if unknown == nil, byteIDs?.contains(-1) != false {
            throw invalid("tokenizer.ggml.tokens", "has neither an unknown token nor all byte tokens")
        }
        let addsPrefix = try flag("tokenizer.ggml.add_space_prefix", missing: true)
        let isMatched = kinds.map { [.normal, .userDefined, .unused].contains($0) }
        let userDefined = kinds.indices.filter { kinds[$0] == .userDefined }
        return PipelineTokenizer(
            kind: "bpe",
            stages: PipelineTokenizer.Stages(
                normalizer: SentencePieceNormalizer(
                    map: nil, userDefined: nil, addsDummyPrefix: addsPrefix, removesExtraSpaces: false,
                    escapesSpaces: true),
                model: ScoredBPEModel(
                    vocabulary: vocabulary, isMatched: isMatched, scores: scores,
                    options: ScoredBPEModel.Options(
                        unknown: unknown.map { Int32($0) }, byteIDs: byteIDs,
                        userDefined: userDefined.isEmpty
                            ? nil : ByteTrie(userDefined.map { (tokens[$0][...], Int32($0)) }))),
                decoder: DecoderSequence([
                    ReplaceDecoder(pattern: SentencePieceNormalizer.mark, content: [UInt8(ascii: " ")]),
                    ByteFallbackDecoder(), FuseDecoder(),
                    StripDecoder(content: [UInt8(ascii: " ")], start: addsPrefix ? 1 : 0, stop: 0),
                ]),
                tokens: tokens,
                isSpecial: kinds.map { $0 == .control || $0 == .unknown },
                addedTokens: AddedTokenFinder(
                    controlTokens: kinds.indices.filter { kinds[$0] == .control }, of: tokens),
                endOfText: try tokenID("tokenizer.ggml.eos_token_id"),
                tokenizerJSON: {
                    tokenizerJSON(
                        scores: scores, isMatched: isMatched, unknown: unknown, addsPrefix: addsPrefix)
                }))
    }

    private func flag(_ key: String, missing: Bool) throws(TokenizerError) -> Bool {
        guard let value = file[key] else { return missing }
        guard let flag = value.bool else { throw invalid(key, "is not true or false") }
        return flag
    }

    private func tokenizerJSON(
        scores: [Float], isMatched: [Bool], unknown: Int?, addsPrefix: Bool
    ) -> JSONValue {
        let names = tokens.map { String(decoding: $0, as: UTF8.self) }
        let added = tokens.indices.filter { [.unknown, .control, .userDefined].contains(kinds[$0]) }
        let prefix: [JSONValue] = addsPrefix ? [["type": "Prepend", "prepend": "▁"]] : []
        let spaces: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": "▁"]
        return [
            "version": "1.0", "truncation": .null, "padding": .null,
            "added_tokens": .array(
                added.map { addedToken($0, names[$0], isSpecial: kinds[$0] != .userDefined) }),
            "normalizer": ["type": "Sequence", "normalizers": .array(prefix + [spaces])],
            "pre_tokenizer": .null, "post_processor": .null,
            "decoder": spaceMarkDecoderJSON(mark: "▁", stripsPrefix: addsPrefix),
            "model": scoredBPEModelJSON(
                tokens, scores: scores, isMatched: isMatched, unknown: unknown.map { names[$0] },
                fallsBackToBytes: true),
        ]
    }
}
