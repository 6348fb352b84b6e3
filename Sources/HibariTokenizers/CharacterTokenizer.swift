import HibariSupport

/// One id for each Unicode scalar of the training text, in order of scalar value, as nanoGPT numbers them.
///
/// What people see as one character may be several scalars (a letter and its accent, the parts of an emoji);
/// each has its own id, so joining them again loses nothing.
public struct CharacterTokenizer: Tokenizer {
    /// The characters by id.
    public let scalars: [Unicode.Scalar]
    public let endOfText: Int?
    private let ids: ScalarTable

    /// - Parameters:
    ///   - scalars: the characters, each once; the id of a character is its index.
    ///   - addsEndOfText: whether `<|endoftext|>` is the last id.
    public init(scalars: [Unicode.Scalar], addsEndOfText: Bool) {
        self.scalars = scalars
        endOfText = addsEndOfText ? scalars.count : nil
        ids = ScalarTable(scalars)
    }

    /// The vocabulary of a text.
    ///
    /// - Parameter addsEndOfText: whether `<|endoftext|>` is the last id; a corpus of several documents needs
    ///   it.
    /// - Throws: `TokenizerError` if the text is empty or not valid UTF-8.
    public static func train(on text: [UInt8], addsEndOfText: Bool = false) throws(TokenizerError) -> Self {
        var trainer = CharacterTokenizerTrainer()
        try trainer.add(text.span)
        return try trainer.tokenizer(addsEndOfText: addsEndOfText)
    }

    public var kind: String { "characters" }
    public var vocabularySize: Int { scalars.count + (endOfText == nil ? 0 : 1) }

    public func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        try forEachScalar(in: bytes) { (scalar, offset) throws(TokenizerError) in
            let id = ids[scalar]
            guard id >= 0 else { throw .unknownCharacter(scalar, offset: offset) }
            emit(id)
        }
    }

    public func bytes(of id: Int) -> [UInt8] {
        checkID(id)
        return id < scalars.count ? Array(scalars[id].utf8) : []
    }

    public func isSpecial(_ id: Int) -> Bool {
        checkID(id)
        return id == endOfText
    }

    public func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        HuggingFaceTokenizerFiles(
            tokenizerJSON: CharacterTokenizerFormat.tokenizerJSON(of: self),
            tokenizerConfigJSON: tokenizerConfiguration(
                endOfText: endOfText == nil ? nil : endOfTextMarker, contextLength: contextLength))
    }
}

/// Collects the characters of a corpus that is read document by document.
public struct CharacterTokenizerTrainer: Sendable {
    private var isSeen = [Bool](repeating: false, count: 0x11_0000)

    public init() {}

    /// - Throws: `TokenizerError.invalidUTF8` with a byte offset into `text`.
    public mutating func add(_ text: Span<UInt8>) throws(TokenizerError) {
        try forEachScalar(in: text) { (scalar, _) throws(TokenizerError) in
            isSeen[Int(scalar.value)] = true
        }
    }

    /// The tokenizer for everything added so far.
    public func tokenizer(addsEndOfText: Bool) throws(TokenizerError) -> CharacterTokenizer {
        let scalars = isSeen.indices.lazy.filter { isSeen[$0] }.compactMap { Unicode.Scalar(UInt32($0)) }
        guard !scalars.isEmpty else { throw .emptyTrainingText }
        return CharacterTokenizer(scalars: Array(scalars), addsEndOfText: addsEndOfText)
    }
}

/// Scalar → id by two array reads: pages of 256 scalars, and only the pages that occur.
private struct ScalarTable: Sendable {
    private var pages = [UInt16](repeating: 0, count: 0x1100)
    private var ids = [Int32](repeating: -1, count: 256)  // Page 0 is the empty one.

    init(_ scalars: [Unicode.Scalar]) {
        for (id, scalar) in scalars.enumerated() {
            let page = Int(scalar.value >> 8)
            if pages[page] == 0 {
                pages[page] = UInt16(ids.count >> 8)
                ids += repeatElement(-1, count: 256)
            }
            let slot = Int(pages[page]) << 8 | Int(scalar.value & 0xFF)
            precondition(
                ids[slot] < 0, "CharacterTokenizer: U+\(String(scalar.value, radix: 16)) occurs twice")
            ids[slot] = Int32(id)
        }
    }

    /// The id of a scalar, or −1.
    subscript(scalar: Unicode.Scalar) -> Int32 {
        ids[Int(pages[Int(scalar.value >> 8)]) << 8 | Int(scalar.value & 0xFF)]
    }
}

/// Calls `body` with each scalar of UTF-8 text and the offset where it begins.
private func forEachScalar(
    in bytes: Span<UInt8>, _ body: (Unicode.Scalar, Int) throws(TokenizerError) -> Void
) throws(TokenizerError) {
    var offset = 0
    while offset < bytes.count {
        guard let (scalar, length) = utf8Scalar(in: bytes, at: offset) else {
            throw .invalidUTF8(offset: offset, byte: bytes[offset])
        }
        try body(scalar, offset)
        offset += length
    }
}
