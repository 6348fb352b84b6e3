import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct SpecialTokenTests {
    let plain = BPETokenizer(merges: [TokenPair(97, 98)])

    @Test func textNeverBecomesOneUnlessAllowed() throws {
        let tokenizer = try plain.adding(specialToken: "<|user|>")
        #expect(tokenizer.vocabularySize == 259)
        #expect(tokenizer.specialTokens.map(\.content) == ["<|endoftext|>", "<|user|>"])
        let text = "ab<|user|>ab<|endoftext|>"
        #expect(try !tokenizer.encode(text).contains { $0 > 256 })
        #expect(try tokenizer.encode(text, allowingSpecial: .none) == tokenizer.encode(text))
        #expect(try tokenizer.encode(text, allowingSpecial: .all) == [256, 258, 256, 257])
        let some = try tokenizer.encode(text, allowingSpecial: .only(["<|user|>"]))
        #expect(some.starts(with: [256, 258, 256]) && some.count > 4)
        #expect(tokenizer.decode([256, 258, 256, 257]) == Array("abab".utf8))
        #expect(tokenizer.decode(try tokenizer.encode(text)) == Array(text.utf8))
    }

    @Test func theLeftmostLongestIsTaken() throws {
        let tokenizer = try plain.adding(specialToken: "<a>").adding(specialToken: "<a><b>").adding(
            specialToken: "<é")
        #expect(
            try tokenizer.encode("<a><b>x<a><é<<a>", allowingSpecial: .all) == [259, 120, 258, 260, 60, 258])
    }

    @Test func addedTokensComeBackFromTheFile() throws {
        let folder = TemporaryDirectory()
        let tokenizer = try plain.adding(specialToken: "<|雲|>")
        try tokenizer.save(toDirectory: folder.path)
        let loaded = try loadTokenizer(directory: folder.path)
        #expect(loaded.tokenizerHash == tokenizer.tokenizerHash)
        #expect(try loaded.encode("ab<|雲|>", allowingSpecial: .all) == [256, 258])
        #expect(loaded.endOfText == 257)
    }

    /// é is how a file spells the byte 0xE9.
    @Test(arguments: ["", "ab", "a", "é", "<|endoftext|>"]) func takenSpellingsAreRefused(content: String) {
        #expect(throws: TokenizerError.tokenExists(content)) { try plain.adding(specialToken: content) }
    }

    /// A token that is not "special" in the file is a word that text always becomes.
    @Test func addedWordsAreText() throws {
        let folder = TemporaryDirectory()
        try plain.adding(specialToken: "<b>").save(toDirectory: folder.path)
        let path = folder.path + "/tokenizer.json"
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let parts = text.split(separator: "\"special\": true", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        try folder.write(
            "tokenizer.json", parts[0] + "\"special\": true" + parts[1] + "\"special\": false" + parts[2])
        let loaded = try loadTokenizer(directory: folder.path)
        #expect(try loaded.encode("ab<b>c<b") == [256, 258, 99, 60, 98])
        #expect(loaded.decode([256, 258, 99]) == Array("ab<b>c".utf8))
        #expect(loaded.bytes(of: 258) == Array("<b>".utf8))
        #expect(!loaded.isSpecial(258) && loaded.specialTokens.count == 1)
    }

    @Test func otherTokenizersHaveTheMarker() throws {
        #expect(try ByteTokenizer().encode("a<|endoftext|>", allowingSpecial: .all) == [97, 256])
        let characters = try CharacterTokenizer.train(on: Array("abc".utf8), addsEndOfText: true)
        #expect(try characters.encode("a<|endoftext|>b", allowingSpecial: .all) == [0, 3, 1])
        let error = #expect(throws: TokenizerError.self) {
            try characters.encode("a<|endoftext|>bx", allowingSpecial: .all)
        }
        #expect(error == .unknownCharacter("x", offset: 15))
    }

    @Test func templatesAreReadAndWritten() throws {
        let folder = TemporaryDirectory()
        var file = try #require(
            plain.adding(specialToken: "<s>").huggingFaceFiles(contextLength: nil).tokenizerJSON.object)
        file["post_processor"] = [
            "type": "TemplateProcessing",
            "single": [
                ["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A", "type_id": 0]],
                ["SpecialToken": ["id": "<|endoftext|>", "type_id": 0]],
            ],
            "pair": [], "special_tokens": [:],
        ]
        try folder.write("tokenizer.json", JSONValue.object(file).bytes())
        let loaded = try #require(try loadTokenizer(directory: folder.path) as? BPETokenizer)
        #expect(loaded.vocabulary.prefix == [258] && loaded.vocabulary.suffix == [257])
        try loaded.save(toDirectory: folder.path)
        let again = try #require(try loadTokenizer(directory: folder.path) as? BPETokenizer)
        #expect(again.vocabulary.prefix == [258] && again.vocabulary.suffix == [257])
        #expect(again.tokenizerHash == loaded.tokenizerHash)
    }
}
