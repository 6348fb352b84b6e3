import HibariSupport

/// The tokenizer in `directory`: its `tokenizer.json`, or else GPT-2's `vocab.json` (or `encoder.json`) with
/// `merges.txt` (or `vocab.bpe`), or else SentencePiece's `tokenizer.model` (or `spiece.model`).
///
/// - Throws: `TokenizerError` that names the file and the part of it that is wrong or not supported;
///   `JSONError`; an error of reading.
public func loadTokenizer(directory: String) throws -> any Tokenizer {
    let path = joinPath(directory, "tokenizer.json")
    if fileExists(path) { return try loadTokenizerJSON(path: path) }
    if let tokenizer = try GPT2Files.load(directory: directory) { return tokenizer }
    for name in ["tokenizer.model", "spiece.model"] where fileExists(joinPath(directory, name)) {
        return try loadSentencePieceTokenizer(path: joinPath(directory, name))
    }
    throw TokenizerError.missingFile(path: path)
}

/// The tokenizer at `path`: a folder, a `tokenizer.json`, or a `.tiktoken`, SentencePiece `.model`, llama2.c
/// `.bin` or `.gguf` file.
///
/// - Parameter pattern: how text is cut, which a `.tiktoken` file does not say.
/// - Throws: as `loadTokenizer(directory:)`.
package func loadTokenizer(path: String, pattern: PreTokenization? = nil) throws -> any Tokenizer {
    if directoryExists(path) { return try loadTokenizer(directory: path) }
    guard fileExists(path) else { throw TokenizerError.missingFile(path: path) }
    switch path.split(separator: ".").last {
    case "tiktoken": return try TiktokenFormat.load(path: path, pattern: pattern)
    case "model": return try loadSentencePieceTokenizer(path: path)
    case "bin": return try loadLlama2CTokenizer(path: path)
    case "gguf": return try loadGGUFTokenizer(path: path)
    default: return try loadTokenizerJSON(path: path)
    }
}

/// The tokenizer of a `tokenizer.json`.
private func loadTokenizerJSON(path: String) throws -> any Tokenizer {
    let configuration = joinPath(splitPath(path).directory, "tokenizer_config.json")
    return try loadTokenizer(
        TokenizerFile(
            path: path, root: try JSONValue(contentsOf: path),
            configuration: fileExists(configuration) ? try JSONValue(contentsOf: configuration) : .null))
}

/// The tokenizer that a tokenizer.json describes: of one of Hibari's own kinds if it can be, which are faster
/// and take any bytes, otherwise a pipeline.
func loadTokenizer(_ file: TokenizerFile) throws(TokenizerError) -> any Tokenizer {
    if let version = file.root["version"], version != "1.0" { throw file.unsupported("version", version) }
    var plain = file
    plain.root = withoutIdleSettings(file.root)
    let model = file.root["model"]
    // The first versions of the library did not write the type.
    switch model?["type"]?.string ?? (model?["merges"] == nil ? nil : "BPE") {
    case "BPE":
        guard ByteLevelFormat.matches(plain) else { return try readPipeline(file) }
        do throws(TokenizerError) {
            return try ByteLevelFormat.load(plain)
        } catch .unsupportedComponent {
            return try readPipeline(file)
        }
    case "WordLevel": return try CharacterTokenizerFormat.load(plain)
    case .some: return try readPipeline(file)
    case nil:
        throw .invalidFile(path: file.path, problem: "model.type is missing")
    }
}

/// A parsed `tokenizer.json`, and the checks that every form of tokenizer makes of it.
struct TokenizerFile: Sendable {
    let path: String
    var root: JSONValue
    /// `tokenizer_config.json` beside it, `null` if there is none.
    var configuration: JSONValue = .null

    /// The words of `model.vocab` by id.
    ///
    /// - Throws: unless it is an object whose values are the ids 0..<count, each once.
    func vocabulary() throws(TokenizerError) -> [String] {
        guard let entries = root["model"]?["vocab"]?.object else {
            throw .invalidFile(path: path, problem: "model.vocab is not an object")
        }
        var words = [String?](repeating: nil, count: entries.count)
        for (word, value) in entries {
            guard let id = value.int, words.indices.contains(id), words[id] == nil else {
                throw .invalidFile(
                    path: path,
                    problem: "model.vocab gives \(quoted(word)) the id \(describe(value)); "
                        + "the ids must be 0 to \(entries.count - 1), each once")
            }
            words[id] = word
        }
        return words.compactMap { $0 }
    }

