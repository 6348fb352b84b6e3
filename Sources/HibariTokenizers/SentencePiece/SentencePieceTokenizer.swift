import HibariSupport

/// The tokenizer of a SentencePiece `.model` file, with the same ids as SentencePiece itself gives.
///
/// - Throws: `BinaryFileError` with the place in the file; `TokenizerError`; an error of reading.
public func loadSentencePieceTokenizer(path: String) throws -> PipelineTokenizer {
    let file = try SentencePieceModelFile(path: path)
    let vocabulary = Vocabulary(file.pieces.map(\.text))
    let userDefined = file.pieces.indices.filter { file.pieces[$0].kind == .userDefined }
    let userDefinedTrie =
        userDefined.isEmpty ? nil : ByteTrie(userDefined.map { (file.pieces[$0].text[...], Int32($0)) })
    var map: CharacterMap?
    if !file.characterMap.isEmpty {
        var problem = ""
        map = CharacterMap(file.characterMap[...], problem: &problem)
        if map == nil {
            throw TokenizerError.invalidFile(path: path, problem: "the precompiled_charsmap \(problem)")
        }
    }
    guard let unknown = file.pieces.firstIndex(where: { $0.kind == .unknown }) else {
        throw TokenizerError.invalidFile(path: path, problem: "there is no piece for what is unknown")
    }
    let byteIDs = file.fallsBackToBytes ? vocabulary.byteIDs : nil
    let model: any TokenModel =
        switch file.algorithm {
        case .unigram: unigram(file, unknown: Int32(unknown), byteIDs: byteIDs)
        case .bpe:
            ScoredBPEModel(
                vocabulary: vocabulary,
                isMatched: file.pieces.map { [.normal, .userDefined, .unused].contains($0.kind) },
                scores: file.pieces.map(\.score),
                options: ScoredBPEModel.Options(
                    unknown: Int32(unknown), byteIDs: byteIDs, userDefined: userDefinedTrie,
                    unused: Set(
                        file.pieces.indices.lazy.filter { file.pieces[$0].kind == .unused }.map { Int32($0) })
                ))
        }
    let isControl = file.pieces.map { $0.kind == .control }
    return PipelineTokenizer(
        kind: file.algorithm == .unigram ? "unigram" : "bpe",
        stages: PipelineTokenizer.Stages(
            normalizer: SentencePieceNormalizer(
                map: map, userDefined: userDefinedTrie, addsDummyPrefix: file.addsDummyPrefix,
                removesExtraSpaces: file.removesExtraSpaces, escapesSpaces: file.escapesSpaces),
            model: model,
            decoder: SentencePieceDecoder(
                unknown: file.pieces[unknown].text, unknownSurface: file.unknownSurface,
                addsDummyPrefix: file.addsDummyPrefix, removesExtraSpaces: file.removesExtraSpaces),
            tokens: vocabulary.tokens,
            isSpecial: isControl,
            addedTokens: AddedTokenFinder(
                controlTokens: isControl.indices.filter { isControl[$0] }, of: vocabulary.tokens),
            endOfText: isControl.indices.contains(file.endOfSentence) && isControl[file.endOfSentence]
                ? file.endOfSentence : nil,
            tokenizerJSON: { sentencePieceTokenizerJSON(file) }))
}

private func unigram(_ file: SentencePieceModelFile, unknown: Int32, byteIDs: [Int32]?) -> UnigramModel {
    let normal = file.pieces.lazy.filter { $0.kind == .normal }.map(\.score)
    let (lowest, highest) = (normal.min() ?? 0, normal.max() ?? 0)
    var matched: [(bytes: ArraySlice<UInt8>, value: Int32)] = []
    var scores: [Double] = []
    scores.reserveCapacity(file.pieces.count)
    for (id, piece) in file.pieces.enumerated() {
        // A user-defined token outdoes whatever else could stand in its place.
        scores.append(
            piece.kind == .userDefined
                ? Double(Float(piece.text.count) * highest) - 0.1 : Double(piece.score))
        if piece.kind == .normal || piece.kind == .userDefined {
            matched.append((piece.text[...], Int32(id)))
        }
    }
    return UnigramModel(
        trie: ByteTrie(matched), scores: scores,
        options: UnigramModel.Options(
            unknown: unknown, byteIDs: byteIDs, lowestScore: Double(lowest), roundsScores: true))
}
