/// Cuts text into the pieces of SmolLM: each number character by itself, and the text between them as GPT-2
/// does, as if each stretch of it were alone.
///
/// As one pattern: `\p{N}|'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?=\p{N})|\s+(?!\S)|\s+`.
/// Source: the steps Digits and ByteLevel of SmolLM2's tokenizer.json.
package struct SmolLMPreTokenizer: PreTokenizer {
    private let classes = CharacterClasses.shared
    /// What the step Digits cuts out.
    private static let digits: CharacterClass = [.number, .latestNumber]

    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        var (first, end) = classes.character(at: start, in: text)
        if first.isAny(Self.digits) { return end }
        if text[start] == UInt8(ascii: " "), end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(Self.digits.union(.whitespace)) { (first, end) = next }
        } else if text[start] == UInt8(ascii: "'") {
            let length = contractionLength(at: start, in: text, ignoringCase: false)
            if length > 0 { return start + length }
        }
        if first.isAny(.letter) { return classes.end(ofRunOf: .letter, from: end, in: text) }
        if first.isAny(.whitespace) { return endOfSpaces(from: start, in: text) }
        return classes.end(ofOthersFrom: end, in: text, before: Self.digits)
    }

    /// As in GPT-2, but whitespace before a number is complete.
    private func endOfSpaces(from start: Int, in text: Span<UInt8>) -> Int {
        var (last, end) = (start, start)
        while end < text.count {
            let next = classes.character(at: end, in: text)
            if next.class.isAny(Self.digits) { return end }
            if !next.class.isAny(.whitespace) { return last > start ? last : end }
            (last, end) = (end, next.end)
        }
        return end
    }
}
