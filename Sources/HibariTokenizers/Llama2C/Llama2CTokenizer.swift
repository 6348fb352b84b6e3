import HibariSupport

/// The tokenizer of a llama2.c `tok*.bin` file: BPE by scores, with a space in front of every text and bytes for
/// characters that are not in the vocabulary.
///
/// Layout: the length of the longest token as a 32-bit number; for each token its score as a float32, its length
/// as a 32-bit number and its bytes. Token 0 is unknown, 1 stands before each document, 2 after it, and byte b is
/// token b + 3.
/// Source: llama2.c, tokenizer.py (`export`) and run.c (`build_tokenizer`, `encode`).
///
/// - Throws: `BinaryFileError` with the place in the file; an error of reading.
public func loadLlama2CTokenizer(path: String) throws -> PipelineTokenizer {
    let file = try MappedFile(path: path)
    let (tokens, scores) = try readTokens(ByteReader(path: path, bytes: file.bytes))
    withExtendedLifetime(file) {}

    let isSpecial = tokens.indices.map { $0 < 3 }
    let isMatched = tokens.indices.map { $0 >= firstByteToken + 256 }
    let beginning = 1
    return PipelineTokenizer(
        kind: "bpe",
        stages: PipelineTokenizer.Stages(
            normalizer: PrependNormalizer(prefix: [UInt8(ascii: " ")]),
            model: ScoredBPEModel(
                vocabulary: Vocabulary(tokens), isMatched: isMatched, scores: scores,
                options: ScoredBPEModel.Options(
                    byteIDs: (0..<256).map { Int32($0 + firstByteToken) }, spellsUnknownFirst: true)),
            decoder: DecoderSequence([
                ByteFallbackDecoder(), FuseDecoder(),
                StripDecoder(content: [UInt8(ascii: " ")], start: 1, stop: 0),
            ]),
            tokens: tokens, isSpecial: isSpecial,
            addedTokens: AddedTokenFinder(controlTokens: 0..<firstByteToken, of: tokens),
            endOfText: beginning,
            tokenizerJSON: { tokenizerJSON(tokens, scores: scores, isMatched: isMatched) }))
}

private let firstByteToken = 3

private func readTokens(_ start: ByteReader) throws(BinaryFileError) -> (tokens: [[UInt8]], scores: [Float]) {
    var reader = start
    let longest: Int32 = try reader.integer("the length of the longest token")
    guard longest > 0 else { throw reader.invalid("\(longest) as the length of the longest token", at: 0) }
    var (tokens, scores): ([[UInt8]], [Float]) = ([], [])
    while !reader.isAtEnd {
        let offset = reader.offset
        let score = try reader.float("a score")
        guard score.isFinite else { throw reader.invalid("the score \(score) of a token", at: offset) }
        let length: Int32 = try reader.integer("the length of a token")
        guard length >= 0, length <= longest else {
            throw reader.invalid("a token of \(length) bytes; expected at most \(longest),", at: offset + 4)
        }
        tokens.append(Array(try reader.bytes(UInt64(length), "token \(tokens.count)")))
        scores.append(score)
        let byte = tokens.count - 1 - firstByteToken
        if (0..<256).contains(byte), tokens.last.flatMap(namedByte) != UInt8(byte) {
            throw reader.invalid(
                "token \(tokens.count - 1), which should name byte \(byte) and does not,", at: offset)
        }
    }
    guard tokens.count >= firstByteToken + 256 else {
        throw reader.invalid(
            "the end after \(tokens.count) tokens; expected at least \(firstByteToken + 256),")
    }
    return (tokens, scores)
}

private func tokenizerJSON(_ tokens: [[UInt8]], scores: [Float], isMatched: [Bool]) -> JSONValue {
    [
        "version": "1.0", "truncation": .null, "padding": .null,
        "added_tokens": .array(
            (0..<3).map { addedToken($0, String(decoding: tokens[$0], as: UTF8.self), isSpecial: true) }),
        "normalizer": ["type": "Prepend", "prepend": " "],
        "pre_tokenizer": .null, "post_processor": .null,
        "decoder": spaceMarkDecoderJSON(mark: " ", stripsPrefix: true),
        "model": scoredBPEModelJSON(
            tokens, scores: scores, isMatched: isMatched, unknown: nil, fallsBackToBytes: true),
    ]
}
