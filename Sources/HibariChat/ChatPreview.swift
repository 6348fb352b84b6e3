import HibariTokenizers

/// A token as a preview shows it.
public struct PreviewToken: Sendable, Equatable {
    /// What it spells; a control token with its name, and bytes that are no character as U+FFFD.
    public var text: String
    public var isTrained: Bool
    public var isControl: Bool

    public init(text: String, isTrained: Bool, isControl: Bool) {
        (self.text, self.isTrained, self.isControl) = (text, isTrained, isControl)
    }
}

extension TokenizedConversation {
    /// The tokens one by one, for a person to see what is learned and what ends an answer.
    ///
    /// Tokens that share a character come as one piece, if both or neither are learned.
    public func preview(_ tokenizer: any Tokenizer) -> [PreviewToken] {
        var names: [Int: String] = [:]
        for token in tokenizer.specialTokens where token.isControl { names[token.id] = token.content }
        var (pieces, bytes): ([PreviewToken], [UInt8]) = ([], [])
        func flush(_ isTrained: Bool) {
            if bytes.isEmpty { return }
            pieces.append(
                PreviewToken(
                    text: String(decoding: bytes, as: UTF8.self), isTrained: isTrained, isControl: false))
            bytes = []
        }
        for (index, id) in ids.enumerated() {
            if let name = names[Int(id)] {
                if index > 0 { flush(isTrained[index - 1]) }
                pieces.append(PreviewToken(text: name, isTrained: isTrained[index], isControl: true))
                continue
            }
            if index > 0, isTrained[index - 1] != isTrained[index] { flush(isTrained[index - 1]) }
            bytes += tokenizer.bytes(of: Int(id))
            // Only whole characters are shown; a model's text may also have bytes that are none.
            if String(validating: bytes, as: UTF8.self) != nil || bytes.count > 8 { flush(isTrained[index]) }
        }
        if let last = isTrained.last { flush(last) }
        return pieces
    }
}

/// Refuses data in which nothing would be learned.
///
/// - Parameter path: the file the examples are from, for the error.
/// - Returns: the number of learned tokens of all examples.
/// - Throws: `ChatError.nothingTrained`.
@discardableResult
public func requireTrainedTokens(
    _ examples: [TokenizedConversation], of path: String
) throws(ChatError) -> Int {
    let count = examples.reduce(0) { $0 + $1.trainedCount }
    if count == 0 { throw .nothingTrained(path: path, count: examples.count) }
    return count
}
