import HibariSupport
import HibariTokenizers

/// A conversation as token ids, and which of them are learned.
public struct TokenizedConversation: Sendable, Equatable {
    public let ids: [Int32]
    /// By token, whether a model learns to write it: all that the assistant says, and the token that ends its turn.
    public let isTrained: [Bool]

    public var trainedCount: Int { isTrained.count { $0 } }

    /// - Precondition: as many flags as ids.
    public init(ids: [Int32], isTrained: [Bool]) {
        precondition(
            ids.count == isTrained.count, "TokenizedConversation: \(ids.count) ids, \(isTrained.count) flags")
        (self.ids, self.isTrained) = (ids, isTrained)
    }

    /// The ids are those of the whole text with its control tokens; what a message spells is no control token.
    ///
    /// A token is learned if all of it is in a learned part of the text. One that goes beyond an end of such a part, as
    /// a line feed of the template and one of the answer may be one token, is not: no model writes it there.
    ///
    /// - Throws: `TokenizerError` if the text cannot be encoded.
    public init(_ rendered: RenderedConversation, tokenizer: any Tokenizer) throws(TokenizerError) {
        // Words that were added to a vocabulary are text.
        let control = tokenizer.specialTokens.filter(\.isControl)
        let encoder = ConversationEncoder(
            tokenizer: tokenizer, bytes: Array(rendered.text.utf8), trained: rendered.trained,
            control: control)
        let segments = TextSegments(encoder.bytes, written: rendered.written, control)
        // Byte-level tokenizers encode the text between control tokens by itself. Others may treat the beginning of the
        // text, and space around a token, in their own way, so they get it as a whole if a message spells no token.
        if !(tokenizer is BPETokenizer), !segments.hasWrittenTokens {
            let whole = try encoder.encode(0..<encoder.bytes.count, .all)
            self.init(ids: whole.ids, isTrained: whole.isTrained)
            return
        }
        var (ids, isTrained): ([Int32], [Bool]) = ([], [])
        for segment in segments.all {
            switch segment {
            case .token(let id, let range):
                ids.append(id)
                isTrained.append(encoder.isTrained(range))
            case .text(let range):
                let part = try encoder.encode(range, .none)
                ids += part.ids
                isTrained += part.isTrained
            }
        }
        self.init(ids: ids, isTrained: isTrained)
    }
}

/// Encodes parts of a text and finds out which of their tokens are learned.
private struct ConversationEncoder {
    let tokenizer: any Tokenizer
    let bytes: [UInt8]
    let trained: [Range<Int>]
    /// By id, the bytes of the spellings of control tokens, which stand for no text otherwise.
    private let spellings: [Int32: Int]

    init(tokenizer: any Tokenizer, bytes: [UInt8], trained: [Range<Int>], control: [SpecialToken]) {
        (self.tokenizer, self.bytes, self.trained) = (tokenizer, bytes, trained)
        var spellings: [Int32: Int] = [:]
        for token in control { spellings[Int32(token.id)] = token.content.utf8.count }
        self.spellings = spellings
    }

    func isTrained(_ range: Range<Int>) -> Bool {
        trained.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    func encode(
        _ range: Range<Int>, _ allowed: AllowedSpecialTokens
    ) throws(TokenizerError) -> (ids: [Int32], isTrained: [Bool]) {
        let ids = try self.ids(of: range, allowed)
        if let ends = ends(of: ids, count: range.count) {
            var start = range.lowerBound
            return (
                ids,
                ends.map { end in
                    defer { start = range.lowerBound + end }
                    return isTrained(start..<range.lowerBound + end)
                }
            )
        }
        // The tokens do not spell the text, so they have no places in it: compare with those of its beginnings.
        var flags = [Bool](repeating: false, count: ids.count)
        for part in trained.map({ $0.clamped(to: range) }) where !part.isEmpty {
            let before = try self.ids(of: range.lowerBound..<part.lowerBound, allowed)
            let through = try self.ids(of: range.lowerBound..<part.upperBound, allowed)
            let start = commonPrefix(ids, before)
            // A token in which the part begins and what is before it ends is not learned.
            let first = start == before.count ? start : start + 1
            for index in first..<max(first, commonPrefix(ids, through)) { flags[index] = true }
        }
        return (ids, flags)
    }

    private func ids(
        of range: Range<Int>, _ allowed: AllowedSpecialTokens
    ) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        do throws(TokenizerError) {
            try tokenizer.encode(Array(bytes[range]).span, allowingSpecial: allowed) { ids.append($0) }
        } catch {
            throw error.movingOffset(by: range.lowerBound)
        }
        return ids
    }

    /// Where each token ends in a text of `count` bytes; nil if the tokens do not spell it.
    private func ends(of ids: [Int32], count: Int) -> [Int]? {
        var (ends, end) = ([Int](), 0)
        for id in ids {
            end += spellings[id] ?? tokenizer.bytes(of: Int(id)).count
            ends.append(end)
        }
        if end == count { return ends }
        // SentencePiece puts a space in front of a text.
        guard end == count + 1, let first = ids.first,
            tokenizer.bytes(of: Int(first)).first == UInt8(ascii: " ")
        else { return nil }
        return ends.map { $0 - 1 }
    }
}

/// How many elements two arrays have in common at their beginnings.
private func commonPrefix(_ a: [Int32], _ b: [Int32]) -> Int { zip(a, b).prefix { $0 == $1 }.count }

/// A text cut at the control tokens it spells: at each place the longest, from left to right.
struct TextSegments {
    enum Segment { case text(Range<Int>), token(id: Int32, Range<Int>) }

    private(set) var all: [Segment] = []
    /// Whether a message spells a control token, which is text then.
    private(set) var hasWrittenTokens = false

    init(_ bytes: [UInt8], written: [Range<Int>], _ tokens: [SpecialToken]) {
        let tokens = tokens.map { (bytes: Array($0.content.utf8), id: Int32($0.id)) }
            .filter { !$0.bytes.isEmpty }.sorted { $0.bytes.count > $1.bytes.count }
        var byFirst: [[(bytes: [UInt8], id: Int32)]] = Array(repeating: [], count: 256)
        for token in tokens { byFirst[Int(token.bytes[0])].append(token) }
        var (start, place) = (0, 0)
        // The first written part that ends behind the place.
        var part = 0
        while place < bytes.count {
            while part < written.count, written[part].upperBound <= place { part += 1 }
            let candidates = byFirst[Int(bytes[place])]
            guard let token = candidates.first(where: { bytes[place...].starts(with: $0.bytes) }) else {
                place += 1
                continue
            }
            let range = place..<place + token.bytes.count
            if part < written.count, written[part].overlaps(range) {
                hasWrittenTokens = true
                place += 1
                continue
            }
            if start < place { all.append(.text(start..<place)) }
            all.append(.token(id: token.id, range))
            (start, place) = (range.upperBound, range.upperBound)
        }
        if start < bytes.count { all.append(.text(start..<bytes.count)) }
    }
}
