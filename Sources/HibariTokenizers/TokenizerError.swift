import HibariSupport

/// What can be wrong with a text or a tokenizer file.
public enum TokenizerError: UserError, Equatable {
    /// The text is not valid UTF-8 from this byte on, and the tokenizer needs characters.
    case invalidUTF8(offset: Int, byte: UInt8)
    /// The text has a character that the tokenizer has no id for.
    case unknownCharacter(Unicode.Scalar, offset: Int)
    /// A tokenizer was to be made from a text without characters.
    case emptyTrainingText
    /// A vocabulary was asked for that does not even hold the bytes and `<|endoftext|>`.
    case vocabularyTooSmall(size: Int, minimum: Int)
    /// A vocabulary has more tokens or merges than the tables of the encoder hold.
    case vocabularyTooLarge(tokens: Int, merges: Int)
    /// A token was to be added that is empty or that there is already.
    case tokenExists(String)
    /// A regular expression that text is to be cut with is malformed, or has a part that Hibari cannot
    /// translate, at this byte of it.
    case invalidPattern(pattern: String, offset: Int, problem: String)
    /// A regular expression gave up on the text at this byte of it.
    case patternFailed(pattern: String, offset: Int, problem: String)
    /// A vocabulary was to be written as ranks, and tiktoken would not make this token as its merges do, or there is
    /// no token for a byte (−1).
    case noRanks(token: String, id: Int)
    /// A tokenizer was to be written for llama.cpp, which has none that gives the same ids.
    case notInGGUF(problem: String)
    /// The tokens of a text do not spell it from this byte on: the tokenizer normalizes.
    case notReversible(offset: Int)
    /// There is no tokenizer file at this path.
    case missingFile(path: String)
    /// The tokenizer file is damaged or contradicts itself.
    case invalidFile(path: String, problem: String)
    /// The tokenizer file is well-formed but has a part that Hibari does not know.
    case unsupportedComponent(path: String, component: String, found: String)
    /// The text has a character that the tokenizer has neither a token nor an unknown token for.
    case noToken(character: Unicode.Scalar)

    public var exitStatus: ExitStatus {
        switch self {
        case .missingFile: .inputMissing
        case .vocabularyTooSmall, .tokenExists: .usage
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .invalidUTF8(let offset, let byte):
            """
            the text is not valid UTF-8 at byte offset \(offset) (byte 0x\(hexadecimal(UInt32(byte), digits: 2))); \
            convert it to UTF-8, or use the bytes tokenizer, which takes any bytes
            """
        case .unknownCharacter(let scalar, let offset):
            """
            character \(visible(scalar)) (U+\(hexadecimal(scalar.value, digits: 4))) at byte offset \(offset) is not \
            in the vocabulary; remove it, make the tokenizer from text that has it, or use the bytes tokenizer
            """
        case .emptyTrainingText:
            "cannot make a character vocabulary from an empty text; give a text with at least one character"
        case .vocabularyTooSmall(let size, let minimum):
            """
            a BPE vocabulary of \(size) is too small: the bytes and <|endoftext|> alone take \(minimum); ask for more, \
            e.g. bpe:1024, or use the bytes tokenizer
            """
        case .vocabularyTooLarge(let tokens, let merges):
            """
            the vocabulary has \(tokens) ids and \(merges) merges; Hibari takes up to \(MergeTable.idLimit) and \
            \(MergeTable.pairLimit)
            """
        case .tokenExists(let content):
            "cannot add the token \(quoted(content)): it is empty or in the vocabulary; choose another spelling"
        case .invalidPattern(let pattern, let offset, let problem):
            "the pattern \(quoted(pattern)) is wrong at byte \(offset): \(problem); mend it or name a known pattern"
        case .patternFailed(let pattern, let offset, let problem):
            """
            the pattern \(quoted(pattern)) gave up on the text at byte \(offset): \(problem); use a pattern that \
            backtracks less
            """
        case .noRanks(let token, let id):
            """
            the ids of this vocabulary cannot be ranks of tiktoken: \
            \(id < 0
                ? "there is none for the byte-level character \(quoted(token))"
                : "it would not make the token \(quoted(token)) (\(id)) as the merges do"); \
            export it as tokenizer.json
            """
        case .notInGGUF(let problem):
            "this tokenizer cannot be written for llama.cpp: \(problem); convert to a Hugging Face folder, or train with bpe"
        case .notReversible(let offset):
            """
            the tokens do not spell the text from byte offset \(offset) on, so they have no places in it; use a \
            tokenizer that does not normalize, e.g. a byte-level one
            """
        case .missingFile(let path):
            "\(path): no such file; give a folder that contains tokenizer.json"
        case .invalidFile(let path, let problem):
            "\(path): \(problem); the file is damaged, write it again"
        case .unsupportedComponent(let path, let component, let found):
            """
            \(path): \(component) is \(found), which Hibari cannot load; Docs/formats.md lists what it loads
            """
        case .noToken(let scalar):
            """
            the tokenizer has no token for the character \(visible(scalar)) (U+\(hexadecimal(scalar.value, digits: 4))) \
            and no unknown token; remove the character, or use a byte-level tokenizer
            """
        }
    }

    /// The same error for a text that begins `distance` bytes further into its file.
    package func movingOffset(by distance: Int) -> TokenizerError {
        switch self {
        case .invalidUTF8(let offset, let byte): .invalidUTF8(offset: offset + distance, byte: byte)
        case .unknownCharacter(let scalar, let offset): .unknownCharacter(scalar, offset: offset + distance)
        case .patternFailed(let pattern, let offset, let problem):
            .patternFailed(pattern: pattern, offset: offset + distance, problem: problem)
        default: self
        }
    }
}

/// `value` in upper-case hexadecimal with at least `digits` digits.
private func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// The character in quotes, or its escape if printing it would disturb the line.
private func visible(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
        "\\u{\(hexadecimal(scalar.value, digits: 1))}"
    default: "\"\(scalar)\""
    }
}
