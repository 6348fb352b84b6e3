/// Cuts text into pieces that no token ever crosses.
package protocol TextSplitter: Sendable {
    /// Calls `body` with the range of each piece of `text`, in order. The pieces cover the text, and each has
    /// at least one byte.
    ///
    /// - Throws: `TokenizerError.patternFailed` if the splitter is a regular expression that gives up on this
    ///   text.
    func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError)
}

/// A splitter that knows where a piece ends from nothing but the text from its beginning on.
///
/// Such a scanner is a pattern written out by hand: it takes time in proportion to the text, whatever the
/// text. A byte that is not part of valid UTF-8 is a character of its own, neither letter nor number nor
/// whitespace.
package protocol PreTokenizer: TextSplitter {
    /// Where the piece that begins at `start` ends; it has at least one byte.
    ///
    /// - Precondition: `start` is 0 or the end of a piece, and before the end of `text`.
    func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int
}

extension PreTokenizer {
    package func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
        var start = 0
        while start < text.count {
            let end = end(ofPieceAt: start, in: text)
            body(start..<end)
            start = end
        }
    }
}

/// No cuts: the whole text is one piece.
package struct WholeText: PreTokenizer {
    package init() {}

    package func end(ofPieceAt start: Int, in text: Span<UInt8>) -> Int { text.count }
}
