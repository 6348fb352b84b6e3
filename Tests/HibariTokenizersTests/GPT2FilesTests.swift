import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct GPT2FilesTests {
    let folder = TemporaryDirectory()
    let words: JSONObject = {
        var words: JSONObject = ["<|endoftext|>": 0]
        for byte in UInt8.min...UInt8.max { words[ByteAlphabet.word([byte])] = .integer(Int(byte) + 1) }
        words["ab"] = 257
        words["Ġab"] = 258
        return words
    }()

    private func write(_ merges: String, words: JSONObject? = nil) throws {
        try folder.write("vocab.json", JSONValue.object(words ?? self.words).bytes())
        try folder.write("merges.txt", merges)
    }

    @Test(arguments: ["#version: 0.2\na b\nĠ ab\n", "a b\r\nĠ ab"]) func areRead(merges: String) throws {
        try write(merges)
        let tokenizer = try loadTokenizer(directory: folder.path)
        #expect(tokenizer.vocabularySize == 259)
        #expect(tokenizer.endOfText == 0)
        #expect(tokenizer.specialTokens == [SpecialToken("<|endoftext|>", id: 0)])
        #expect(try tokenizer.encode("ab abc") == [257, 258, 100])
    }

    @Test(arguments: [
        ("a b\nĠ ac\n", "line 2"), ("a b\n\nĠ ab\n", "line 2"), ("a b c\n", "line 1"), ("ab\n", "line 1"),
        ("a b\na b\n", "line 2"), (" a b\n", "line 1"), ("a b\n#version: 0.2\n", "line 2"),
    ])
    func faultsHaveALine(merges: String, place: String) throws {
        try write(merges)
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: folder.path) }
        #expect(error?.description.contains(place) == true, "\(error?.description ?? "no error")")
        #expect(error?.description.contains("merges.txt") == true)
    }

    @Test func oneFileAloneIsNoTokenizer() throws {
        try folder.write("merges.txt", "a b\n")
        #expect(throws: TokenizerError.missingFile(path: folder.path + "/tokenizer.json")) {
            try loadTokenizer(directory: folder.path)
        }
    }

    @Test func missingBytesAreNamed() throws {
        var words = words
        words["b"] = nil
        words["ab"] = nil
        words["Ġab"] = nil
        try write("", words: words)
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: folder.path) }
        #expect(error?.description.contains("byte 98") == true)
    }
}
