import HibariSupport
import HibariTokenizers

/// All documents of a corpus as one sequence of tokens.
///
/// With two or more documents each is followed by the tokenizer's end-of-text token; a single one is not.
public struct TokenizedCorpus: Sendable {
    public let tokens: TokenArray
    public let summary: CorpusSummary
    /// The number of bytes that each id stands for.
    private let byteLengths: [Int32]

    /// Reads and encodes all documents.
    ///
    /// - Throws: `DataError`: what the reader throws, a text that the tokenizer refuses, or several documents
    ///   and no token to put between them.
    public init(reading reader: CorpusReader, tokenizer: some Tokenizer) throws(DataError) {
        var tokens = TokenArray(vocabularySize: tokenizer.vocabularySize)
        var encoder = CorpusEncoder(tokenizer)
        summary = try encoder.encode(reader) { (ids, _) throws(DataError) in tokens.append(ids) }
        self.tokens = tokens
        byteLengths = tokenizer.byteLengths
    }

    /// Reads and encodes text, or opens tokens that were prepared and checks all of them.
    ///
    /// - Throws: as above; `DataError` for damaged tokens, or those of another tokenizer.
    public init(_ input: CorpusInput, tokenizer: some Tokenizer) throws(DataError) {
        switch input {
        case .text(let reader):
            self = try TokenizedCorpus(reading: reader, tokenizer: tokenizer)
        case .shards(let folder):
            self.init(try folder.tokens(of: tokenizer), folder.summary, tokenizer)
        case .tokenFiles(let files):
            let (tokens, summary) = try files.tokens(of: tokenizer)
            self.init(tokens, summary, tokenizer)
        }
    }

    private init(_ tokens: MappedTokens, _ summary: CorpusSummary, _ tokenizer: some Tokenizer) {
        self.tokens = TokenArray(tokens)
        self.summary = summary
        byteLengths = tokenizer.byteLengths
    }

    public var count: Int { tokens.count }

    /// How many bytes of the original text the tokens at `range` stand for; end-of-text tokens stand for
    /// none.
    ///
    /// A loss of `n` nats over these tokens is n / (ln 2 · bytes) bits per byte.
    public func byteCount(of range: Range<Int>) -> Int {
        var sum = 0
        tokens.forEach(in: range) { sum += Int(byteLengths[Int($0)]) }
        return sum
    }

    /// All tokens.
    public var all: TokenSlice { TokenSlice(tokens, range: 0..<count) }

    /// The first part for training, the last for validation, cut between tokens as nanoGPT does: with n
    /// tokens the first ⌊(1 − fraction) · n⌋ are for training.
    ///
    /// - Parameter validationFraction: in 0..<1; 0 leaves the validation part empty.
    public func split(
        validationFraction: Double
    ) throws(DataError) -> (training: TokenSlice, validation: TokenSlice) {
        guard validationFraction >= 0, validationFraction < 1 else {
            throw .invalidValidationFraction(validationFraction)
        }
        let cut = Int((1 - validationFraction) * Double(count))
        return (TokenSlice(tokens, range: 0..<cut), TokenSlice(tokens, range: cut..<count))
    }
}
