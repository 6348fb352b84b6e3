import HibariSupport

/// The bytes tokenizer as `tokenizer.json`: byte-level BPE without merges.
///
/// The library's ByteLevel step maps each byte to a printable character; the model's vocabulary maps that
/// character to the byte's value, and, there being no merges, leaves it at that.
enum ByteTokenizerFormat {
    static let tokenizerJSON: JSONValue = {
        var vocabulary = JSONObject()
        for (byte, character) in byteCharacters.enumerated() {
            vocabulary[String(character)] = .integer(byte)
        }
        vocabulary[endOfTextMarker] = 256
        return tokenizerFile(
            endOfText: 256, preTokenizer: byteLevel, decoder: byteLevel,
            model: [
                "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": .null,
                "end_of_word_suffix": .null, "fuse_unk": false, "byte_fallback": false,
                "ignore_merges": false,
                "vocab": .object(vocabulary), "merges": [],
            ])
    }()

    /// Nothing added in front, no splitting into words.
    private static let byteLevel: JSONValue = [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false,
    ]

    /// The printable character for each byte: itself where Latin-1 has one that shows, otherwise the next of
    /// those from U+0100 on.
    /// Source: `bytes_to_unicode` in GPT-2's encoder.py.
    private static let byteCharacters: [Character] = {
        var next: UInt32 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return Character(Unicode.Scalar(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next).map(Character.init) ?? "?"
            }
        }
    }()

    /// Reads a file of exactly this form.
    static func load(_ file: TokenizerFile) throws(TokenizerError) -> ByteTokenizer {
        try file.check(equals: tokenizerJSON)
        return ByteTokenizer()
    }
}
