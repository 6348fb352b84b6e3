import HibariSupport
import HibariTokenizers
import Testing

@Suite struct TextCutsTests {
    @Test func piecesOfThePartsAreThoseOfTheWhole() throws {
        var random = RandomText(seed: 12)
        var cuts = 0
        for trial in 0..<4000 {
            let text = trial % 4 == 0 ? random.mutated(random.next(length: 60)) : random.next(length: 60)
            let parts = TextCuts.parts(of: text.span, size: 1 + trial % 5)
            cuts += max(0, parts.count - 1)
            for pattern in PreTokenizerPattern.allCases {
                let expected = try pieceEnds(pattern.scanner, text)
                let found = try parts.flatMap { part in
                    try pieceEnds(pattern.scanner, Array(text[part])).map { part.lowerBound + $0 }
                }
                #expect(found == expected, "\(pattern): \(shown(text, expected)), \(parts)")
            }
        }
        #expect(cuts > 1000)
    }

    @Test func ordinaryTextIsCutOften() {
        for line in ["The lark sings over fields", "雲雀が歌う。", "　雲雀が歌う。", "let x = 5;"] {
            let text = Array(String(repeating: line + "\n", count: 100).utf8)
            let parts = TextCuts.parts(of: text.span, size: 50)
            #expect(parts.count > 15, "\(line)")
            let isCovered = zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
            #expect(isCovered)
        }
        #expect(TextCuts.firstCut(from: 0, in: Array("aaaa".utf8).span) == nil)
        #expect(TextCuts.parts(of: [UInt8]().span, size: 10).isEmpty)
    }
}
