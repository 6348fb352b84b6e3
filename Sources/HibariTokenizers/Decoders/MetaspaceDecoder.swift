/// The mark back to a space; those of the first token go away if encoding may have put one there.
struct MetaspaceDecoder: DecoderStage {
    let mark: [UInt8]
    let scheme: PrependScheme

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("replacement", "prepend_scheme", "add_prefix_space", "split", "str_rep")
        mark = Array(String(try component.scalar("replacement")).utf8)
        scheme = try PrependScheme(component)
    }

    func decode(_ text: inout DecodedTokens) {
        for (index, token) in text.tokens.enumerated() {
            let isFirst = index == 0 && text.startsText && scheme != .never
            text.tokens[index] = replacing(
                occurrences(of: mark, in: token[...]), in: token[...],
                with: isFirst ? [] : [UInt8(ascii: " ")])
        }
    }
}
