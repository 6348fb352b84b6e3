/// Cuts text into the pieces of GPT-2.
///
/// The pieces are those of the pattern
/// `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: endings of English
/// contractions; runs of letters, of numbers and of other characters, each with a space in front of it; runs
/// of whitespace, whose last character is left to the word that follows.
/// Source: `pat` in GPT-2's encoder.py.
public struct GPT2PreTokenizer: Sendable {
    private let classes = CharacterClasses.shared

    public init() {}
}

extension GPT2PreTokenizer: PreTokenizer {
    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        var (first, end) = classes.character(at: start, in: text)
        if text[start] == UInt8(ascii: " "), end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(.whitespace) { (first, end) = next }
        } else if text[start] == UInt8(ascii: "'") {
            let length = contractionLength(at: start, in: text, ignoringCase: false)
            if length > 0 { return start + length }
        }
        if first.isAny(.letter) { return classes.end(ofRunOf: .letter, from: end, in: text) }
        if first.isAny(.whitespace) { return classes.end(ofSpacesFrom: start, in: text) }
        if first.isAny(.number) { return classes.end(ofRunOf: .number, from: end, in: text) }
        return classes.end(ofOthersFrom: end, in: text)
    }
}

extension CharacterClasses {
    /// `\s+(?!\S)|\s+` at `start`, where whitespace is: all the whitespace at the end of the text, otherwise
    /// all but its last character unless that is the only one.
    @inline(__always)
    func end(ofSpacesFrom start: Int, in text: Span<UInt8>) -> Int {
        var (last, end) = (start, start)
        while end < text.count {
            let next = character(at: end, in: text)
            if !next.class.isAny(.whitespace) { return last > start ? last : end }
            (last, end) = (end, next.end)
        }
        return end
    }
}
