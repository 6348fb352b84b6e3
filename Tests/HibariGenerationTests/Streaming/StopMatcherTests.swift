import HibariGeneration
import HibariSupport
import Testing

@Suite struct StopMatcherTests {
    /// Feeds the pieces and returns what each call let through, `finish` last.
    private func emitted(_ stops: [String], _ pieces: [String]) throws -> (text: [String], match: Int?) {
        var matcher = try StopMatcher(stops)
        var text = pieces.map { String(decoding: matcher.feed($0.utf8), as: UTF8.self) }
        text.append(String(decoding: matcher.finish(), as: UTF8.self))
        return (text, matcher.matchedIndex)
    }

    private func check(
        _ stops: [String], _ pieces: [String], gives expected: [String], match: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let result = try emitted(stops, pieces)
        #expect(result.text == expected, sourceLocation: sourceLocation)
        #expect(result.match == match, sourceLocation: sourceLocation)
    }

    // MARK: By hand

    @Test func withoutStopStringsEverythingPasses() throws {
        try check([], ["ab", "", "c"], gives: ["ab", "", "c", ""], match: nil)
    }

    @Test func aPartialStopStringIsHeldBackUntilItIsClear() throws {
        try check(["</s>"], ["Hi<", "/", "s", "x", "<"], gives: ["Hi", "", "", "</sx", "", "<"], match: nil)
    }

    @Test func aStopStringSplitOverPiecesEndsTheText() throws {
        try check(["</s>"], ["Hi<", "/s", ">tail", "more"], gives: ["Hi", "", "", "", ""], match: 0)
    }

    @Test func aRepeatedPrefixIsNotLost() throws {
        try check(["aab"], ["aaab"], gives: ["a", ""], match: 0)
        try check(["aab"], ["a", "a", "a", "b"], gives: ["", "", "a", "", ""], match: 0)
        // After "aabaaa" the start "aa" is still open, found through the border of a border.
        try check(["aabaaac"], ["aabaaabaaac"], gives: ["aaba", ""], match: 0)
        try check(["abab!"], ["ababab!"], gives: ["ab", ""], match: 0)
    }

    @Test func theStopStringThatEndsFirstWins() throws {
        try check(["abcd", "bc"], ["xabcd"], gives: ["xa", ""], match: 1)
        try check(["abcd", "bx"], ["abcd"], gives: ["", ""], match: 0)
    }

    @Test func theLongestOfThoseThatEndTogetherWins() throws {
        try check(["b", "ab", "cab"], ["xab"], gives: ["x", ""], match: 1)
        try check(["ab", "b"], ["ab"], gives: ["", ""], match: 0)
        try check(["x", "x"], ["x"], gives: ["", ""], match: 0)
    }

    @Test func bytesInsideACharacterCount() throws {
        var matcher = try StopMatcher(bytes: [[0x82, 0xFF]])
        #expect(matcher.feed([0xE3, 0x81, 0x82]) == [0xE3, 0x81])
        #expect(matcher.feed([0xFF, 0x20]) == [])
        #expect(matcher.matchedIndex == 0)
        // "é" in one and in two code points are equal strings and different bytes.
        try check(["\u{E9}"], ["e\u{301}"], gives: ["e\u{301}", ""], match: nil)
    }

    @Test func anEmptyStopStringIsRefused() {
        #expect(throws: SamplingError.emptyStopString(index: 1)) { try StopMatcher(["a", ""]) }
        #expect(SamplingError.emptyStopString(index: 1).exitStatus == .usage)
    }

    // MARK: Against a search of the whole text

    /// What the documentation of `StopMatcher` promises, found by trying every end and every stop string.
    private func search(_ stops: [[UInt8]], in text: [UInt8]) -> (text: [UInt8], match: Int?) {
        for end in 0...text.count {
            let found = stops.indices.filter { text[..<end].suffix(stops[$0].count).elementsEqual(stops[$0]) }
            let longest = found.max { (stops[$0].count, -$0) < (stops[$1].count, -$1) }
            if let longest { return (Array(text[..<(end - stops[longest].count)]), longest) }
        }
        return (text, nil)
    }

    /// The bytes at the end of `text` that may still become a stop string.
    private func longestOpenStart(_ stops: [[UInt8]], in text: [UInt8]) -> Int {
        stops.map { stop in
            (0..<stop.count).last { text.suffix($0).elementsEqual(stop.prefix($0)) && $0 <= text.count } ?? 0
        }.max() ?? 0
    }

    @Test func anySplitGivesWhatASearchOfTheWholeTextGives() throws {
        var random = RandomStream(seed: 21, purpose: .testing)
        var matchCount = 0
        for _ in 0..<4000 {
            let letters = 1 + random.index(below: 3)
            func randomBytes(_ count: Int, _ random: inout RandomStream) -> [UInt8] {
                (0..<count).map { _ in 97 + UInt8(random.index(below: letters)) }
            }
            let stops = (0..<random.index(below: 4)).map { _ in
                randomBytes(1 + random.index(below: 10), &random)
            }
            // Starts of stop strings after each other, so that matches and near misses are frequent.
            var text = randomBytes(random.index(below: 10), &random)
            for stop in stops + stops {
                text += stop.prefix(random.index(below: stop.count + 2))
                text += randomBytes(random.index(below: 3), &random)
            }
            let expected = search(stops, in: text)

            var matcher = try StopMatcher(bytes: stops)
            var output: [UInt8] = []
            var position = 0
            while position < text.count {
                let end = min(text.count, position + random.index(below: 5))
                output += matcher.feed(text[position..<end])
                position = end
                // Nothing that could belong to a stop string is out, and everything else is.
                let isOver = matcher.matchedIndex != nil
                let open = isOver ? 0 : longestOpenStart(stops, in: Array(text[..<position]))
                #expect(output.count == (isOver ? expected.text.count : position - open))
            }
            output += matcher.finish()
            #expect(output == expected.text)
            #expect(matcher.matchedIndex == expected.match)
            matchCount += expected.match == nil ? 0 : 1
        }
        #expect((1000..<3900).contains(matchCount))
    }
}
