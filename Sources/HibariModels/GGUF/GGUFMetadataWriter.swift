import HibariCheckpoint
import HibariNN
import HibariSupport
import HibariTokenizers

extension DecoderConfiguration {
    /// The metadata by which llama.cpp builds the same model.
    ///
    /// - Throws: `ConfigurationError` for what llama.cpp computes otherwise.
    func ggufMetadata() throws(ConfigurationError) -> [(key: String, value: GGUFValue)] {
        let prefix = family.rawValue + "."
        var entries: [(key: String, value: GGUFValue)] = []
        func add(_ key: String, _ size: Int) { entries.append((prefix + key, .uint32(UInt32(size)))) }
        func add(_ key: String, number: Double) { entries.append((prefix + key, .float32(Float(number)))) }
        add("context_length", contextLength)
        add("embedding_length", hiddenSize)
        add("block_count", layerCount)
        add("feed_forward_length", feedForwardSize)
        add("attention.head_count", headCount)
        guard family != .gpt2 else {
            guard activation == .geluTanh else {
                throw .notInGGUF(problem: "GPT-2 with the activation \(activation.rawValue)")
            }
            add("attention.layer_norm_epsilon", number: normEpsilon)
            return entries
        }
        add("attention.head_count_kv", keyValueHeadCount)
        add("attention.key_length", headDim)
        add("attention.value_length", headDim)
        add("attention.layer_norm_rms_epsilon", number: normEpsilon)
        add("rope.freq_base", number: ropeBase)
        add("rope.dimension_count", headDim)
        add("vocab_size", vocabularySize)
        return entries
    }
}

extension TextConventions {
    /// What llama.cpp is to do with text. It knows an end of the text and one of a turn, and by their spelling some more.
    func ggufMetadata() -> [(key: String, value: GGUFValue)] {
        var entries: [(key: String, value: GGUFValue)] = []
        func add(_ key: String, _ id: Int32) {
            entries.append(("tokenizer.ggml.\(key)_token_id", .uint32(UInt32(id))))
        }
        if let beginningToken { add("bos", beginningToken) }
        for (key, id) in zip(["eos", "eot", "eom"], endTokens) { add(key, id) }
        entries.append(("tokenizer.ggml.add_bos_token", .bool(addsBeginning)))
        if let chatTemplate { entries.append(("tokenizer.chat_template", .string(chatTemplate))) }
        return entries
    }
}
