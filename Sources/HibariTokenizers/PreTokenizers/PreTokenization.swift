/// How text is cut before it is encoded, as tokenizer files say it.
package enum PreTokenization: Sendable, Hashable {
    /// Not at all.
    case whole
    /// By a pattern that has a scanner.
    case pattern(PreTokenizerPattern)
    /// At the matches of any regular expression.
    case regex(String)
    /// By each in turn, the later ones cutting the pieces of the earlier ones.
    case steps([PreTokenization])

    /// By a regular expression, with the scanner if there is one.
    package init(regex: String) {
        self = PreTokenizerPattern(regex: regex).map { .pattern($0) } ?? .regex(regex)
    }

    /// The name of the pattern, or the regular expressions.
    package var summary: String {
        switch self {
        case .whole: "none"
        case .pattern(let pattern): pattern.rawValue
        case .regex(let regex): regex
        case .steps(let steps): steps.map(\.summary).joined(separator: ", then ")
        }
    }

    /// - Throws: `TokenizerError.invalidPattern`.
    package func makeSplitter() throws(TokenizerError) -> any TextSplitter {
        switch self {
        case .whole: return WholeText()
        case .pattern(let pattern): return pattern.scanner
        case .regex(let regex): return try PCRE2PreTokenizer(pattern: regex)
        case .steps(let steps):
            var splitters: [any TextSplitter] = []
            for step in steps { splitters.append(try step.makeSplitter()) }
            return SplitterSequence(splitters: splitters[...])
        }
    }
}

/// Splitters in turn.
private struct SplitterSequence: TextSplitter {
    let splitters: ArraySlice<any TextSplitter>

    func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError) {
        guard let first = splitters.first else {
            if !text.isEmpty { body(0..<text.count) }
            return
        }
        let rest = SplitterSequence(splitters: splitters.dropFirst())
        var failure: TokenizerError?
        try first.forEachPiece(in: text) { piece in
            do throws(TokenizerError) {
                try rest.forEachPiece(in: text.extracting(piece)) { part in
                    body(piece.lowerBound + part.lowerBound..<piece.lowerBound + part.upperBound)
                }
            } catch {
                failure = failure ?? error.movingOffset(by: piece.lowerBound)
            }
        }
        if let failure { throw failure }
    }
}
