/// A conversation as one text, and which of it is learned.
public struct RenderedConversation: Sendable, Equatable {
    public private(set) var text: String
    /// What the assistant says, with the token that ends its turn, in bytes of the text; in order, without overlaps.
    public private(set) var trained: [Range<Int>]
    /// Text that somebody wrote, not the template: what it spells is no control token. In bytes, in order.
    public private(set) var written: [Range<Int>]

    init(text: String = "", trained: [Range<Int>] = [], written: [Range<Int>] = []) {
        (self.text, self.trained, self.written) = (text, trained, written)
    }

    /// A text that is learned as it is, and the token that ends it.
    public init(learning text: String, end: String) {
        self.init()
        write(text, isTrained: true)
        add(end, isTrained: true)
    }

    /// Appends text of the template.
    mutating func add(_ part: String, isTrained: Bool = false) {
        append(part, isTrained: isTrained)
    }

    /// Appends text of a message.
    mutating func write(_ part: String, isTrained: Bool = false) {
        let start = text.utf8.count
        append(part, isTrained: isTrained)
        if !part.isEmpty { written.append(start..<text.utf8.count) }
    }

    private mutating func append(_ part: String, isTrained: Bool) {
        if part.isEmpty { return }
        let start = text.utf8.count
        text += part
        guard isTrained else { return }
        if let last = trained.last, last.upperBound == start {
            trained[trained.count - 1] = last.lowerBound..<text.utf8.count
        } else {
            trained.append(start..<text.utf8.count)
        }
    }

    /// The text cut where learning begins and ends, for a preview.
    public var pieces: [(text: String, isTrained: Bool)] {
        let bytes = Array(text.utf8)
        var (pieces, start): ([(text: String, isTrained: Bool)], Int) = ([], 0)
        func piece(_ range: Range<Int>, _ isTrained: Bool) {
            if range.isEmpty { return }
            pieces.append((String(decoding: bytes[range], as: UTF8.self), isTrained))
        }
        for range in trained {
            piece(start..<range.lowerBound, false)
            piece(range, true)
            start = range.upperBound
        }
        piece(start..<bytes.count, false)
        return pieces
    }
}
