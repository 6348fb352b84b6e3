import HibariSupport

/// Cuts text at the matches of any regular expression, by PCRE2: each match is a piece, and so is what lies
/// between two.
///
/// Where the text is not valid UTF-8, each valid stretch is cut as a text of its own and each other byte is a
/// piece.
package struct PCRE2PreTokenizer: TextSplitter {
    /// The regular expression as it was given.
    package var pattern: String { expression.pattern }
    private let expression: RegularExpression

    /// - Throws: `TokenizerError.invalidPattern` with the offset of the fault in `pattern`.
    package init(pattern: String) throws(TokenizerError) { expression = try RegularExpression(pattern) }

    package func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError) {
        var start = 0
        while start < text.count {
            let rest = text.extracting(start...)
            let length = rest.withUnsafeBytes { firstInvalidUTF8(in: $0) } ?? rest.count
            var end = start
            try expression.forEachMatch(in: rest.extracting(..<length), offset: start) { match in
                if end < match.lowerBound { body(end..<match.lowerBound) }
                body(match)
                end = match.upperBound
            }
            if end < start + length { body(end..<start + length) }
            start += length
            if start < text.count {
                body(start..<start + 1)
                start += 1
            }
        }
    }
}
