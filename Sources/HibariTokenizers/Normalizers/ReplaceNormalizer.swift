/// Replaces every match of a pattern by the same text.
struct ReplaceNormalizer: Normalizer {
    let pattern: TextPattern
    let content: [UInt8]

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("pattern", "content")
        pattern = try TextPattern(component.member("pattern"))
        content = Array(try component.string("content").utf8)
    }

    func normalize(_ text: [UInt8]) throws(TokenizerError) -> [UInt8] {
        replacing(try pattern.matches(in: text[...]), in: text[...], with: content)
    }
}
