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
                hasEndOfText: endOfText != nil, contextLength: contextLength))
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
    if let offset = bytes.withUnsafeBytes({ firstInvalidUTF8(in: $0) }) {
        throw .invalidUTF8(offset: offset, byte: bytes[offset])
    }
    var offset = 0
    while offset < bytes.count {
        let start = offset
        let lead = UInt32(bytes[offset])
        // The text is valid, so the lead byte alone tells the length, and its low bits begin the value.
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var value = length == 1 ? lead : lead & (0x7F >> UInt32(length))
        for index in 1..<max(1, length) { value = value << 6 | UInt32(bytes[start + index] & 0x3F) }
        offset += length
        guard let scalar = Unicode.Scalar(value) else { throw .invalidUTF8(offset: start, byte: UInt8(lead)) }
        try body(scalar, start)
    }
}
