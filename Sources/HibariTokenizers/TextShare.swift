/// A share of some texts for one thread: consecutive parts of them.
package struct TextShare: Sendable {
    package struct Part: Sendable {
        /// Which of the texts.
        package let text: Int
        package let range: Range<Int>
    }

    package private(set) var parts: [Part] = []
    private var byteCount = 0

    /// All texts in order, in shares of about `size` bytes; they depend on nothing else.
    ///
    /// - Parameter cuts: whether long texts are cut, where `TextCuts` allows.
    package static func shares(of texts: [[UInt8]], size: Int, cuts: Bool) -> [TextShare] {
        var shares: [TextShare] = []
        var last = TextShare()
        for (number, text) in texts.enumerated() {
            for range in cuts ? TextCuts.parts(of: text.span, size: size) : [0..<text.count] {
                last.parts.append(Part(text: number, range: range))
                last.byteCount += range.count
                if last.byteCount >= size {
                    shares.append(last)
                    last = TextShare()
                }
            }
        }
        if !last.parts.isEmpty { shares.append(last) }
        return shares
    }
}
