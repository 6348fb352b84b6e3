/// The tokenizer without training: ids 0–255 are the bytes, 256 is `<|endoftext|>`. Any byte string is
/// accepted.
public struct ByteTokenizer: Tokenizer {
    public init() {}

    public var kind: String { "bytes" }
    public var vocabularySize: Int { 257 }
    public var endOfText: Int? { 256 }

    public func encode(_ bytes: Span<UInt8>, emit: (Int32) -> Void) throws(TokenizerError) {
        for index in bytes.indices { emit(Int32(bytes[index])) }
    }

    public func bytes(of id: Int) -> [UInt8] {
        checkID(id)
        return id < 256 ? [UInt8(id)] : []
    }

    public func isSpecial(_ id: Int) -> Bool {
        checkID(id)
        return id == 256
    }

    public func huggingFaceFiles(contextLength: Int?) -> HuggingFaceTokenizerFiles {
        HuggingFaceTokenizerFiles(
            tokenizerJSON: ByteLevelFormat.bytesTokenizerJSON,
            tokenizerConfigJSON: tokenizerConfiguration(
                endOfText: endOfTextMarker, contextLength: contextLength))
    }
}
