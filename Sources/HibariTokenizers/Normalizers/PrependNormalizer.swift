/// Puts a text in front, unless the text is empty.
struct PrependNormalizer: Normalizer {
    let prefix: [UInt8]

    init(prefix: [UInt8]) { self.prefix = prefix }

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("prepend")
        prefix = Array(try component.string("prepend").utf8)
    }

    func normalize(_ text: [UInt8]) -> [UInt8] { text.isEmpty ? [] : prefix + text }
}
