import HibariSupport
import HibariTokenizers

/// The conventions in the files of a Hugging Face folder.
extension TextConventions {
    /// `bos_token_id` and `eos_token_id`, as config.json and generation_config.json have them.
    var idMembers: [(key: String, value: JSONValue)] {
        let ends = endTokens.map { JSONValue.integer(Int($0)) }
        return [
            ("bos_token_id", beginningToken.map { .integer(Int($0)) } ?? .null),
            ("eos_token_id", ends.count > 1 ? .array(ends) : ends.first ?? .null),
        ]
    }

    /// The files of a tokenizer with the tokens, the beginning and the chat template of these conventions.
    func applied(
        to files: HuggingFaceTokenizerFiles, of tokenizer: any Tokenizer
    ) -> HuggingFaceTokenizerFiles {
        let spellings = Dictionary(tokenizer.specialTokens.map { ($0.id, $0.content) }) { first, _ in first }
        let beginning = beginningToken.flatMap { spellings[Int($0)] }
        var settings = files.tokenizerConfigJSON.object ?? JSONObject()
        settings["bos_token"] = beginning.map { .string($0) }
        settings["eos_token"] = endTokens.first.flatMap { spellings[Int($0)] }.map { .string($0) }
        settings["chat_template"] = chatTemplate.map { .string($0) }
        var root = files.tokenizerJSON.object ?? JSONObject()
        if addsBeginning, let beginningToken, let beginning {
            settings["add_bos_token"] = true
            if root["post_processor"]?.isNull ?? true {
                root["post_processor"] = Self.template(beginning, id: Int(beginningToken))
            }
        }
        var result = files
        (result.tokenizerJSON, result.tokenizerConfigJSON) = (.object(root), .object(settings))
        return result
    }

    /// Puts a token before every text.
    private static func template(_ token: String, id: Int) -> JSONValue {
        func parts(_ text: String, type: Int) -> [JSONValue] {
            [
                ["SpecialToken": ["id": .string(token), "type_id": .integer(type)]],
                ["Sequence": ["id": .string(text), "type_id": .integer(type)]],
            ]
        }
        var special = JSONObject()
        special[token] = ["id": .string(token), "ids": [.integer(id)], "tokens": [.string(token)]]
        return [
            "type": "TemplateProcessing", "single": .array(parts("A", type: 0)),
            "pair": .array(parts("A", type: 0) + parts("B", type: 1)), "special_tokens": .object(special),
        ]
    }
}

extension HuggingFaceTokenizerFiles {
    /// Has `transformers` take tokenizer.json as it is also for Qwen2.
    ///
    /// For this family it replaces the class that the configuration names by Qwen2's, which normalizes and cuts text in a
    /// way of its own. A class from elsewhere keeps it from that, and is not loaded itself unless code is trusted.
    /// Source: `MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS` in transformers 5, models/auto/tokenization_auto.py.
    mutating func keepClassOfTokenizer() {
        guard var settings = tokenizerConfigJSON.object, let name = settings["tokenizer_class"] else {
            return
        }
        settings["auto_map"] = ["AutoTokenizer": .array([name, name])]
        tokenizerConfigJSON = .object(settings)
    }
}
