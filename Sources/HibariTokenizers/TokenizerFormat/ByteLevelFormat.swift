import HibariSupport

/// Byte-level byte-pair tokenizers as `tokenizer.json`.
///
/// The library's ByteLevel step maps each byte to a printable character (`ByteAlphabet`). The model's
/// vocabulary maps that character to the byte's id; merges make longer words of neighbors.
enum ByteLevelFormat {
    /// The file of the bytes tokenizer: no cuts, no merges.
    static let bytesTokenizerJSON = tokenizerJSON(
        of: BPEVocabulary(
            tokens: bytesTokens, merges: [], specialTokens: [SpecialToken(endOfTextMarker, id: 256)],
            endOfText: endOfTextMarker, preTokenization: .whole))

    private static let bytesTokens: TokenTable = {
        var tokens = TokenTable()
        for byte in UInt8.min...UInt8.max { tokens.append([byte].span) }
        return tokens
    }()

    static func tokenizerJSON(of tokenizer: BPETokenizer) -> JSONValue {
        tokenizerJSON(of: tokenizer.vocabulary)
    }

    private static func tokenizerJSON(of vocabulary: BPEVocabulary) -> JSONValue {
        let special = Dictionary(vocabulary.specialTokens.map { ($0.id, $0.content) }) { first, _ in first }
        var words = JSONObject()
        var spelled: [JSONValue] = []
        for id in 0..<vocabulary.count {
            let bytes = id < vocabulary.tokens.count ? vocabulary.tokens[id] : []
            let word = special[id] ?? ByteAlphabet.word(bytes)
            spelled.append(.string(word))
            if !word.isEmpty { words[word] = .integer(id) }
        }
        return tokenizerFile(
            specialTokens: vocabulary.specialTokens,
            preTokenizer: PreTokenizationFormat.json(vocabulary.preTokenization),
            postProcessor: TemplateFormat.json(vocabulary),
            decoder: PreTokenizationFormat.byteLevel(vocabulary),
            model: [
                "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
                "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
                "ignore_merges": .bool(vocabulary.keepsWholeTokens),
                "vocab": .object(words),
                "merges": .array(
                    vocabulary.listedMerges.map { [spelled[Int($0.left)], spelled[Int($0.right)]] }),
            ])
    }

    /// Whether a file is of this kind: other byte-pair tokenizers do not cut bytes.
    static func matches(_ file: TokenizerFile) -> Bool {
        let step = file.root["pre_tokenizer"]
        return step?["type"] == "ByteLevel"
            || (step?["pretokenizers"]?.array ?? []).contains { $0["type"] == "ByteLevel" }
    }

    /// Reads a file of this kind. What decides about ids and is not known here is refused by name.
    ///
    /// - Parameter file: without a normalizer; one that has it is read by taking it out and normalizing first.
    static func load(_ file: TokenizerFile) throws(TokenizerError) -> any Tokenizer {
        if file.root["model"]?["merges"] == [], file.equals(bytesTokenizerJSON) { return ByteTokenizer() }
        try file.check(members: [
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor", "decoder", "model",
        ])
        for name in ["truncation", "padding", "normalizer"] { try file.check(name, equals: .null) }
        let preTokenization = try PreTokenizationFormat.read(file)
        guard file.root["decoder"]?["type"] == "ByteLevel" else {
            throw file.unsupported("decoder", file.root["decoder"])
        }
        try checkModel(file)
        let specialTokens = try file.addedTokens()
        guard let words = file.root["model"]?["vocab"]?.object else {
            throw .invalidFile(path: file.path, problem: "model.vocab is not an object")
        }
        var list = try BytePairList(
            path: file.path, component: "model.vocab", words: words, specialTokens: specialTokens)
        try readMerges(file, into: &list)
        var vocabulary = BPEVocabulary(
            tokens: list.tokens, merges: list.merges, specialTokens: specialTokens,
            endOfText: file.endOfText(specialTokens), preTokenization: preTokenization,
            keepsWholeTokens: file.root["model"]?["ignore_merges"] == true)
        try TemplateFormat.read(file, into: &vocabulary)
        return try BPETokenizer(vocabulary)
    }

    /// Refuses settings of the model that change ids.
    ///
    /// What is done with unknown characters does not matter: all bytes are known.
    private static func checkModel(_ file: TokenizerFile) throws(TokenizerError) {
        let model = file.root["model"]?.object ?? JSONObject()
        for (key, value) in model {
            let isIdle =
                switch key {
                case "type", "vocab", "merges", "unk_token", "fuse_unk": true
                case "dropout": value.isNull || value.double == 0
                case "continuing_subword_prefix", "end_of_word_suffix": value.isNull || value == ""
                case "byte_fallback": value == false
                case "ignore_merges": value.bool != nil
                default: false
                }
            if !isIdle { throw file.unsupported("model.\(key)", value) }
        }
    }

    private static func readMerges(_ file: TokenizerFile, into list: inout BytePairList)
        throws(TokenizerError)
    {
        guard let entries = file.root["model"]?["merges"]?.array else {
            throw .invalidFile(path: file.path, problem: "model.merges is not a list")
        }
        for (index, entry) in entries.enumerated() {
            var place: String { "model.merges[\(index)]" }
            if let pair = entry.array, pair.count == 2, let left = pair[0].string, let right = pair[1].string
            {
                try list.append(left, right, place: place)
            } else if let text = entry.string, let pair = splitMerge(text) {
                try list.append(pair.left, pair.right, place: place)
            } else {
                throw .invalidFile(path: file.path, problem: "\(place) is \(describe(entry)), not two words")
            }
        }
    }
}

/// Two words with one space between them, as merges were written first.
func splitMerge(_ line: String) -> (left: String, right: String)? {
    guard let space = line.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    let (left, right) = (line[..<space], line[line.utf8.index(after: space)...])
    if left.isEmpty || right.isEmpty || right.utf8.contains(UInt8(ascii: " ")) { return nil }
    return (String(left), String(right))
}
