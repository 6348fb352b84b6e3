import HibariSupport
import HibariTokenizers
import Testing

@Suite struct PCRE2PreTokenizerTests {
    private func cut(_ pattern: String, _ text: [UInt8]) throws -> [[UInt8]] {
        let ends = try pieceEnds(PCRE2PreTokenizer(pattern: pattern), text)
        return zip([0] + ends, ends).map { Array(text[$0..<$1]) }
    }

    @Test(arguments: [
        ("[a-z]+", "ab|12|c|!", ["ab", "12", "c", "!"]), (" ?\\w+", "a_b é|!| 雲", ["a_b", " é", "!", " 雲"]),
        // Oniguruma's meaning of what PCRE2 takes otherwise.
        ("\\s", "a\u{180E}|\u{85}|\u{3000}", ["a\u{180E}", "\u{85}", "\u{3000}"]),
        ("\\S+", "a\u{180E}b|\u{2028}", ["a\u{180E}b", "\u{2028}"]),
        ("\\h", "x|f|g|0", ["x", "f", "g", "0"]),
        ("\\w", "²|e|\u{301}", ["²", "e", "\u{301}"]), ("[\\w-]+", "a-b|²", ["a-b", "²"]),
        ("a{2}+", "aaaa|a", ["aaaa", "a"]), ("(?:ab){1,2}+c?", "ababababc", ["ababababc"]),
        ("b$", "ab\nb|", ["a", "b", "\n", "b"]), ("[]a]+", "x]a", ["x", "]a"]), ("[^]a]", "x|]", ["x", "]"]),
        ("[[:alpha:]]+", "ab|1", ["ab", "1"]), ("x*", "ab", ["ab"]), ("\\p{Han}{1,2}+", "雲雀雲", ["雲雀雲"]),
    ])
    func cutsAtMatches(pattern: String, marked: String, pieces: [String]) throws {
        let text = Array(pieces.joined().utf8)
        #expect(try cut(pattern, text) == pieces.map { Array($0.utf8) })
    }

    @Test func invalidBytesAreTheirOwnPieces() throws {
        #expect(
            try cut("[a-z]+", [0x61, 0x62, 0xFF, 0xFE, 0x63]) == [[0x61, 0x62], [0xFF], [0xFE], [0x63]])
        #expect(
            try cut(".+", [0xE3, 0x81, 0x61, 0xE3, 0x81, 0x82]) == [
                [0xE3], [0x81], [0x61, 0xE3, 0x81, 0x82],
            ])
    }

    @Test(arguments: [
        ("(a", 2), ("a)", 1), ("雲[", 4), ("\\s+(", 4), ("[a-z&&[^b]]", 4), ("a[b[c]]", 3),
        ("\\p{Nonsense}", 12),
        ("a{2}+(?<", 8),
    ])
    func faultsAreNamed(pattern: String, offset: Int) {
        let error = #expect(throws: TokenizerError.self) { try PCRE2PreTokenizer(pattern: pattern) }
        guard case .invalidPattern(pattern, offset, _) = error else {
            Issue.record("\(error?.description ?? "no error"), expected offset \(offset)")
            return
        }
    }

    /// The match limit ends what would take until the end of time.
    @Test func catastrophicPatternsAreAnError() throws {
        let text = [UInt8](repeating: 0x61, count: 5000)
        let splitter = try PCRE2PreTokenizer(pattern: "(?:a+)+[bc]")
        #expect(throws: TokenizerError.self) { try pieceEnds(splitter, text) }
    }

    @Test func longTextsAreCut() throws {
        let text = Array(String(repeating: "ab cd\n", count: 200_000).utf8)
        #expect(try cut("(?:[a-z]| )+", text).count == 400_000)
    }

    @Test func stepsCutInTurn() throws {
        let steps = PreTokenization.steps([.regex("\\p{N}"), .regex("[a-z]+"), .pattern(.gpt2)])
        let text = Array("don't 12 x".utf8)
        let ends = try pieceEnds(SplitterBox(steps.makeSplitter()), text)
        #expect(shown(text, ends) == #"["don"]["\'"]["t"][" "]["1"]["2"][" "]["x"]"#)
    }
}

/// Any splitter as one of a type.
private struct SplitterBox: TextSplitter {
    let splitter: any TextSplitter

    init(_ splitter: any TextSplitter) { self.splitter = splitter }

    func forEachPiece(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError) {
        try splitter.forEachPiece(in: text, body)
    }
}
