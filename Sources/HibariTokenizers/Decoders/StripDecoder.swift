/// Removes up to a number of one character at the start and at the end of every token; after a `Fuse` that is
/// the whole text.
struct StripDecoder: DecoderStage {
    let content: [UInt8]
    let start: Int
    let stop: Int

    init(content: [UInt8], start: Int, stop: Int) {
        self.content = content
        self.start = start
        self.stop = stop
    }

    init(_ component: Component) throws(TokenizerError) {
        try component.expectKeys("content", "start", "stop")
        self.init(
            content: Array(String(try component.scalar("content")).utf8),
            start: try component.int("start", in: 0...Int(Int32.max)),
            stop: try component.int("stop", in: 0...Int(Int32.max)))
    }

    func decode(_ text: inout DecodedTokens) {
        // In the middle of a text there is neither a start nor an end to strip.
        if text.isJoined, !text.startsText { return }
        for (index, token) in text.tokens.enumerated() {
            var slice = token[...]
            var (atStart, atEnd) = (0, 0)
            while atStart < start, slice.starts(with: content) {
                slice = slice.dropFirst(content.count)
                atStart += 1
            }
            while atEnd < stop, slice.suffix(content.count).elementsEqual(content) {
                slice = slice.dropLast(content.count)
                atEnd += 1
            }
            text.tokens[index] = Array(slice)
        }
    }
}
