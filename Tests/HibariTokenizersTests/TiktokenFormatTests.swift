import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct TiktokenFormatTests {
    let folder = TemporaryDirectory()

    /// A vocabulary trained on made-up words.
    private func trained(_ size: Int = 600, seed: UInt64 = 1) throws -> BPETokenizer {
        var texts = RandomText(seed: seed)
        let text = (0..<300).flatMap { _ in texts.next(length: 60) }
        return try BPETokenizer.train(on: text, vocabularySize: size)
    }

    @Test func ranksGiveTheSameIDs() throws {
        let tokenizer = try trained()
        let path = try folder.write("a.tiktoken", try TiktokenFormat.bytes(of: tokenizer))
        let ranked = try #require(try loadTokenizer(path: path) as? BPETokenizer)
        #expect(ranked.vocabularySize == tokenizer.vocabularySize)
        #expect(ranked.endOfText == tokenizer.endOfText)
        // Of the pairs that spell a token the list has one each again.
        let isListed = ranked.vocabulary.listedMerges == tokenizer.vocabulary.merges
        #expect(isListed)
        try ranked.save(toDirectory: folder.path)
        let listed = try loadTokenizer(directory: folder.path)
        var texts = RandomText(seed: 2)
        for _ in 0..<2000 {
            let text = texts.next(length: 40)
            let ids = try tokenizer.encode(text)
            let isSame = try ranked.encode(text) == ids && listed.encode(text) == ids
            if !isSame {
                Issue.record("\(text): other ids by ranks")
                return
            }
        }
        let again = try TiktokenFormat.bytes(of: ranked)
        #expect(try readFile(path) == again)
    }

    @Test func linesAreBase64AndRank() throws {
        let file = try TiktokenFormat.bytes(
            of: BPETokenizer(merges: [TokenPair(97, 98), TokenPair(256, 99)]))
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 258)
        #expect(lines[0] == "AA== 0" && lines[255] == "/w== 255")
        #expect(lines[256] == "YWI= 256" && lines[257] == "YWJj 257")
    }

    /// Two neighbors that spell a token merge by rank, whatever the tokens were made of.
    @Test func ranksMergeWhatSpellsAToken() throws {
        var lines = (0..<256).map { "\(base64(UInt8($0))) \($0)" }
        lines += ["YmM= 256", "YWJj 257", "eHl6 300"]  // bc, abc, xyz
        let tokenizer = try load(lines)
        #expect(try tokenizer.encode("dabc") == [100, 257])
        // No two tokens make xyz, but as a whole piece it is one.
        #expect(try tokenizer.encode("xyz wxyz") == [300, 32, 119, 120, 121, 122])
        #expect(tokenizer.endOfText == 301)
        #expect(tokenizer.bytes(of: 280) == [])
        try tokenizer.save(toDirectory: folder.path)
        #expect(try loadTokenizer(directory: folder.path).encode("xyz dabc") == [300, 32, 100, 257])
    }

    @Test func whatTiktokenWouldMakeOtherwiseIsNotExported() throws {
        // By the list bc comes before ab, so that abc is never made; by ranks a and bc make it.
        let tokenizer = BPETokenizer(merges: [TokenPair(98, 99), TokenPair(97, 98), TokenPair(257, 99)])
        #expect(try tokenizer.encode("abc") == [97, 256])
        #expect(throws: TokenizerError.noRanks(token: "abc", id: 258)) {
            try TiktokenFormat.bytes(of: tokenizer)
        }
    }

    @Test(arguments: [
        ("YQ== 97", "YQ== 98", "line 99"), ("YQ== 97", "YQ=  97", "line 98"),
        ("YQ== 97", "YQ== x", "line 98"),
        ("YQ== 97", "YR== 97", "line 98"), ("YQ== 97", "Y=== 97", "line 98"),
        ("YQ== 97", "YQ==97", "line 98"),
        ("YQ== 97", "YQ== 99999999999999999999", "line 98"), ("YQ== 97", "YQ== 4000000", "line 98"),
        ("YQ== 97", "Yg== 97", "rank 98"), ("YQ== 97", "YWI= 97", "byte 97"), ("YQ== 97\n", "", "byte 97"),
        ("YQ== 97", " 97", "line 98"),
        ("YQ== 97", String(repeating: "YWFh", count: 1366) + " 97", "4098 bytes"),
        ("YQ== 97", "YQ== -1", "line 98"),
    ])
    func faultsAreNamed(old: String, new: String, place: String) throws {
        let good = String(decoding: try TiktokenFormat.bytes(of: BPETokenizer(merges: [])), as: UTF8.self)
        #expect(good.contains(old))
        let path = try folder.write("a.tiktoken", good.replacing(old, with: new))
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(path: path) }
        #expect(error?.description.contains(place) == true, "\(error?.description ?? "no error")")
        #expect(error?.description.contains(path) == true)
    }

    @Test func patternsCutDifferently() throws {
        let path = try folder.write("a.tiktoken", try TiktokenFormat.bytes(of: BPETokenizer(merges: [])))
        for pattern in PreTokenizerPattern.allCases {
            let tokenizer = try TiktokenFormat.load(path: path, pattern: .pattern(pattern))
            #expect(tokenizer.vocabulary.preTokenization == .pattern(pattern))
            // As a file of the library the pattern comes back.
            try tokenizer.save(toDirectory: folder.path)
            let loaded = try #require(try loadTokenizer(directory: folder.path) as? BPETokenizer)
            #expect(loaded.vocabulary.preTokenization == .pattern(pattern))
        }
    }

    private func load(_ lines: [String]) throws -> BPETokenizer {
        let path = try folder.write("a.tiktoken", lines.joined(separator: "\r\n"))
        return try #require(try loadTokenizer(path: path) as? BPETokenizer)
    }

    private func base64(_ byte: UInt8) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return "\(digits[Int(byte >> 2)])\(digits[Int(byte & 3) << 4])=="
    }
}
