/// Spaces become a visible mark, usually ▁, and each mark begins a piece: SentencePiece's words.
struct MetaspaceSplitter: PieceSplitter {
    let mark: [UInt8]
    let scheme: PrependScheme
    let splitsWords: Bool

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep")
        let replacement = try component.scalar("replacement")
        if try component.optionalString("str_rep").map({ $0 != String(replacement) }) == true {
            throw component.member("str_rep").unsupported()
        }
        mark = Array(String(replacement).utf8)
        scheme = try PrependScheme(component)
        splitsWords = try component.bool("split", missing: true)
    }

    func split(_ piece: Piece) -> [Piece] {
        var text = replacing(characters(in: piece.text) { $0 == 0x20 }, in: piece.text, with: mark)
        let wantsMark = scheme == .always || scheme == .first && piece.startsText
        if wantsMark, !text.starts(with: mark) { text = mark + text }
        let marked = Piece(text: text[...], startsText: piece.startsText)
        guard splitsWords else { return text.isEmpty ? [] : [marked] }
        return SplitBehavior.mergedWithNext.split(marked, at: occurrences(of: mark, in: text[...]))
    }
}
