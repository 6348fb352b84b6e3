import HibariSupport
import HibariTokenizers

extension TextConventions {
    /// What a llama.cpp model says of its text, and what llama.cpp assumes where it says nothing.
    ///
    /// - Throws: `ConfigurationError` for values of the wrong kind.
    init(gguf file: GGUFFile, _ tokenizer: any Tokenizer) throws(ConfigurationError) {
        let isScored = file["tokenizer.ggml.model"]?.string == "llama"
        func id(_ key: String, missing: Int32?) throws(ConfigurationError) -> Int32? {
            guard let value = file["tokenizer.ggml." + key] else { return missing }
            guard let id = value.int, (0..<tokenizer.vocabularySize).contains(id) else {
                throw .unsupportedKey(
                    path: file.path, key: "tokenizer.ggml." + key, value: value.summary,
                    supported: "an id below \(tokenizer.vocabularySize)")
            }
            return Int32(id)
        }
        let hasDefaults = isScored && tokenizer.vocabularySize > 2
        let beginning = try id("bos_token_id", missing: hasDefaults ? 1 : nil)
        var ends = [try id("eos_token_id", missing: hasDefaults ? 2 : nil)]
        ends.append(try id("eot_token_id", missing: nil))
        ends.append(try id("eom_token_id", missing: nil))
        ends += tokenizer.specialTokens.filter { Self.endOfTurnSpellings.contains($0.content) }.map {
            Int32($0.id)
        }
        let addsBeginning: Bool
        switch file["tokenizer.ggml.add_bos_token"] {
        case nil:
            let pre = file["tokenizer.ggml.pre"]?.string
            addsBeginning = isScored || pre.map { Self.preTokenizersThatBegin.contains($0) } ?? false
        case .bool(let flag)?: addsBeginning = flag
        case let value?:
            throw .unsupportedKey(
                path: file.path, key: "tokenizer.ggml.add_bos_token", value: value.summary,
                supported: "true or false")
        }
        self.init(
            chatTemplate: file["tokenizer.chat_template"]?.string, beginningToken: beginning,
            addsBeginning: addsBeginning, endTokens: distinct(ends.compactMap { $0 }))
    }

    /// Tokens at which llama.cpp ends what a model writes, whatever the file says.
    /// Source: `special_eog_ids` in llama.cpp, src/llama-vocab.cpp.
    static let endOfTurnSpellings: Set<String> = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<end_of_turn>", "<turn|>",
        "<|endoftext|>", "<|end_of_text|>", "<|eom_id|>", "<EOT>", "<end_of_utterance>",
    ]

    /// Names of pre-tokenizers for which llama.cpp adds the beginning unless told otherwise.
    private static let preTokenizersThatBegin: Set<String> = [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
        "jina-v5-nano", "tekken", "chameleon",
    ]
}

/// The elements without repetitions, in the order in which they first come.
func distinct(_ ids: [Int32]) -> [Int32] {
    ids.enumerated().filter { !ids[..<$0.offset].contains($0.element) }.map(\.element)
}
