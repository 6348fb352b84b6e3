import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Vocabularies of llama2.c: the real one of stories260K, and damaged ones.
@Suite struct Llama2CTests {
    static let tok512 = realData("models/stories260K/tok512.bin")

    /// A token of a `tok*.bin` file.
    struct Token {
        var text: [UInt8]
        var score: Float
    }

    /// The bytes of a `tok*.bin` file.
    static func file(_ tokens: [Token], longest: Int32 = 27) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        return bytes(longest)
            + tokens.flatMap { bytes($0.score.bitPattern) + bytes(Int32($0.text.count)) + $0.text }
    }

    static let byteTokens = (0..<256).map {
        Token(text: Array(byteName($0).utf8), score: 0)
    }

    static let small =
        ["<unk>", "\n<s>\n", "\n</s>\n"].map { Token(text: Array($0.utf8), score: 0) } + byteTokens
        + [(" ", -1e9), ("a", -5), ("b", -6), ("ab", -1), (" a", -2), ("abab", -0.5), ("雲", -7), ("aa", -3)]
        .map {
            Token(text: Array($0.utf8), score: $1)
        }

    /// `encode` of run.c, step by step: the best pair of all, again and again.
    static func encodeStepByStep(_ text: [UInt8], _ tokens: [Token]) -> [Int32] {
        if text.isEmpty { return [] }
        func id(_ text: [UInt8]) -> Int? { tokens.firstIndex { $0.text == text } }
        var ids: [Int] = []
        for scalar in String(decoding: [0x20] + text, as: UTF8.self).unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if let id = id(bytes) { ids.append(id) } else { ids += bytes.map { Int($0) + 3 } }
        }
        while true {
            var best: (score: Float, id: Int, index: Int)?
            for index in ids.indices.dropLast() {
                guard let id = id(tokens[ids[index]].text + tokens[ids[index + 1]].text) else { continue }
                if tokens[id].score > best?.score ?? -1e10 { best = (tokens[id].score, id, index) }
            }
            guard let best else { return ids.map { Int32($0) } }
            ids[best.index] = best.id
            ids.remove(at: best.index + 1)
        }
    }

    @Test func agreesWithTheSlowWay() throws {
        let directory = TemporaryDirectory()
        let path = try directory.write("tok.bin", Self.file(Self.small))
        let tokenizer = try loadLlama2CTokenizer(path: path)
        for text in ["", " ", "ab", "abab", "aababab ab", "雲a 雀", "x\u{0}<0x41><s>", "aaaaa", "babababa a a"]
        {
            let bytes = Array(text.utf8)
            #expect(try tokenizer.encode(bytes) == Self.encodeStepByStep(bytes, Self.small), "\(text)")
        }
    }

    @Test func decodingGivesTheTextBack() throws {
        let directory = TemporaryDirectory()
        let tokenizer = try loadLlama2CTokenizer(path: try directory.write("tok.bin", Self.file(Self.small)))
        for text in ["", " ", "  ab", "雲雀 abab\n\u{0}"] {
            #expect(tokenizer.decode(try tokenizer.encode(text)) == Array(text.utf8), "\(text)")
        }
        #expect(tokenizer.bytes(of: 3 + 0xE9) == [0xE9])
        #expect(tokenizer.bytes(of: 1).isEmpty && tokenizer.isSpecial(1))
    }

    @Test(.enabled(if: tok512 != nil, "models/stories260K is not in $HIBARI_DATA or ../shared/data"))
    func storiesAgreeWithTheSlowWay() throws {
        let path = try #require(Self.tok512)
        let tokenizer = try loadLlama2CTokenizer(path: path)
        #expect(tokenizer.vocabularySize == 512)
        let tokens = try Self.tokens(of: try readFile(path))
        let story = "Once upon a time, there was a little girl named Lily. She said, \"What a 雲雀!\"\n\n 1234"
        for text in [Array(story.utf8)] + (try TokenizerFixtures.texts().prefix(60)) {
            let ids = try tokenizer.encode(text)
            let expected = Self.encodeStepByStep(text, tokens)
            #expect(ids == expected, "\(String(decoding: text, as: UTF8.self))")
            #expect(tokenizer.decode(ids) == text)
        }
    }

    private static func tokens(of file: [UInt8]) throws -> [Token] {
        func number(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << UInt32(8 * $1) }
        }
        var (tokens, offset): ([Token], Int) = ([], 4)
        while offset < file.count {
            let length = Int(number(offset + 4))
            tokens.append(
                Token(
                    text: Array(file[offset + 8..<offset + 8 + length]),
                    score: Float(bitPattern: number(offset))))
            offset += 8 + length
        }
        return tokens
    }

    @Test func survivesSaving() throws {
        let directory = TemporaryDirectory()
        let tokenizer = try loadLlama2CTokenizer(path: try directory.write("tok.bin", Self.file(Self.small)))
        try tokenizer.save(toDirectory: directory.path)
        let again = try loadTokenizer(directory: directory.path)
        for text in ["", "ab abab 雲雀 a", "x\u{0}\u{301}"] {
            #expect(try again.encode(text) == tokenizer.encode(text), "\(text)")
            #expect(again.decode(try again.encode(text)) == Array(text.utf8))
        }
    }

    @Test func damageIsNamedWithItsPlace() throws {
        let directory = TemporaryDirectory()
        func error(_ bytes: [UInt8]) throws -> BinaryFileError? {
            let path = try directory.write("tok.bin", bytes)
            return #expect(throws: BinaryFileError.self) { try loadLlama2CTokenizer(path: path) }
        }
        let good = Self.file(Self.small)
        #expect(try error([])?.description.contains("at byte 0") == true)
        #expect(try error(Array(good.dropLast()))?.description.contains("ends inside token") == true)
        #expect(
            try error(Array(good.prefix(4)))?.description.contains("the end after 0 tokens") == true
        )
        #expect(
            try error(Self.file(Self.small, longest: 4))?.description.contains("expected at most 4") == true)
        var wrong = Self.small
        wrong[3 + 65].text = Array("<0x42>".utf8)
        #expect(try error(Self.file(wrong))?.description.contains("byte 65") == true)
        wrong = Self.small
        wrong[260].score = .nan
        #expect(try error(Self.file(wrong))?.description.contains("score") == true)
    }
}
