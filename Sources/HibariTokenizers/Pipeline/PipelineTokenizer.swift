import HibariSupport

/// A tokenizer put together from stages: added tokens are cut out of the text, the rest is normalized, cut into
/// pieces and turned into tokens by a model; a post-processor may put special tokens around the whole, and a
/// decoder makes text of tokens again.
///
/// This is the general form that tokenizer.json, SentencePiece, llama2.c and GGUF files are read into. Text must
/// be valid UTF-8.
public struct PipelineTokenizer: Tokenizer, CustomStringConvertible {
    /// The stages; those that are nil leave everything as it is.
    struct Stages: Sendable {
        var normalizer: (any Normalizer)?
        var splitter: (any PieceSplitter)?
        var model: any TokenModel
        var postProcessor: (any PostProcessor)?
        var decoder: any DecoderStage
        /// The spelling of each id, before decoding.
        var tokens: [[UInt8]]
        /// By id, whether it is a control token.
        var isSpecial: [Bool]
        /// Looked for in the text as it is.
        var addedTokens: AddedTokenFinder?
        /// Looked for in normalized text.
        var normalizedAddedTokens: AddedTokenFinder?
        var endOfText: Int?
        /// Makes a tokenizer.json that gives the same ids.
        var tokenizerJSON: @Sendable () -> JSONValue
    }

    public let kind: String
    private let stages: Stages

    /// - Parameter kind: the name of the model, e.g. `wordpiece`.
    init(kind: String, stages: Stages) {
        precondition(
            stages.tokens.count == stages.isSpecial.count,
            "PipelineTokenizer: \(stages.tokens.count) tokens, \(stages.isSpecial.count) flags")
        self.kind = kind
        self.stages = stages
    }

    public var description: String { "\(kind) tokenizer of \(vocabularySize) tokens" }
    public var vocabularySize: Int { stages.tokens.count }
    public var endOfText: Int? { stages.endOfText }

    public var specialTokens: [SpecialToken] {
        stages.isSpecial.indices.filter { stages.isSpecial[$0] }.map { id in
            SpecialToken(String(decoding: stages.tokens[id], as: UTF8.self), id: id)
        }
    }

    public func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        for id in try ids(of: bytes, .none) { emit(id) }
    }

    public func encode(
        _ bytes: Span<UInt8>, allowingSpecial allowed: AllowedSpecialTokens, emit: (Int32) -> Void
    ) throws(TokenizerError) {
        for id in try ids(of: bytes, allowed) { emit(id) }
    }

    /// The ids of a text with the special tokens around it that the model wants, such as `[CLS]`.
    public func encodeWithTemplate(
        _ bytes: [UInt8], allowingSpecial allowed: AllowedSpecialTokens = .none
    ) throws(TokenizerError) -> [Int32] {
        let ids = try ids(of: bytes.span, allowed)
        return stages.postProcessor?.process(ids) ?? ids
    }

    private func ids(
        of bytes: Span<UInt8>, _ allowed: AllowedSpecialTokens
    ) throws(TokenizerError) -> [Int32] {
        let text = bytes.withUnsafeBufferPointer { Array($0) }
        if let offset = firstInvalidUTF8(in: text) { throw .invalidUTF8(offset: offset, byte: text[offset]) }
        var ids: [Int32] = []
        for part in parts(of: text[...], stages.addedTokens, allowed) {
            switch part {
            case .token(let id): ids.append(id)
            case .text(let raw):
                let normalized = try stages.normalizer?.normalize(Array(raw))[...] ?? raw
                for part in parts(of: normalized, stages.normalizedAddedTokens, allowed) {
                    switch part {
                    case .token(let id): ids.append(id)
                    case .text(let text):
                        let startsText = raw.startIndex == 0 && text.startIndex == normalized.startIndex
                        try append(Piece(text: text, startsText: startsText), to: &ids)
                    }
                }
            }
        }
        return ids
    }

    private func parts(
        of text: ArraySlice<UInt8>, _ finder: AddedTokenFinder?, _ allowed: AllowedSpecialTokens
    ) -> [AddedTokenFinder.Part] {
        finder?.parts(of: text, allowed) ?? (text.isEmpty ? [] : [.text(text)])
    }

    private func append(_ piece: Piece, to ids: inout [Int32]) throws(TokenizerError) {
        for piece in try stages.splitter?.split(piece) ?? [piece] {
            try stages.model.tokenize(piece.text, into: &ids)
        }
    }

    // MARK: Decoding

    /// The bytes of a token in the middle of a text; those of the first token may differ by a space, see
    /// `appendBytes(of:to:)`.
    public func bytes(of id: Int) -> [UInt8] {
        checkID(id)
        return stages.isSpecial[id] ? [] : text(of: [stages.tokens[id]], startsText: false)
    }

    public func appendBytes(of ids: Span<Int32>, to text: inout [UInt8]) {
        var tokens: [[UInt8]] = []
        for index in ids.indices {
            let id = Int(ids[index])
            checkID(id)
            if !stages.isSpecial[id] { tokens.append(stages.tokens[id]) }
        }
        text += self.text(of: tokens, startsText: true)
    }

    private func text(of tokens: [[UInt8]], startsText: Bool) -> [UInt8] {
        var text = DecodedTokens(tokens: tokens, startsText: startsText)
        stages.decoder.decode(&text)
        return Array(text.tokens.joined())
    }

    public func isSpecial(_ id: Int) -> Bool {
        checkID(id)
        return stages.isSpecial[id]
    }

    public func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        let end = endOfText.map { String(decoding: stages.tokens[$0], as: UTF8.self) }
        return HuggingFaceTokenizerFiles(
            tokenizerJSON: stages.tokenizerJSON(),
            tokenizerConfigJSON: tokenizerConfiguration(endOfText: end, contextLength: contextLength))
    }
}
