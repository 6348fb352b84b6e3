import HibariSupport

/// The tokenizer inside a GGUF file: the byte-level vocabularies that llama.cpp calls `gpt2`, those by
/// scores that it calls `llama`, and of those that it calls `rwkv` single characters, with the ids that llama.cpp gives.
///
/// Source: llama.cpp, src/llama-vocab.cpp.
///
/// - Throws: `BinaryFileError` with the place in the file; `TokenizerError` that names the metadata key which
///   is wrong or has a value that Hibari does not know; an error of reading.
public func loadGGUFTokenizer(path: String) throws -> any Tokenizer {
    try loadGGUFTokenizer(try GGUFFile(path: path))
}

/// The tokenizer inside an open GGUF file.
public func loadGGUFTokenizer(_ file: GGUFFile) throws -> any Tokenizer {
    let vocabulary = try GGUFVocabulary(file)
    switch vocabulary.model {
    case "gpt2":
        if let characters = vocabulary.characterTokenizer() { return characters }
        var tokenizer = TokenizerFile(path: file.path, root: try vocabulary.byteLevelTokenizerJSON())
        if let id = try vocabulary.tokenID("tokenizer.ggml.eos_token_id") {
            tokenizer.configuration = [
                "eos_token": .string(String(decoding: vocabulary.tokens[id], as: UTF8.self))
            ]
        }
        return try loadTokenizer(tokenizer)
    case "llama": return try vocabulary.scoredBPETokenizer()
    default:
        if vocabulary.model == "rwkv", let characters = vocabulary.characterTokenizer() { return characters }
        throw TokenizerError.unsupportedComponent(
            path: file.path, component: GGUFVocabulary.modelKey, found: quoted(vocabulary.model))
    }
}

/// The `tokenizer.ggml` part of the metadata of a GGUF file.
struct GGUFVocabulary: Sendable {
    /// What a token is for. Numbers as in the file.
    enum Kind: Int, Sendable {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    static let modelKey = "tokenizer.ggml.model"

    let file: GGUFFile
    let model: String
    let tokens: [[UInt8]]
    let kinds: [Kind]

    init(_ file: GGUFFile) throws {
        self.file = file
        guard let model = file[Self.modelKey]?.string else {
            throw TokenizerError.invalidFile(
                path: file.path, problem: "\(Self.modelKey) is missing, so the file has no tokenizer")
        }
        self.model = model
        tokens = try Self.array(file, "tokenizer.ggml.tokens").strings()
        var seen = TokenTable()
        for (id, token) in tokens.enumerated() where !seen.append(token.span) && !token.isEmpty {
            throw Self.invalid(
                file, "tokenizer.ggml.tokens[\(id)]",
                "is \(quoted(String(decoding: token, as: UTF8.self))) for the second time")
        }
        guard file["tokenizer.ggml.token_type"] != nil else {
            kinds = [Kind](repeating: .normal, count: tokens.count)
            return
        }
        let types = try Self.array(file, "tokenizer.ggml.token_type").integers()
        guard types.count == tokens.count else {
            throw Self.invalid(
                file, "tokenizer.ggml.token_type", "has \(types.count) elements for \(tokens.count) tokens")
        }
        var kinds: [Kind] = []
        for (id, type) in types.enumerated() {
            guard let kind = Kind(rawValue: type) else {
                throw Self.invalid(file, "tokenizer.ggml.token_type[\(id)]", "is \(type); expected 1 to 6")
            }
            kinds.append(kind)
        }
        self.kinds = kinds
    }

    func array(_ key: String) throws(TokenizerError) -> GGUFArray { try Self.array(file, key) }

    private static func array(_ file: GGUFFile, _ key: String) throws(TokenizerError) -> GGUFArray {
        guard let array = file[key]?.array else {
            throw invalid(file, key, file[key] == nil ? "is missing" : "is not an array")
        }
        return array
    }

    /// The id in the metadata value `key`, nil if there is none.
    func tokenID(_ key: String) throws(TokenizerError) -> Int? {
        guard let value = file[key] else { return nil }
        guard let id = value.int, tokens.indices.contains(id) else {
            throw invalid(key, "is not an id below \(tokens.count)")
        }
        return id
    }

    func invalid(_ key: String, _ problem: String) -> TokenizerError { Self.invalid(file, key, problem) }

    private static func invalid(_ file: GGUFFile, _ key: String, _ problem: String) -> TokenizerError {
        .invalidFile(path: file.path, problem: "\(key) \(problem)")
    }
}
