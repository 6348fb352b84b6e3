import HibariSupport

/// A tokenizer in the form of the Hugging Face `tokenizers` library.
public struct HuggingFaceTokenizerFiles: Sendable, Equatable {
    /// `tokenizer.json`: everything that decides about ids and text.
    public var tokenizerJSON: JSONValue
    /// `tokenizer_config.json`: how `transformers` is to use it.
    public var tokenizerConfigJSON: JSONValue

    /// The bytes of `tokenizer.json` as Hibari writes them.
    public var tokenizerBytes: [UInt8] { tokenizerJSON.bytes(pretty: true) + [UInt8(ascii: "\n")] }

    /// The bytes of `tokenizer_config.json` as Hibari writes them.
    public var tokenizerConfigBytes: [UInt8] {
        tokenizerConfigJSON.bytes(pretty: true) + [UInt8(ascii: "\n")]
    }
}

extension Tokenizer {
    /// The SHA-256 of `tokenizer.json` as Hibari writes it, in hexadecimal: two tokenizers with the same hash
    /// give the same ids for every text.
    public var tokenizerHash: String {
        SHA256.hash(huggingFaceFiles(contextLength: nil).tokenizerBytes).hex
    }

    /// Writes `tokenizer.json` and `tokenizer_config.json` into a folder that exists.
    ///
    /// - Parameter contextLength: the model's longest input in tokens, for `model_max_length`.
    public func save(toDirectory directory: String, contextLength: Int? = nil) throws {
        let files = huggingFaceFiles(contextLength: contextLength)
        try writeFileAtomically(joinPath(directory, "tokenizer.json"), files.tokenizerBytes)
        try writeFileAtomically(joinPath(directory, "tokenizer_config.json"), files.tokenizerConfigBytes)
    }
}

/// `tokenizer_config.json` of our tokenizers.
///
/// The class is the one that takes `tokenizer.json` as it is, whatever the architecture of the model beside
/// it.
func tokenizerConfiguration(endOfText: String?, contextLength: Int?) -> JSONValue {
    var members: JSONObject = ["tokenizer_class": "PreTrainedTokenizerFast"]
    if let endOfText {
        members["bos_token"] = .string(endOfText)
        members["eos_token"] = .string(endOfText)
    }
    members["clean_up_tokenization_spaces"] = false
    members["model_max_length"] = contextLength.map { .integer($0) }
    return .object(members)
}

/// The parts of `tokenizer.json` in the order in which the library writes them; what is not given is `null`.
func tokenizerFile(
    specialTokens: [SpecialToken], normalizer: JSONValue = .null, preTokenizer: JSONValue,
    postProcessor: JSONValue = .null, decoder: JSONValue, model: JSONValue
) -> JSONValue {
    let added = specialTokens.sorted { $0.id < $1.id }.map { token in
        [
            "id": .integer(token.id), "content": .string(token.content), "single_word": false,
            "lstrip": false,
            "rstrip": false, "normalized": false, "special": .bool(token.isControl),
        ] as JSONValue
    }
    return [
        "version": "1.0",
        "truncation": .null,
        "padding": .null,
        "added_tokens": .array(added),
        "normalizer": normalizer,
        "pre_tokenizer": preTokenizer,
        "post_processor": postProcessor,
        "decoder": decoder,
        "model": model,
    ]
}