    /// The tokens beside the vocabulary of the model.
    ///
    /// - Throws: `TokenizerError.unsupportedComponent` if one of them takes more or less of the text than its
    ///   spelling.
    func addedTokens() throws(TokenizerError) -> [SpecialToken] {
        var tokens: [SpecialToken] = []
        for (index, entry) in (root["added_tokens"]?.array ?? []).enumerated() {
            let name = "added_tokens[\(index)]"
            guard let content = entry["content"]?.string, !content.isEmpty, let id = entry["id"]?.int else {
                throw .invalidFile(
                    path: path, problem: "\(name) is \(describe(entry)), without content and id")
            }
            for flag in ["single_word", "lstrip", "rstrip"] where entry[flag] ?? false != false {
                throw unsupported("\(name).\(flag)", entry[flag])
            }
            tokens.append(SpecialToken(content, id: id, isControl: entry["special"] ?? true == true))
        }
        return tokens
    }

    /// The token that stands between documents: `<|endoftext|>`, or else what `tokenizer_config.json` says.
    func endOfText(_ tokens: [SpecialToken]) -> String? {
        let eos = configuration["eos_token"]
        let candidates = [endOfTextMarker, eos?.string ?? eos?["content"]?.string]
        return candidates.compactMap { $0 }.first { content in
            tokens.contains { $0.isControl && $0.content.utf8.elementsEqual(content.utf8) }
        }
    }

    /// The error that names a component that is not supported.
    func unsupported(_ component: String, _ value: JSONValue?) -> TokenizerError {
        .unsupportedComponent(
            path: path, component: component, found: value.map { describe($0) } ?? "missing")
    }

    /// Throws unless the members of the file are among `names`.
    func check(members names: [String]) throws(TokenizerError) {
        for (key, value) in root.object ?? JSONObject() where !names.contains(key) {
            throw unsupported(key, value)
        }
    }

    /// Throws an error that names the first part in which the file differs from `expected`. The order of an
    /// object's members does not count.
    func check(equals expected: JSONValue) throws(TokenizerError) {
        try check(root, equals: expected, at: "")
    }

    /// Whether the file says the same as `expected`.
    func equals(_ expected: JSONValue) -> Bool { firstDifference(root, expected, at: "") == nil }

    /// The same as `check(equals:)` for one member of the file.
    func check(_ component: String, equals expected: JSONValue) throws(TokenizerError) {
        try check(root[component] ?? .null, equals: expected, at: component)
    }

    private func check(
        _ found: JSONValue, equals expected: JSONValue, at component: String
    ) throws(TokenizerError) {
        if let difference = firstDifference(found, expected, at: component) {
            throw .unsupportedComponent(path: path, component: difference.component, found: difference.found)
        }
    }
}

private func firstDifference(
    _ found: JSONValue, _ expected: JSONValue, at component: String
) -> (component: String, found: String)? {
    switch (found, expected) {
    case (.object(let found), .object(let expected)):
        for (key, value) in expected {
            let name = component.isEmpty ? key : "\(component).\(key)"
            guard let member = found[key] else { return (name, "missing") }
            if let difference = firstDifference(member, value, at: name) { return difference }
        }
        for (key, value) in found where expected[key] == nil {
            return (component.isEmpty ? key : "\(component).\(key)", describe(value))
        }
        return nil
    case (.array(let found), .array(let expected)):
        guard found.count == expected.count else { return (component, "a list of \(found.count)") }
        for (index, (item, value)) in zip(found, expected).enumerated() {
            if let difference = firstDifference(item, value, at: "\(component)[\(index)]") {
                return difference
            }
        }
        return nil
    default:
        return found == expected ? nil : (component.isEmpty ? "the file" : component, describe(found))
    }
}

/// A value for a message: written out if it is short, otherwise its kind.
func describe(_ value: JSONValue) -> String {
    let text = value.text()
    return text.utf8.count <= 60 ? text : value.kind
}
