import HibariTokenizers
import Testing

@Suite struct CharacterTokenizerTests {
    @Test func idsFollowScalarValues() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("cab\n雲雀🐦".utf8))
        #expect(tokenizer.scalars.map(String.init) == ["\n", "a", "b", "c", "雀", "雲", "🐦"])
        #expect(tokenizer.vocabularySize == 7)
        #expect(tokenizer.endOfText == nil)
        #expect(try tokenizer.encode("雲b🐦") == [5, 2, 6])
        #expect(tokenizer.decode([5, 2, 6]) == Array("雲b🐦".utf8))
    }

    @Test func endOfTextIsLast() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("ab".utf8), addsEndOfText: true)
        #expect(tokenizer.vocabularySize == 3)
        #expect(tokenizer.endOfText == 2)
        #expect(tokenizer.isSpecial(2))
        #expect(!tokenizer.isSpecial(1))
        #expect(tokenizer.bytes(of: 2) == [])
    }

    /// Canonically equivalent spellings are different texts and must stay so.
    @Test func lettersAndAccentsStayApart() throws {
        let text = "e\u{301}é가\u{1100}\u{1161}👨‍👩‍👧\u{0}\u{7F}\u{FEFF}\r\n\u{10FFFF}"
        let tokenizer = try CharacterTokenizer.train(on: Array(text.utf8))
        let ids = try tokenizer.encode(text)
        #expect(ids.count == text.unicodeScalars.count)
        #expect(tokenizer.decode(ids) == Array(text.utf8))
    }

    @Test func markerIsOrdinaryText() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("<|endoftext|>".utf8), addsEndOfText: true)
        let ids = try tokenizer.encode("<|endoftext|>")
        #expect(ids.count == 13)
        #expect(!ids.contains(Int32(tokenizer.endOfText!)))
    }

    @Test func trainerCollectsOverDocuments() throws {
        var trainer = CharacterTokenizerTrainer()
        try trainer.add(Array("ba".utf8).span)
        try trainer.add(Array("ca".utf8).span)
        #expect(try trainer.tokenizer(addsEndOfText: true).scalars.map(String.init) == ["a", "b", "c"])
    }

    @Test func unknownCharacterIsNamed() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("abcé".utf8))
        let error = #expect(throws: TokenizerError.self) { try tokenizer.encode("aé雲c") }
        #expect(error == .unknownCharacter("雲", offset: 3))
        #expect(error?.exitStatus == .badData)
        let message = try #require(error?.description)
        for part in ["\"雲\"", "U+96F2", "byte offset 3", "bytes tokenizer"] {
            #expect(message.contains(part))
        }
        #expect(!message.contains("\n"))
    }

    @Test func unprintableCharactersAreEscapedInMessages() {
        #expect(
            TokenizerError.unknownCharacter("\n", offset: 0).description.contains("character \\u{A} (U+000A)")
        )
        #expect(TokenizerError.unknownCharacter("\u{202E}", offset: 0).description.contains("\\u{202E}"))
    }

    @Test(
        arguments: [
            ([0x61, 0xFF], 1), ([0x61, 0x62, 0xE3, 0x81], 2), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), (Array("0123456789".utf8) + [0x80], 10),
        ] as [([UInt8], Int)])
    func invalidUTF8IsLocated(bytes: [UInt8], offset: Int) throws {
        let error = #expect(throws: TokenizerError.self) { try CharacterTokenizer.train(on: bytes) }
        #expect(error == .invalidUTF8(offset: offset, byte: bytes[offset]))
    }

    @Test func emptyTextMakesNoVocabulary() {
        #expect(throws: TokenizerError.emptyTrainingText) { try CharacterTokenizer.train(on: []) }
    }
}
