import HibariModels
import HibariNN
import HibariTensor

/// The part of a growing text that a model reads, with what it has read of it.
///
/// Once a text of n tokens is longer than the context T, its first tokens are dropped in steps of T/2, so that it is
/// read anew once every T/2 tokens. Where the window starts depends on n alone. Of the window only what differs from
/// the text before is read: the next token of the same text, or the next turn of a conversation.
public final class ContextWindow {
    private let model: any LanguageModel
    private let usesCache: Bool
    private let cache: KeyValueCache
    /// The tokens in the cache.
    private var read: [Int32] = []

    /// Tokens of a prompt that are read at once; between such parts a reading can be interrupted.
    private static let partLength = 512

    /// - Parameters:
    ///   - usesCache: false reads the whole window for every token; the logits are the same.
    ///   - capacity: the most tokens the text will have, as far as known; the window grows with the text.
    public init(_ model: any LanguageModel, usesCache: Bool = true, capacity: Int = 256) {
        self.model = model
        self.usesCache = usesCache
        cache = model.makeCache(capacity: max(1, min(capacity, model.configuration.contextLength)))
    }

    /// Where the window of `count` tokens starts with a context of `length`.
    static func start(count: Int, length: Int) -> Int {
        guard count > length else { return 0 }
        let step = max(1, length / 2)
        return (count - length + step - 1) / step * step
    }

    /// How many of `tokens` need not be read again.
    package func keptCount(of tokens: [Int32]) -> Int {
        let start = Self.start(count: tokens.count, length: model.configuration.contextLength)
        return keptCount(of: tokens[start...])
    }

    private func keptCount(of visible: ArraySlice<Int32>) -> Int {
        guard usesCache else { return 0 }
        // The last one is always read: its logits are wanted.
        let limit = min(read.count, visible.count - 1)
        var count = 0
        while count < limit, read[count] == visible[visible.startIndex + count] { count += 1 }
        return count
    }

    /// The logits `[V]` of the token after `tokens`; nil if the reading was interrupted.
    ///
    /// - Precondition: at least one token, each one of the model's.
    func logits(_ tokens: [Int32], isInterrupted: () -> Bool = { false }) -> Tensor? {
        let length = model.configuration.contextLength
        let visible = tokens[Self.start(count: tokens.count, length: length)...]
        let kept = keptCount(of: visible)
        cache.truncate(to: kept)
        read.removeLast(read.count - kept)
        if visible.count > cache.capacity {
            cache.grow(to: min(length, max(visible.count, 2 * cache.capacity)))
        }
        var rest = visible.dropFirst(kept)
        while true {
            let part = Array(rest.prefix(Self.partLength))
            let logits = model.nextLogits(after: part, cache: cache)
            read += part
            rest = rest.dropFirst(part.count)
            if rest.isEmpty { return logits }
            if isInterrupted() { return nil }
        }
    }
}
