/// Cuts added tokens out of a text: at each place the longest, from left to right.
///
/// Source: `AddedVocabulary::find_matches` in tokenizers.
struct AddedTokenFinder: Sendable {
    /// What a text consists of: text, and tokens with their index.
    enum Part {
        case text(ArraySlice<UInt8>)
        case token(id: Int32)
    }

    private let trie: ByteTrie
    private let tokens: [AddedToken]
    let isEmpty: Bool

    /// Finds control tokens by what they are spelled.
    init(controlTokens: some Collection<Int>, of tokens: [[UInt8]]) {
        self.tokens = controlTokens.map { AddedToken(id: $0, control: tokens[$0]) }
        trie = ByteTrie(self.tokens.enumerated().map { ($1.content[...], Int32($0)) })
        isEmpty = self.tokens.isEmpty
    }

    /// - Parameter spelling: how a token is spelled in the text to search.
    init(
        _ tokens: [AddedToken], spelling: (AddedToken) throws(TokenizerError) -> [UInt8]
    ) throws(TokenizerError) {
        self.tokens = tokens
        var spellings: [(bytes: ArraySlice<UInt8>, value: Int32)] = []
        for (index, token) in tokens.enumerated() {
            spellings.append((try spelling(token)[...], Int32(index)))
        }
        trie = ByteTrie(spellings)
        isEmpty = spellings.allSatisfy(\.bytes.isEmpty)
    }

    /// - Parameter allowed: the special tokens that text may become. The others are text; no token is looked
    ///   for inside one.
    func parts(of text: ArraySlice<UInt8>, _ allowed: AllowedSpecialTokens) -> [Part] {
        var parts: [Part] = []
        // Up to where the text has been handed out.
        var done = text.startIndex
        var position = text.startIndex
        while position < text.endIndex, !isEmpty {
            guard let match = trie.longestMatch(in: text[position...]) else {
                position += 1
                continue
            }
            let token = tokens[Int(match.value)]
            var range = position..<position + match.length
            position = range.upperBound
            if token.isSpecial && !allowed.contains(String(decoding: token.content, as: UTF8.self))
                || token.isSingleWord && !isWord(range, in: text)
            {
                continue
            }
            if token.takesSpaceBefore {
                range = startOfSpace(before: range.lowerBound, in: text[done...])..<range.upperBound
            }
            if token.takesSpaceAfter {
                range = range.lowerBound..<endOfSpace(after: range.upperBound, in: text)
            }
            if done < range.lowerBound { parts.append(.text(text[done..<range.lowerBound])) }
            parts.append(.token(id: Int32(token.id)))
            done = range.upperBound
            position = done
        }
        if done < text.endIndex { parts.append(.text(text[done...])) }
        return parts
    }

    private func isWord(_ range: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
        let before = lastScalar(before: range.lowerBound, in: text)?.value
        var after = UTF8Scalars(text[range.upperBound...])
        return before.map(CharacterProperties.isWordCharacter) != true
            && after.next().map({ CharacterProperties.isWordCharacter($0.value) }) != true
    }

    private func startOfSpace(before end: Int, in text: ArraySlice<UInt8>) -> Int {
        var start = end
        while let scalar = lastScalar(before: start, in: text), CharacterProperties.isWhitespace(scalar.value)
        {
            start = scalar.range.lowerBound
        }
        return start
    }

    private func endOfSpace(after start: Int, in text: ArraySlice<UInt8>) -> Int {
        for (value, range) in UTF8Scalars(text[start...]) where !CharacterProperties.isWhitespace(value) {
            return range.lowerBound
        }
        return text.endIndex
    }
}

/// The character that ends at `end`.
private func lastScalar(
    before end: Int, in text: ArraySlice<UInt8>
) -> (value: UInt32, range: Range<Int>)? {
    guard end > text.startIndex else { return nil }
    var start = end - 1
    while start > text.startIndex, text[start] & 0xC0 == 0x80 { start -= 1 }
    var scalars = UTF8Scalars(text[start..<end])
    return scalars.next()
}
