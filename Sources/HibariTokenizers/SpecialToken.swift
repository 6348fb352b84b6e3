/// A token that no byte-pair merge makes: it stands in text as a whole or not at all.
public struct SpecialToken: Sendable, Hashable {
    /// How it is spelled.
    public var content: String
    public var id: Int
    /// Whether it is a control token: text becomes one only if that is asked for, and it stands for no text.
    /// Otherwise it is an ordinary word that was added to a vocabulary, and text that spells it is that token.
    public var isControl: Bool

    public init(_ content: String, id: Int, isControl: Bool = true) {
        (self.content, self.id, self.isControl) = (content, id, isControl)
    }
}

/// Which control tokens text may become by spelling them.
public enum AllowedSpecialTokens: Sendable, Hashable {
    case none
    case all
    /// Those with these spellings.
    case only(Set<String>)

    func contains(_ content: String) -> Bool {
        switch self {
        case .none: false
        case .all: true
        // By bytes, as tokens are told apart.
        case .only(let contents): contents.contains { $0.utf8.elementsEqual(content.utf8) }
        }
    }
}

/// Finds the places where tokens are spelled out in text: the leftmost, of several that begin there the
/// longest.
struct SpecialTokenFinder: Sendable {
    private let trie: ByteTrie
    private let isFirstByte: [Bool]
    let isEmpty: Bool

    init(_ tokens: [SpecialToken]) {
        let spellings = tokens.map { (bytes: Array($0.content.utf8)[...], value: Int32($0.id)) }
        trie = ByteTrie(spellings)
        var isFirstByte = [Bool](repeating: false, count: 256)
        for byte in spellings.compactMap(\.bytes.first) { isFirstByte[Int(byte)] = true }
        self.isFirstByte = isFirstByte
        isEmpty = spellings.allSatisfy(\.bytes.isEmpty)
    }

    /// The first token at `start` or after it.
    func first(in text: Span<UInt8>, from start: Int) -> (range: Range<Int>, id: Int32)? {
        for position in start..<text.count where isFirstByte[Int(text[position])] {
            var node = ByteTrie.root
            var longest: (range: Range<Int>, id: Int32)?
            for end in position..<text.count {
                let next = trie.step(node, text[end])
                if next.node < 0 { break }
                node = next.node
                if next.value >= 0 { longest = (position..<end + 1, next.value) }
            }
            if let longest { return longest }
        }
        return nil
    }

    /// Calls `ordinary` with the ranges of text between tokens, none empty, and `token` with the tokens.
    func split(
        _ text: Span<UInt8>, ordinary: (Range<Int>) throws(TokenizerError) -> Void, token: (Int32) -> Void
    ) throws(TokenizerError) {
        var start = 0
        while let found = first(in: text, from: start) {
            if found.range.lowerBound > start { try ordinary(start..<found.range.lowerBound) }
            token(found.id)
            start = found.range.upperBound
        }
        if start < text.count { try ordinary(start..<text.count) }
    }
}
