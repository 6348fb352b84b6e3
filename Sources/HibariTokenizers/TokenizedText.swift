import HibariSupport

/// A text with its tokens, each with its place.
public struct TokenizedText: Sendable {
    public let bytes: [UInt8]
    public let ids: [Int32]
    /// Where each token ends, in bytes.
    public let ends: [Int]

    /// - Throws: `TokenizerError` if the text cannot be encoded; `TokenizerError.notReversible` if the tokens do
    ///   not spell the text byte for byte, so that they have no places in it.
    public init(_ bytes: [UInt8], tokenizer: any Tokenizer) throws(TokenizerError) {
        let ids = try tokenizer.encode(bytes)
        let decoded = tokenizer.decode(ids)
        if let offset = firstDifference(bytes, decoded) { throw .notReversible(offset: offset) }
        var (ends, end) = ([Int](), 0)
        ends.reserveCapacity(ids.count)
        for id in ids {
            end += tokenizer.bytes(of: Int(id)).count
            ends.append(end)
        }
        // The first token may have a space in front that is not in the text: SentencePiece adds it.
        if end == bytes.count + 1, let first = ids.first,
            tokenizer.bytes(of: Int(first)).first == UInt8(ascii: " ")
        {
            for index in ends.indices { ends[index] -= 1 }
            end -= 1
        }
        // A decoder may join tokens in another way than one after the other.
        if end != bytes.count { throw .notReversible(offset: min(end, bytes.count)) }
        (self.bytes, self.ids, self.ends) = (bytes, ids, ends)
    }

    /// The bytes of token number `index`.
    public func range(of index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// For each byte offset from 0 to the end, how many characters (Unicode scalars, and bytes that are part of
    /// none) begin before it.
    public var characterOffsets: [Int] {
        var offsets = [0]
        offsets.reserveCapacity(bytes.count + 1)
        var begun = 0
        forEachCharacter { range, _ in
            begun += 1
            offsets += repeatElement(begun, count: range.count)
        }
        return offsets
    }

    /// Calls `body` with every character and its bytes; U+FFFD for a byte that is not part of valid UTF-8.
    public func forEachCharacter(_ body: (_ range: Range<Int>, _ scalar: Unicode.Scalar) -> Void) {
        var start = 0
        while start < bytes.count {
            let character = utf8Scalar(in: bytes.span, at: start) ?? ("\u{FFFD}", 1)
            body(start..<start + character.length, character.scalar)
            start += character.length
        }
    }
}

/// The first offset in which two byte strings differ, the end of the shorter one included; nil if they are equal.
public func firstDifference(_ a: [UInt8], _ b: [UInt8]) -> Int? {
    if a == b { return nil }
    return zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)
}
