import HibariSupport
import HibariTokenizers
import Testing

/// The pieces of `text`.
private func pieces(_ text: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < text.count {
        let end = GPT2PreTokenizer().end(ofPieceAt: start, in: text.span)
        pieces.append(Array(text[start..<end]))
        start = end
    }
    return pieces
}

@Suite struct GPT2PreTokenizerTests {
    /// Worked out by hand from the pattern; `|` stands where the text is cut.
    @Test(arguments: [
        "", "a", "Hello| world|!", "I|'m| don|'t| we|'ll| you|'ve| they|'re| he|'d| it|'s",
        "'t|is| '|s|'s|ss|'|S|'|l|'", "'ll|l", "'|r|'|v",
        "a| b|  | c", " | a", "a| ", "a|   ", "a|\n\n ", "a|\n|\n|c| |\n|d|\n\n|\n|e", " |\t|x|\t|y",
        "x|\r|\n|y|\r\n ", "12|ab|3４５Ⅷ½|x|²", " 12| ab| ...(|a|,|b|);", "$|5|.|00|--", "a|_|b",
        "雲雀が", "春|、|雲雀|。|\u{3000}|空| 雲|３|羽", "か|\u{3099}", "e|\u{301}|a", "カー々",
        "🐦|a| 🐦👨‍👩‍👧!|1", "\u{A0}|a|\u{2028}|\u{85}|b", " |\u{A0}|b", "\u{1C}\u{200B}|a", "\u{10FFFF}\u{0}",
    ])
    func cutsAsThePatternDoes(marked: String) {
        let expected = marked.utf8.split(separator: UInt8(ascii: "|")).map { Array($0) }
        #expect(pieces(Array(expected.joined())) == expected)
    }

    /// Whole characters are letters here; single bytes of a cut-off one are not.
    @Test func invalidBytesAreOtherCharacters() {
        #expect(pieces([0x61, 0xFF, 0xFE, 0x61]) == [[0x61], [0xFF, 0xFE], [0x61]])
        #expect(pieces([0x20, 0xE3, 0x81, 0x21, 0x61]) == [[0x20, 0xE3, 0x81, 0x21], [0x61]])
        #expect(pieces([0xE3, 0x81, 0x82, 0xE3, 0x81]) == [[0xE3, 0x81, 0x82], [0xE3, 0x81]])
        #expect(pieces([0xC0, 0xA0, 0x20, 0x20]) == [[0xC0, 0xA0], [0x20, 0x20]])
        #expect(pieces([0x27, 0x80]) == [[0x27, 0x80]])
    }

    @Test func runsOfAnyLengthAreOnePiece() {
        for byte in Array("^a1 ".utf8) {
            #expect(pieces([UInt8](repeating: byte, count: 1_000_000)).count == 1)
        }
        #expect(
            pieces(Array(String(repeating: " ", count: 1_000_000).utf8) + [0x61]).map(\.count) == [
                999_999, 2,
            ])
    }
}
