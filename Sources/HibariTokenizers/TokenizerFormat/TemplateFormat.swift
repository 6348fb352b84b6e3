import HibariSupport

/// The special tokens that a model wants around every text, as the `post_processor` of a `tokenizer.json`.
enum TemplateFormat {
    static func json(_ vocabulary: BPEVocabulary) -> JSONValue {
        if vocabulary.prefix.isEmpty, vocabulary.suffix.isEmpty { return .null }
        let contents = Dictionary(vocabulary.specialTokens.map { ($0.id, $0.content) }) { first, _ in first }
        func template(_ sequence: String, type: Int) -> [JSONValue] {
            func tokens(_ ids: [Int]) -> [JSONValue] {
                ids.map {
                    ["SpecialToken": ["id": .string(contents[$0] ?? ""), "type_id": .integer(type)]]
                }
            }
            return tokens(vocabulary.prefix)
                + [["Sequence": ["id": .string(sequence), "type_id": .integer(type)]]]
                + tokens(vocabulary.suffix)
        }
        var special = JSONObject()
        for id in vocabulary.prefix + vocabulary.suffix {
            let content = JSONValue.string(contents[id] ?? "")
            special[contents[id] ?? ""] = ["id": content, "ids": [.integer(id)], "tokens": [content]]
        }
        return [
            "type": "TemplateProcessing", "single": .array(template("A", type: 0)),
            "pair": .array(template("A", type: 0) + template("B", type: 1)),
            "special_tokens": .object(special),
        ]
    }

    /// Reads `post_processor` into the prefix and the suffix of a vocabulary. A byte-level step moves offsets
    /// only, and what is done with pairs of texts is not read.
    static func read(_ file: TokenizerFile, into vocabulary: inout BPEVocabulary) throws(TokenizerError) {
        let root = file.root["post_processor"] ?? .null
        let steps = root["type"] == "Sequence" ? root["processors"]?.array ?? [] : [root]
        for step in steps {
            switch step["type"]?.string {
            case "ByteLevel": break
            case nil where step.isNull: break
            case "TemplateProcessing": try readTemplate(file, step, into: &vocabulary)
            default: throw file.unsupported("post_processor", step)
            }
        }
    }

    private static func readTemplate(
        _ file: TokenizerFile, _ step: JSONValue, into vocabulary: inout BPEVocabulary
    ) throws(TokenizerError) {
        var hasText = false
        for (index, part) in (step["single"]?.array ?? []).enumerated() {
            if part["Sequence"]?["id"] == "A", !hasText {
                hasText = true
                continue
            }
            guard let content = part["SpecialToken"]?["id"]?.string,
                let token = vocabulary.specialTokens.first(where: {
                    $0.content.utf8.elementsEqual(content.utf8)
                })
            else { throw file.unsupported("post_processor.single[\(index)]", part) }
            if hasText { vocabulary.suffix.append(token.id) } else { vocabulary.prefix.append(token.id) }
        }
        if !hasText { throw file.unsupported("post_processor.single", step["single"]) }
    }
}
