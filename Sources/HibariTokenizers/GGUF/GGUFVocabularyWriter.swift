import HibariSupport

/// The vocabulary of a tokenizer as llama.cpp's `gpt2` kind has it: words in the byte alphabet, merges, and the name of
/// the way text is cut.
///
/// Characters without an end of text are of the kind `rwkv`, the longest word that fits: of the kinds that can hold them
/// it alone has no end of text where a file names none. `gpt2` takes id 11, and would stop at that character.
package struct GGUFVocabularyWriter {
    private var model = "gpt2"
    private var words: [String] = []
    private var kinds: [GGUFVocabulary.Kind] = []
    private var merges: [String] = []
    private let preTokenizer: String

    /// - Throws: `TokenizerError.notInGGUF` for tokenizers that llama.cpp has no counterpart of.
    package init(_ tokenizer: any Tokenizer) throws(TokenizerError) {
        switch tokenizer {
        case is ByteTokenizer:
            // With no merges it does not matter where text is cut.
            preTokenizer = Self.gpt2
            for byte in UInt8.min...UInt8.max { append(ByteAlphabet.word([byte]), .normal) }
            append(endOfTextMarker, .control)
        case let characters as CharacterTokenizer:
            preTokenizer = Self.gpt2
            for scalar in characters.scalars {
                guard scalar.isASCII else {
                    throw .notInGGUF(
                        problem: "it has single characters beyond ASCII, such as \(quoted(String(scalar)))")
                }
                append(
                    characters.endOfText == nil
                        ? EscapedWord.of(scalar) : ByteAlphabet.word(String(scalar).utf8), .normal)
            }
            if characters.endOfText == nil { model = "rwkv" } else { append(endOfTextMarker, .control) }
        case let bpe as BPETokenizer:
            preTokenizer = try Self.name(of: bpe.vocabulary)
            appendTokens(of: bpe.vocabulary)
        default:
            throw .notInGGUF(problem: "\(tokenizer.kind) tokenizers are not byte-level")
        }
    }

    /// The metadata that describe the vocabulary.
    ///
    /// - Parameter size: ids of the model, at least as many as the tokenizer has; those beyond are marked as unused.
    package func metadata(size: Int) -> [(key: String, value: GGUFValue)] {
        let padding = (words.count..<max(size, words.count)).map { "[PAD\($0)]" }
        let types =
            kinds.map { Int32($0.rawValue) } + padding.map { _ in Int32(GGUFVocabulary.Kind.unused.rawValue) }
        return [
            (GGUFVocabulary.modelKey, .string(model)), ("tokenizer.ggml.pre", .string(preTokenizer)),
            ("tokenizer.ggml.tokens", .array(GGUFArray(words + padding))),
            ("tokenizer.ggml.token_type", .array(GGUFArray(types))),
            ("tokenizer.ggml.merges", .array(GGUFArray(merges))),
        ]
    }

    private mutating func append(_ word: String, _ kind: GGUFVocabulary.Kind) {
        words.append(word)
        kinds.append(kind)
    }

    private mutating func appendTokens(of vocabulary: BPEVocabulary) {
        let special = Dictionary(vocabulary.specialTokens.map { ($0.id, $0) }) { first, _ in first }
        for id in 0..<vocabulary.count {
            if let token = special[id] {
                append(token.content, token.isControl ? .control : .userDefined)
                continue
            }
            let word = id < vocabulary.tokens.count ? ByteAlphabet.word(vocabulary.tokens[id]) : ""
            // Of ids that are not used.
            append(word.isEmpty ? "[UNUSED\(id)]" : word, word.isEmpty ? .unused : .normal)
        }
        merges = vocabulary.listedMerges.map { "\(words[Int($0.left)]) \(words[Int($0.right)])" }
    }

    private static let gpt2 = "gpt-2"

    /// llama.cpp's name for how a vocabulary cuts text.
    private static func name(of vocabulary: BPEVocabulary) throws(TokenizerError) -> String {
        let cut = vocabulary.preTokenization
        let name: String? =
            switch cut {
            case .pattern(.gpt2): gpt2
            case .pattern(.llama3): "llama-bpe"
            case .pattern(.qwen2): "qwen2"
            case .pattern(.o200k): "gpt-4o"
            case .pattern(.smollm): "smollm"
            case .whole: vocabulary.merges.isEmpty ? gpt2 : nil
            case .pattern(.cl100k), .regex, .steps: nil
            }
        guard let name else {
            throw .notInGGUF(problem: "llama.cpp has no name for the way it cuts text (\(cut.summary))")
        }
        // llama.cpp takes pieces that are tokens as such with this name alone.
        let keepsWholeTokens = cut == .pattern(.llama3)
        if vocabulary.keepsWholeTokens != keepsWholeTokens, let word = try firstUnmergedToken(of: vocabulary)
        {
            throw .notInGGUF(
                problem:
                    "the merges do not make the token \(quoted(word)), so llama.cpp would read text otherwise"
            )
        }
        return name
    }

    /// A token that its merges do not make; nil if it makes no difference whether whole tokens are kept.
    private static func firstUnmergedToken(of vocabulary: BPEVocabulary) throws(TokenizerError) -> String? {
        var plain = vocabulary
        (plain.keepsWholeTokens, plain.preTokenization, plain.specialTokens) = (false, .whole, [])
        let tokenizer = try BPETokenizer(plain)
        for id in 0..<vocabulary.tokens.count where vocabulary.tokens[id].count > 1 {
            let bytes = Array(vocabulary.tokens[id])
            if try tokenizer.encode(bytes) != [Int32(id)] { return ByteAlphabet.word(bytes) }
        }
        return nil
    }
}
