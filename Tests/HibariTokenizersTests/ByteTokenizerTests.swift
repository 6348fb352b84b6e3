import HibariSupport
import HibariTokenizers
import Testing

@Suite struct ByteTokenizerTests {
    let tokenizer = ByteTokenizer()

    @Test func bytesAreTheirOwnIDs() throws {
        #expect(try tokenizer.encode("aé\n") == [97, 0xC3, 0xA9, 10])
        #expect(tokenizer.vocabularySize == 257)
        #expect(tokenizer.endOfText == 256)
    }

    @Test func everyByteStringSurvives() throws {
        var random = RandomStream(seed: 1, purpose: .testing)
        for length in [0, 1, 2, 255, 1000] {
            let text = (0..<length).map { _ in UInt8(random.index(below: 256)) }
            #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
        }
        let all = Array(UInt8.min...UInt8.max)
        #expect(tokenizer.decode(try tokenizer.encode(all)) == all)
    }

    @Test func textNeverBecomesASpecialToken() throws {
        let ids = try tokenizer.encode("a<|endoftext|>b")
        #expect(!ids.contains(256))
        #expect(ids.count == 15)
    }

    @Test func specialTokenHasNoText() {
        #expect(tokenizer.isSpecial(256))
        #expect(!tokenizer.isSpecial(255))
        #expect(tokenizer.bytes(of: 256) == [])
        #expect(tokenizer.decode([104, 256, 105]) == Array("hi".utf8))
        #expect(tokenizer.byteLengths == [Int32](repeating: 1, count: 256) + [0])
    }

    @Test func idOutsideTheVocabularyTraps() async {
        await #expect(processExitsWith: .failure) { _ = ByteTokenizer().bytes(of: 257) }
        await #expect(processExitsWith: .failure) { _ = ByteTokenizer().bytes(of: -1) }
    }
}
