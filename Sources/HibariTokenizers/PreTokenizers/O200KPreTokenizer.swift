/// Cuts text into the pieces of GPT-4o, tiktoken's o200k_base.
///
/// Words are cut before a capital that follows a small letter, and keep the ending of a contraction; marks
/// belong to words. Numbers go by three, other characters take a space before and line breaks and slashes
/// after them, and whitespace is cut as in Llama 3.
/// Source: tiktoken_ext/openai_public.py.
package struct O200KPreTokenizer: PreTokenizer {
    private let classes = CharacterClasses.shared

    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int {
        let (first, end) = classes.character(at: start, in: text)
        if let end = endOfWord(from: start, first: first, firstEnd: end, in: text) {
            let contraction = contractionLength(at: end, in: text, ignoringCase: true)
            return end + contraction
        }
        if first.isAny(.number) { return endOfNumbers(from: end, in: text) }
        if text[start] == UInt8(ascii: " "), end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(.word) { return endOfOthers(from: next.end, in: text) }
        }
        if first.isAny(.whitespace) {
            return classes.end(ofLinesFrom: start, in: text, keepsFinalSpaces: false)
        }
        return endOfOthers(from: end, in: text)
    }

    /// The end of `[^\r\n\p{L}\p{N}]?F*B+` or else `[^\r\n\p{L}\p{N}]?F+B*`, where F is `CharacterClass.front`
    /// and B is `.back`; nil if neither is at `start`.
    @inline(__always)
    private func endOfWord(
        from start: Int, first: CharacterClass, firstEnd: Int, in text: Span<UInt8>
    ) -> Int? {
        if first.isAny(.letter) { return endOfParts(from: start, in: text)?.end }
        if first.isAny([.number, .newline]) { return nil }
        if let parts = endOfParts(from: firstEnd, in: text) {
            // A mark is a word by itself rather than the character before capitals alone.
            return !parts.hasBack && first.isAny(.back) ? firstEnd : parts.end
        }
        return first.isAny(.back) ? firstEnd : nil
    }

    /// The end of `F*B+` or else `F+` at `start`, nil if neither is there, and which of them it is.
    ///
    /// Characters of both classes are as good for the front as for the back. So the front takes all of its
    /// class; if no back follows, the last character of both classes is the back.
    @inline(__always)
    private func endOfParts(from start: Int, in text: Span<UInt8>) -> (end: Int, hasBack: Bool)? {
        var (end, lastBack) = (start, start)
        while end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(.front) {
                guard next.class.isAny(.back) else { break }
                return (classes.end(ofRunOf: .back, from: next.end, in: text), true)
            }
            end = next.end
            if next.class.isAny(.back) { lastBack = end }
        }
        if lastBack > start { return (lastBack, true) }
        return end > start ? (end, false) : nil
    }

    /// The rest of `\p{N}{1,3}`.
    @inline(__always)
    private func endOfNumbers(from start: Int, in text: Span<UInt8>) -> Int {
        var end = start
        for _ in 0..<2 where end < text.count {
            let next = classes.character(at: end, in: text)
            if !next.class.isAny(.number) { break }
            end = next.end
        }
        return end
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n/]*`.
    @inline(__always)
    private func endOfOthers(from start: Int, in text: Span<UInt8>) -> Int {
        var end = classes.end(ofOthersFrom: start, in: text)
        while end < text.count {
            let byte = text[end]
            if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r"), byte != UInt8(ascii: "/") { break }
            end += 1
        }
        return end
    }
}
