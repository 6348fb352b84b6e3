import HibariSupport
import HibariTokenizers
import Testing

@Suite struct ScannerTests {
    /// Worked out by hand from the patterns; `|` stands where the text is cut.
    @Test(
        arguments: [
            (.cl100k, "Hello| world|'s| IT|'S|\n\n|a|  | b|(c|).\n\n|1"),
            (.cl100k, "123|4５６|７|'ſ|s| \n"), (.cl100k, "a|\n  \n  "), (.llama3, "a|\n  \n|  "),
            (.llama3, "!a|\tb|\u{3000}c| |1| ??\n\r\n|  \r|d"), (.llama3, "か|\u{3099}き| |202|4"),
            (.qwen2, "a|1|2|３| b|'LL|'l"), (.smollm, "a| |1|2|  |3| b| | c|'s|'|S| "),
            (.smollm, "²|\u{11DE9}|'s| |\u{11DE9}|!"), (.gpt2, "!\u{11DE9}'|s"),
            (.o200k, "Hello| World's| don't|camel|Case|HTTPServer|XMLあ|B|123|45"),
            (.o200k, "\u{301}|ABC| \u{301}| \u{301}a|/\n//\n\n/| a|/b|!\u{301}"),
            (.o200k, "ABc| AB|\u{3000}\u{3000}|\u{3000}x|Dža'LL|'l"),
        ] as [(PreTokenizerPattern, String)])
    func cutsAsThePatternDoes(pattern: PreTokenizerPattern, marked: String) throws {
        let text = Array(marked.utf8.filter { $0 != UInt8(ascii: "|") })
        let found = try pieceEnds(pattern.scanner, text)
        let pieces = zip([0] + found, found).map { String(decoding: text[$0..<$1], as: UTF8.self) }
        #expect(Array(pieces.joined(separator: "|").utf8) == Array(marked.utf8), "\(pieces)")
    }

    /// Of Unicode 14, which the oldest PCRE2 in use knows.
    @Test(arguments: PreTokenizerPattern.allCases) func equalsTheRegex(pattern: PreTokenizerPattern) throws {
        var texts = RandomText(seed: 3, age: (14, 0))
        let oracle = try PCRE2PreTokenizer(pattern: pattern.regex)
        for trial in 0..<20_000 {
            let text = texts.next(length: trial % 40)
            let (expected, found) = (try pieceEnds(oracle, text), try pieceEnds(pattern.scanner, text))
            if found != expected {
                Issue.record("\(pattern): \(shown(text, found)), expected \(shown(text, expected))")
                return
            }
        }
    }

    @Test(arguments: PreTokenizerPattern.allCases) func anyBytesAreCovered(pattern: PreTokenizerPattern)
        throws
    {
        var texts = RandomText(seed: 4)
        for trial in 0..<4000 {
            let text = texts.mutated(trial % 2 == 0 ? texts.bytes(length: 60) : texts.next(length: 20))
            if try pieceEnds(pattern.scanner, text).last ?? 0 != text.count {
                Issue.record("\(pattern): the pieces of \(text) do not cover it")
                return
            }
        }
    }

    /// What is quadratic takes hours.
    @Test(arguments: PreTokenizerPattern.allCases) func timeIsLinear(pattern: PreTokenizerPattern) throws {
        let started = monotonicSeconds()
        for part in [
            "^", "a", "A", "あ", "1", " ", "\n", " \n", "あA", "Aa", "\u{301}", "\u{301}A", "'", "\u{FF}a",
        ] {
            let run = Array(String(repeating: part, count: 300_000).utf8)
            #expect(try pieceEnds(pattern.scanner, run).last == run.count)
            #expect(try pieceEnds(pattern.scanner, run + Array("x".utf8)).last == run.count + 1)
        }
        #expect(monotonicSeconds() - started < 60)
    }

    /// Both of utf8proc 2.8 and of the table of later characters.
    @Test func classesAreThoseOfUnicode() {
        let classes = CharacterClasses.shared
        #expect(classes[0x41] == [.letter, .front])
        #expect(classes[0x61] == [.letter, .back])
        #expect(classes[0x3042] == [.letter, .front, .back])
        #expect(classes[0x301] == [.front, .back])
        #expect(classes[0x2EBF0] == [.letter, .front, .back])
        #expect(classes[0x1CCF0] == .number)
        #expect(classes[0x897] == [.front, .back])
        #expect(classes[0x180E] == [])
        let spaces = (0..<UInt32(0x110000)).filter { classes[$0].contains(.whitespace) }
        #expect(spaces.count == 25)
        let (letters, numbers, marks) = (
            count(of: .letter), count(of: .number),
            (0..<UInt32(0x110000)).count { classes[$0] == [.front, .back] }
        )
        // Unicode 16.0, if utf8proc is not newer.
        #expect(letters >= 141_028 && numbers >= 1911 && marks >= 2501)
    }

    private func count(of kind: CharacterClass) -> Int {
        (0..<UInt32(0x110000)).count { CharacterClasses.shared[$0].contains(kind) }
    }
}
