/// SentencePiece's normalizer: at each place the longest key of the character map is replaced, spaces become ▁,
/// runs of them one, and one stands in front.
///
/// Source: `Normalizer::Normalize` in sentencepiece, normalizer.cc.
struct SentencePieceNormalizer: Normalizer {
    static let mark = Array("▁".utf8)

    let map: CharacterMap?
    /// Tokens that stay as they are.
    let userDefined: ByteTrie?
    let addsDummyPrefix: Bool
    let removesExtraSpaces: Bool
    let escapesSpaces: Bool

    func normalize(_ text: [UInt8]) -> [UInt8] {
        let space = escapesSpaces ? Self.mark : [UInt8(ascii: " ")]
        var result: [UInt8] = []
        result.reserveCapacity(2 * text.count)
        // Only the first that is no space shows that the text is not empty, and so gets the prefix.
        var hasBegun = false
        var wasSpace = removesExtraSpaces
        var rest = text[...]
        while !rest.isEmpty {
            let length: Int
            var replacement: ArraySlice<UInt8>
            (replacement, length) = self.replacement(at: rest)
            rest = rest.dropFirst(length)
            if !hasBegun {
                if removesExtraSpaces, replacement.elementsEqual([UInt8(ascii: " ")]) { continue }
                if addsDummyPrefix { result += space }
                hasBegun = true
            }
            if wasSpace { replacement = replacement.drop { $0 == UInt8(ascii: " ") } }
            if let last = replacement.last {
                for byte in replacement {
                    if byte == UInt8(ascii: " ") { result += space } else { result.append(byte) }
                }
                wasSpace = last == UInt8(ascii: " ")
            }
            if !removesExtraSpaces { wasSpace = false }
        }
        if removesExtraSpaces {
            while result.suffix(space.count).elementsEqual(space) { result.removeLast(space.count) }
        }
        return result
    }

    /// What the beginning of `text` becomes, and how many bytes that takes.
    private func replacement(at text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, length: Int) {
        if let match = userDefined?.longestMatch(in: text) {
            return (text.prefix(match.length), match.length)
        }
        if let match = map?.longestReplacement(at: text) { return (match.text, match.length) }
        let length = utf8Length(lead: text[text.startIndex])
        return (text.prefix(length), length)
    }
}
