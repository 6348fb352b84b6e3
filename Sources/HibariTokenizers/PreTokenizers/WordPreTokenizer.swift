/// What the patterns cl100k, llama3 and qwen2 have in common, with the places in which they differ.
///
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// is the pattern of Llama 3: endings of English contractions in either case; letters with one character
/// before them that is neither letter nor number nor line break; three digits at a time; other characters
/// with a space before and line breaks after them; whitespace to the last line break; other whitespace, whose
/// last character is left to the word that follows.
struct WordPreTokenizer: Sendable {
    private let classes = CharacterClasses.shared
    /// The most numbers in a piece.
    let numbers: Int
    /// Whether whitespace at the end of the text is one piece even if a line break is in it.
    let keepsFinalSpaces: Bool

    @inline(__always)
    func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        let (first, end) = classes.character(at: start, in: text)
        if first.isAny(.letter) { return classes.end(ofRunOf: .letter, from: end, in: text) }
        if first.isAny(.number) { return endOfNumbers(from: end, in: text) }
        if text[start] == UInt8(ascii: "'") {
            let length = contractionLength(at: start, in: text, ignoringCase: true)
            if length > 0 { return start + length }
        }
        if end < text.count, !first.isAny(.newline) {
            let next = classes.character(at: end, in: text)
            if next.class.isAny(.letter) { return classes.end(ofRunOf: .letter, from: next.end, in: text) }
            if text[start] == UInt8(ascii: " "), !next.class.isAny(.word) {
                return endOfOthers(from: next.end, in: text)
            }
        }
        if first.isAny(.whitespace) {
            return classes.end(ofLinesFrom: start, in: text, keepsFinalSpaces: keepsFinalSpaces)
        }
        return endOfOthers(from: end, in: text)
    }

    /// The rest of `\p{N}{1,3}`.
    @inline(__always)
    private func endOfNumbers(from start: Int, in text: Span<UInt8>) -> Int {
        var end = start
        for _ in 1..<numbers where end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(.number) { break }
            end = next.end
        }
        return end
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n]*`.
    @inline(__always)
    private func endOfOthers(from start: Int, in text: Span<UInt8>) -> Int {
        classes.end(ofRunOf: .newline, from: classes.end(ofOthersFrom: start, in: text), in: text)
    }
}

extension CharacterClasses {
    /// `\s*[\r\n]+|\s+(?!\S)|\s+` at `start`, where whitespace is.
    ///
    /// - Parameter keepsFinalSpaces: whether `\s+$` comes first.
    @inline(__always)
    func end(ofLinesFrom start: Int, in text: Span<UInt8>, keepsFinalSpaces: Bool) -> Int {
        var (last, end, endOfLine) = (start, start, start)
        while end < text.count {
            let next = character(at: end, in: text)
            if !next.class.isAny(.whitespace) {
                if endOfLine > start { return endOfLine }
                return last > start ? last : end
            }
            (last, end) = (end, next.end)
            if next.class.isAny(.newline) { endOfLine = end }
        }
        return endOfLine > start && !keepsFinalSpaces ? endOfLine : end
    }
}
