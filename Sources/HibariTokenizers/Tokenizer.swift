import HibariSupport

/// Turns text into token ids and back.
///
/// Text is bytes: a byte-level tokenizer takes any of them, the others want valid UTF-8 and say where it is
/// not. Decoding what was encoded gives back the same bytes. Text never turns into a special token, whatever
/// it spells.
public protocol Tokenizer: Sendable {
    /// The name of this kind of tokenizer as the command line spells it, e.g. `bytes`.
    var kind: String { get }

    /// The number of ids, special tokens included; ids are 0..<`vocabularySize`.
    var vocabularySize: Int { get }

    /// The id of the special token `<|endoftext|>` that stands between documents, if there is one.
    var endOfText: Int? { get }

    /// Hands the ids of `bytes` to `emit`, in order.
    ///
    /// - Throws: `TokenizerError` with a byte offset into `bytes` if they cannot be encoded. Some ids may
    ///   have been emitted by then.
    func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError)

    /// Whether the ids of every text are those of its parts, one after the other, where `TextCuts` cuts it; then
    /// threads can share the work.
    var encodesInParts: Bool { get }

    /// The bytes that `id` stands for; none for a special token.
    ///
    /// - Precondition: `id` is in 0..<`vocabularySize`.
    func bytes(of id: Int) -> [UInt8]

    /// Hands the ids of `bytes` to `emit`, and of text that spells a control token the id of that, if it is
    /// one of those allowed.
    ///
    /// - Throws: as `encode(_:emit:)`.
    func encode(
        _ bytes: Span<UInt8>, allowingSpecial allowed: AllowedSpecialTokens, emit: (Int32) -> Void
    ) throws(TokenizerError)

    /// Whether `id` is a control token, which stands for no text.
    func isSpecial(_ id: Int) -> Bool

    /// The control tokens.
    var specialTokens: [SpecialToken] { get }

    /// Appends the bytes of `ids`, special tokens left out, to `text`.
    ///
    /// - Precondition: every id is in 0..<`vocabularySize`.
    func appendBytes(of ids: Span<Int32>, to text: inout [UInt8])

    /// The two files that make `transformers.AutoTokenizer` give the same ids and the same text.
    ///
    /// One difference cannot be avoided: the Hugging Face library looks for special tokens in the text it is
    /// given, so text that contains the literal `<|endoftext|>` gives the special id there and ordinary ids
    /// here.
    ///
    /// - Parameter contextLength: the model's longest input in tokens, written as `model_max_length`.
    func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles
}

extension Tokenizer {
    public var encodesInParts: Bool { false }

    /// The ids of `bytes`.
    public func encode(_ bytes: [UInt8]) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        ids.reserveCapacity(bytes.count)
        try encode(bytes.span) { ids.append($0) }
        return ids
    }

    /// The ids of the UTF-8 form of `text`.
    public func encode(_ text: String) throws(TokenizerError) -> [Int32] {
        try encode(Array(text.utf8))
    }

    /// The text of `ids` as bytes, special tokens left out. They need not be valid UTF-8: a model may stop,
    /// or go astray, in the middle of a character. `StreamingDecoder` makes a `String` of them.
    ///
    /// - Precondition: every id is in 0..<`vocabularySize`.
    public func decode(_ ids: some Sequence<Int32>) -> [UInt8] {
        var text: [UInt8] = []
        appendBytes(of: Array(ids).span, to: &text)
        return text
    }

    public func appendBytes(of ids: Span<Int32>, to text: inout [UInt8]) {
        for index in ids.indices { text += bytes(of: Int(ids[index])) }
    }

    public var specialTokens: [SpecialToken] {
        endOfText.map { [SpecialToken(endOfTextMarker, id: $0)] } ?? []
    }

    public func encode(
        _ bytes: Span<UInt8>, allowingSpecial allowed: AllowedSpecialTokens, emit: (Int32) -> Void
    ) throws(TokenizerError) {
        let finder = SpecialTokenFinder(specialTokens.filter { allowed.contains($0.content) })
        try finder.split(bytes) { (range) throws(TokenizerError) in
            do throws(TokenizerError) {
                try encode(bytes.extracting(range), emit: emit)
            } catch {
                throw error.movingOffset(by: range.lowerBound)
            }
        } token: {
            emit($0)
        }
    }

    /// The ids of the UTF-8 form of `text`; see `encode(_:allowingSpecial:emit:)`.
    public func encode(_ text: String, allowingSpecial allowed: AllowedSpecialTokens) throws(TokenizerError)
        -> [Int32]
    {
        var ids: [Int32] = []
        try encode(Array(text.utf8).span, allowingSpecial: allowed) { ids.append($0) }
        return ids
    }

    /// The number of bytes that each id stands for, 0 for special tokens.
    public var byteLengths: [Int32] {
        (0..<vocabularySize).map { Int32(bytes(of: $0).count) }
    }

    /// Traps unless `id` is one of this tokenizer's.
    func checkID(_ id: Int, _ function: StaticString = #function) {
        precondition(
            id >= 0 && id < vocabularySize,
            "\(kind) tokenizer, \(function): id \(id) is outside the vocabulary 0..<\(vocabularySize)")
    }
}

/// How the token that ends a document is spelled, in tokenizer files and between the documents of a text
/// file.
public let endOfTextMarker = "<|endoftext|>"
