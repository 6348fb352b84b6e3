import HibariSupport

/// The bytes and BPE tokenizers as `tokenizer.json`: byte-level BPE, for bytes without merges.
///
/// The library's ByteLevel step maps each byte to a printable character. The model's vocabulary maps that
/// character to the byte's value; merges make longer words of neighbors.
enum ByteLevelFormat {
    static let bytesTokenizerJSON = tokenizerJSON(words: byteWords, merges: [], splitsIntoWords: false)

    static func tokenizerJSON(of tokenizer: BPETokenizer) -> JSONValue {
        tokenizerJSON(
            words: (0..<tokenizer.merges.count + 256).map { word(tokenizer.bytes(of: $0)) },
            merges: tokenizer.merges, splitsIntoWords: true)
    }

    /// - Parameters:
    ///   - words: the vocabulary by id; `<|endoftext|>` follows.
    ///   - splitsIntoWords: whether the pattern of GPT-2 cuts the text before it is encoded.
    private static func tokenizerJSON(
        words: [String], merges: [TokenPair], splitsIntoWords: Bool
    ) -> JSONValue {
        var vocabulary = JSONObject(words.enumerated().map { (key: $0.element, value: .integer($0.offset)) })
        vocabulary[endOfTextMarker] = .integer(words.count)
        let byteLevel = byteLevel(splitsIntoWords: splitsIntoWords)
        return tokenizerFile(
            endOfText: words.count, preTokenizer: byteLevel, decoder: byteLevel,
            model: [
                "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
                "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
                "ignore_merges": false,
                "vocab": .object(vocabulary),
                "merges": .array(
                    merges.map { [.string(words[Int($0.left)]), .string(words[Int($0.right)])] }),
            ])
    }

    /// Nothing added in front.
    private static func byteLevel(splitsIntoWords: Bool) -> JSONValue {
        [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false,
            "use_regex": .bool(splitsIntoWords),
        ]
    }

    /// Reads a file of exactly one of these two forms; bytes is the one that neither splits nor merges.
    static func load(_ file: TokenizerFile) throws(TokenizerError) -> any Tokenizer {
        if file.root["model"]?["merges"] == [], file.root["pre_tokenizer"]?["use_regex"] == false {
            try file.check(equals: bytesTokenizerJSON)
            return ByteTokenizer()
        }
        // First, because this is what tells the tokenizers of other models apart.
        try file.check("pre_tokenizer", equals: byteLevel(splitsIntoWords: true))
        let tokenizer = BPETokenizer(merges: try merges(of: file))
        try file.check(equals: tokenizerJSON(of: tokenizer))
        return tokenizer
    }

    /// The merges, after checking that they make the words of the vocabulary in the order of their ids.
    private static func merges(of file: TokenizerFile) throws(TokenizerError) -> [TokenPair] {
        let vocabulary = try file.vocabulary()
        guard let entries = file.root["model"]?["merges"]?.array else {
            throw .invalidFile(path: file.path, problem: "model.merges is not a list")
        }
        guard vocabulary.count == entries.count + BPETokenizer.minimumVocabularySize,
            vocabulary.last == endOfTextMarker
        else {
            throw .unsupportedComponent(
                path: file.path, component: "model.vocab",
                found: "\(vocabulary.count) words, the last \(quoted(vocabulary.last ?? "")), "
                    + "with \(entries.count) merges")
        }
        let words = vocabulary.map { Array($0.utf8) }
        var ids = Dictionary(zip(words.prefix(256), 0 as Int32..<256)) { first, _ in first }
        var merges: [TokenPair] = []
        for (index, entry) in entries.enumerated() {
            let parts = (entry.array ?? []).compactMap { $0.string.map { Array($0.utf8) } }
            guard parts.count == 2, entry.array?.count == 2, let left = ids[parts[0]],
                let right = ids[parts[1]],
                parts[0] + parts[1] == words[256 + index]
            else {
                throw .unsupportedComponent(
                    path: file.path, component: "model.merges[\(index)]",
                    found:
                        "\(describe(entry)), not two earlier words that make \(quoted(vocabulary[256 + index]))"
                )
            }
            merges.append(TokenPair(left, right))
            ids[words[256 + index]] = Int32(256 + index)
        }
        return merges
    }
}

// MARK: Bytes as characters

/// A token's bytes in printable characters.
private func word(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { $0 += byteWords[Int($1)] }
}

/// The printable character for each byte: itself where Latin-1 has one that shows, otherwise the next of
/// those from U+0100 on.
/// Source: `bytes_to_unicode` in GPT-2's encoder.py.
private let byteWords: [String] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
            return String(Unicode.Scalar(byte))
        default:
            defer { next += 1 }
            return Unicode.Scalar(next).map { String($0) } ?? "?"
        }
    }
}()
