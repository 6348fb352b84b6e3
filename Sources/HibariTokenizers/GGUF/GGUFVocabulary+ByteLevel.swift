import HibariSupport

extension GGUFVocabulary {
    /// A vocabulary of single characters of ASCII without merges, as Hibari writes its own; nil if it is no such.
    func characterTokenizer() -> CharacterTokenizer? {
        guard model == "rwkv" || file["tokenizer.ggml.merges"]?.array?.count == 0 else { return nil }
        var scalars: [Unicode.Scalar] = []
        var used = Array(zip(tokens, kinds).prefix((kinds.lastIndex { $0 != .unused } ?? -1) + 1))
        let addsEndOfText =
            used.last.map { $0.1 == .control && $0.0.elementsEqual(endOfTextMarker.utf8) } ?? false
        if addsEndOfText { used.removeLast() }
        for (token, kind) in used {
            guard kind == .normal, let scalar = character(token) else { return nil }
            scalars.append(scalar)
        }
        return scalars.isEmpty ? nil : CharacterTokenizer(scalars: scalars, addsEndOfText: addsEndOfText)
    }

    private func character(_ token: [UInt8]) -> Unicode.Scalar? {
        if model == "rwkv" { return EscapedWord.scalar(of: token) }
        guard let bytes = ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)), bytes.count == 1,
            bytes[0] < 0x80
        else { return nil }
        return Unicode.Scalar(bytes[0])
    }

    /// A byte-level vocabulary as tokenizer.json, without the unused tokens at its end, by which converters bring it to
    /// the size of a padded model.
    func byteLevelTokenizerJSON() throws -> JSONValue {
        var vocabulary = JSONObject()
        let count = (kinds.lastIndex { $0 != .unused } ?? -1) + 1
        for (id, token) in tokens[..<count].enumerated() {
            if let fault = firstInvalidUTF8(in: token) {
                throw invalid("tokenizer.ggml.tokens[\(id)]", "is not UTF-8 at byte \(fault)")
            }
            vocabulary[String(decoding: token, as: UTF8.self)] = .integer(id)
        }
        let added = (0..<count).lazy.filter {
            self.kinds[$0] == .control || self.kinds[$0] == .userDefined
        }
        .map {
            addedToken(
                $0, String(decoding: self.tokens[$0], as: UTF8.self), isSpecial: self.kinds[$0] == .control)
        }
        var merges: [JSONValue] = []
        for (index, merge) in try array("tokenizer.ggml.merges").strings().enumerated() {
            // The space between the parts; one that is part of a token is spelled Ġ.
            guard let space = merge.firstIndex(of: UInt8(ascii: " ")), firstInvalidUTF8(in: merge) == nil
            else {
                throw invalid("tokenizer.ggml.merges[\(index)]", "is not two tokens with a space between")
            }
            merges.append([
                .string(String(decoding: merge[..<space], as: UTF8.self)),
                .string(String(decoding: merge[(space + 1)...], as: UTF8.self)),
            ])
        }
        let pre = try preTokenizer()
        return [
            "version": "1.0", "truncation": .null, "padding": .null,
            "added_tokens": .array(Array(added)), "normalizer": .null,
            "pre_tokenizer": pre.component, "post_processor": .null,
            "decoder": byteLevel(splitsWords: true),
            "model": [
                "type": "BPE", "dropout": .null, "unk_token": .null, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
                "ignore_merges": .bool(pre.ignoresMerges), "vocab": .object(vocabulary),
                "merges": .array(merges),
            ],
        ]
    }

    /// The pre-tokenizer that `tokenizer.ggml.pre` names, in the form that tokenizer.json files of its models
    /// have. llama.cpp has no other record of it than the name.
    private func preTokenizer() throws(TokenizerError) -> (component: JSONValue, ignoresMerges: Bool) {
        let key = "tokenizer.ggml.pre"
        let gpt2 = byteLevel(splitsWords: true)
        guard let value = file[key] else { return (defaultPreTokenizer, false) }
        guard let name = value.string else { throw invalid(key, "is not a string") }
        switch name {
        case "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "mpt", "olmo",
            "roberta-bpe", "a.x-4.0", "mellum":
            return (gpt2, false)
        case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone":
            return (sequence([["type": "Digits", "individual_digits": true], gpt2]), false)
        case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral":
            return (pattern(.llama3), true)
        case "qwen2", "deepseek-r1-qwen", "kormo": return (pattern(.qwen2), false)
        case "gpt-4o", "llama4", "kanana2": return (pattern(.o200k), false)
        case "default": return (defaultPreTokenizer, false)
        default:
            throw .unsupportedComponent(path: file.path, component: key, found: quoted(name))
        }
    }
}

/// Nothing added in front.
private func byteLevel(splitsWords: Bool) -> JSONValue {
    [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(splitsWords),
    ]
}

private func sequence(_ steps: [JSONValue]) -> JSONValue {
    ["type": "Sequence", "pretokenizers": .array(steps)]
}

private func split(_ pattern: String) -> JSONValue {
    ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false]
}

private func pattern(_ pattern: PreTokenizerPattern) -> JSONValue {
    sequence([split(pattern.regex), byteLevel(splitsWords: false)])
}

/// What llama.cpp does with a vocabulary that does not say where it is from.
private let defaultPreTokenizer = sequence([
    split("[\\p{P}\\$\\+<=>\\^~\\|]+"),
    split("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"),
    split("\\p{N}+"), split("[0-9][0-9][0-9]"), byteLevel(splitsWords: false),
])
