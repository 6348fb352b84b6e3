import HibariChat
import HibariTensor

/// An example as a decoder learns it: each token with the one that follows it.
public struct InstructionSequence: Sendable, Equatable {
    public let inputs: [Int32]
    /// As many as `inputs`; `ignoredTarget` where the next token is not to be learned.
    public let targets: [Int32]
    /// Whether something to be learned was beyond the limit.
    public let isCut: Bool

    /// What follows the last learned token is left out: with causal attention nothing depends on it.
    ///
    /// - Parameter limit: the most inputs, the model's context length.
    /// - Returns: nil if nothing is left to be learned. The first token never is: nothing stands before it.
    public init?(_ conversation: TokenizedConversation, limit: Int) {
        precondition(limit > 0, "InstructionSequence: a limit of \(limit) tokens")
        let (ids, isTrained) = (conversation.ids, conversation.isTrained)
        guard let last = isTrained.lastIndex(of: true),
            let end = isTrained.prefix(limit + 1).lastIndex(of: true), end > 0
        else { return nil }
        inputs = Array(ids[..<end])
        targets = (1...end).map { isTrained[$0] ? ids[$0] : ignoredTarget }
        isCut = end < last
    }

    /// How many tokens are learned; at least one.
    public var trainedCount: Int { targets.count { $0 != ignoredTarget } }

    /// The tokens with what is learned of them, as training sees them.
    public var conversation: TokenizedConversation {
        TokenizedConversation(
            ids: inputs + targets.suffix(1), isTrained: [false] + targets.map { $0 != ignoredTarget })
    }
}
