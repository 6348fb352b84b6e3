/// A token that is found in the text as a whole, before the model sees it.
struct AddedToken: Sendable {
    let id: Int
    let content: [UInt8]
    /// Found only where no word character touches it.
    let isSingleWord: Bool
    /// Takes the whitespace before it.
    let takesSpaceBefore: Bool
    /// Takes the whitespace after it.
    let takesSpaceAfter: Bool
    /// Looked for in normalized text, in its own normalized form.
    let isNormalized: Bool
    /// A control token, which stands for no text.
    let isSpecial: Bool

    /// A control token that takes its spelling and no more.
    init(id: Int, control content: [UInt8]) {
        (self.id, self.content) = (id, content)
        (isSingleWord, takesSpaceBefore, takesSpaceAfter, isNormalized) = (false, false, false, false)
        isSpecial = true
    }

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special")
        id = try component.int("id", in: 0...Int(Int32.max) - 1)
        content = Array(try component.string("content").utf8)
        isSingleWord = try component.bool("single_word", missing: false)
        takesSpaceBefore = try component.bool("lstrip", missing: false)
        takesSpaceAfter = try component.bool("rstrip", missing: false)
        isSpecial = try component.bool("special", missing: false)
        isNormalized = try component.bool("normalized", missing: !isSpecial)
    }
}
