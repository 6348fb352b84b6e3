import HibariSupport

/// A SentencePiece model in the form of tokenizer.json.
///
/// The ids are the same but where the Hugging Face library has no equivalent: it applies the character map to
/// grapheme clusters, and has no unused tokens.
func sentencePieceTokenizerJSON(_ file: SentencePieceModelFile) -> JSONValue {
    let tokens = file.pieces.map { String(decoding: $0.text, as: UTF8.self) }
    var added: [JSONValue] = []
    for (id, piece) in file.pieces.enumerated()
    where [.unknown, .control, .userDefined].contains(piece.kind) {
        added.append(addedToken(id, tokens[id], isSpecial: piece.kind != .userDefined))
    }
    var normalizers: [JSONValue] = []
    if !file.characterMap.isEmpty {
        let text = String(decoding: Base64.encode(file.characterMap[...]), as: UTF8.self)
        normalizers.append(["type": "Precompiled", "precompiled_charsmap": .string(text)])
    }
    if file.removesExtraSpaces {
        normalizers.append(replacement("Regex", "\\A +| +\\z", ""))
        normalizers.append(replacement("Regex", " {2,}", " "))
    }
    let mark = file.escapesSpaces ? "▁" : " "
    if file.addsDummyPrefix { normalizers.append(["type": "Prepend", "prepend": .string(mark)]) }
    if file.escapesSpaces { normalizers.append(replacement("String", " ", "▁")) }

    let unknown = file.pieces.firstIndex { $0.kind == .unknown } ?? 0
    let model: JSONValue
    switch file.algorithm {
    case .unigram:
        model = [
            "type": "Unigram", "unk_id": .integer(unknown),
            "vocab": .array(
                zip(tokens, file.pieces).map { [.string($0), .number(Double($1.score))] }),
            "byte_fallback": .bool(file.fallsBackToBytes),
        ]
    case .bpe:
        let isMatched = file.pieces.map { $0.kind == .normal || $0.kind == .unused }
        model = scoredBPEModelJSON(
            file.pieces.map(\.text), scores: file.pieces.map(\.score), isMatched: isMatched,
            unknown: tokens[unknown], fallsBackToBytes: file.fallsBackToBytes)
    }
    return [
        "version": "1.0", "truncation": .null, "padding": .null,
        "added_tokens": .array(added),
        "normalizer": ["type": "Sequence", "normalizers": .array(normalizers)],
        "pre_tokenizer": .null, "post_processor": .null,
        "decoder": spaceMarkDecoderJSON(mark: mark, stripsPrefix: file.addsDummyPrefix),
        "model": model,
    ]
}

/// An entry of `added_tokens`.
func addedToken(_ id: Int, _ content: String, isSpecial: Bool) -> JSONValue {
    [
        "id": .integer(id), "content": .string(content), "single_word": false, "lstrip": false,
        "rstrip": false, "normalized": false, "special": .bool(isSpecial),
    ]
}

/// Byte tokens to bytes, `mark` to spaces, and the first space away if it is the prefix.
func spaceMarkDecoderJSON(mark: String, stripsPrefix: Bool) -> JSONValue {
    var decoders: [JSONValue] = [
        replacement("String", mark, " "), ["type": "ByteFallback"], ["type": "Fuse"],
    ]
    if stripsPrefix { decoders.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
    return ["type": "Sequence", "decoders": .array(decoders)]
}

private func replacement(_ kind: String, _ pattern: String, _ content: String) -> JSONValue {
    ["type": "Replace", "pattern": .object([kind: .string(pattern)]), "content": .string(content)]
}

/// BPE by scores as BPE by a list of merges: every way to put a token together from two, the tokens of the
/// highest score first.
///
/// Source: `SentencePieceExtractor` in transformers, convert_slow_tokenizer.py.
func scoredBPEModelJSON(
    _ tokens: [[UInt8]], scores: [Float], isMatched: [Bool], unknown: String?, fallsBackToBytes: Bool
) -> JSONValue {
    let vocabulary = Vocabulary(tokens)
    func id(_ text: ArraySlice<UInt8>) -> Int32? {
        vocabulary.id(of: text).flatMap { isMatched[Int($0)] ? $0 : nil }
    }
    var merges: [(left: Int32, right: Int32, score: Float)] = []
    for (whole, token) in tokens.enumerated() where isMatched[whole] {
        var parts: [(left: Int32, right: Int32, score: Float)] = []
        for cut in token.indices.dropFirst() where token[cut] & 0xC0 != 0x80 {
            if let left = id(token[..<cut]), let right = id(token[cut...]) {
                parts.append((left, right, scores[whole]))
            }
        }
        merges += parts.sorted { ($0.left, $0.right) < ($1.left, $1.right) }
    }
    let order = merges.indices.sorted {
        merges[$0].score != merges[$1].score ? merges[$0].score > merges[$1].score : $0 < $1
    }
    let names = tokens.map { String(decoding: $0, as: UTF8.self) }
    var words = JSONObject()
    for (id, name) in names.enumerated() { words[name] = .integer(id) }
    return [
        "type": "BPE", "dropout": .null, "unk_token": unknown.map { .string($0) } ?? .null,
        "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": true,
        "byte_fallback": .bool(fallsBackToBytes), "ignore_merges": false,
        "vocab": .object(words),
        "merges": .array(
            order.map { [.string(names[Int(merges[$0].left)]), .string(names[Int(merges[$0].right)])] }),
    ]
}
