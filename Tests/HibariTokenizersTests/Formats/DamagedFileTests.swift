import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Damaged files of every kind: an error that names the file, or a tokenizer that works; never a trap or a hang.
@Suite struct DamagedFileTests {
    /// A kind of file, a good one, and its reader.
    struct Format: Sendable, CustomTestStringConvertible {
        var name: String
        var file: @Sendable () throws -> [UInt8]
        var load: @Sendable (String) throws -> any Tokenizer

        var testDescription: String { name }

        /// Text takes longer to read, and has no lengths to damage.
        var isBinary: Bool { name.contains(".") }
    }

    static let formats =
        ["unigram.model", "bpe.model"].map { name in
            Format(name: name, file: { try readFile(TokenizerFixtures.path(name)) }) {
                try loadSentencePieceTokenizer(path: $0)
            }
        } + [
            Format(name: "tok.bin", file: { Llama2CTests.file(Llama2CTests.small) }) {
                try loadLlama2CTokenizer(path: $0)
            },
            Format(name: "llama.gguf", file: { GGUFTokenizerTests.scored() }) {
                try loadGGUFTokenizer(path: $0)
            },
            Format(name: "gpt2.gguf", file: { GGUFBuilder.byteLevel(pre: "smollm") }) {
                try loadGGUFTokenizer(path: $0)
            },
        ]
        + PipelineGoldenTests.names.map { name in
            Format(name: name, file: { try readFile(TokenizerFixtures.path("\(name)/tokenizer.json")) }) {
                try loadTokenizer(directory: splitPath($0).directory)
            }
        }

    private static let texts = [
        "", " ", "Hello, world 123!", "雲雀 Ａｂｃ ｶﾞ e\u{301} \u{3000}x", "▁<s> <0x41> EE human Reason",
        "\u{0}\u{FFFD}🐦",
    ].map { Array($0.utf8) }

    /// Loads `bytes` and uses what comes of it.
    private func check(_ bytes: [UInt8], _ format: Format, _ directory: TemporaryDirectory, _ damage: String)
        throws
    {
        let path = try directory.write("tokenizer.json", bytes)
        let tokenizer: any Tokenizer
        do {
            tokenizer = try format.load(path)
        } catch let error as any UserError {
            #expect("\(error)".contains(path), "\(damage): \(error) does not name the file")
            return
        }
        for text in Self.texts {
            do throws(TokenizerError) {
                let ids = try tokenizer.encode(text)
                let areValid = ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize }
                #expect(areValid, "\(damage): an id outside the vocabulary")
                _ = tokenizer.decode(ids)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test(arguments: formats) func cutOff(format: Format) throws {
        let directory = TemporaryDirectory()
        let good = try format.file()
        let count = format.isBinary ? 200 : 20
        // Every length near the ends, and some in between.
        let lengths = Set(
            Array(0..<min(count, good.count)) + (max(0, good.count - count)..<good.count)
                + stride(from: 0, to: good.count, by: max(1, good.count / count)))
        for length in lengths.sorted() {
            try check(Array(good.prefix(length)), format, directory, "cut at \(length)")
        }
    }

    @Test(arguments: formats) func flippedBits(format: Format) throws {
        let directory = TemporaryDirectory()
        let good = try format.file()
        var random = RandomStream(seed: 7, purpose: .testing)
        for round in 0..<(format.isBinary ? 400 : 100) {
            var bytes = good
            for _ in 0...random.index(below: 3) {
                // Half of the damage near the front, where lengths and counts are.
                let range = round % 2 == 0 ? min(300, good.count) : good.count
                bytes[random.index(below: range)] ^= 1 << UInt8(random.index(below: 8))
            }
            try check(bytes, format, directory, "flipped in round \(round)")
        }
    }

    @Test(arguments: formats.filter(\.isBinary)) func hugeNumbers(format: Format) throws {
        let directory = TemporaryDirectory()
        let good = try format.file()
        for offset in 0..<min(300, good.count - 8) {
            for count in [4, 8] {
                var bytes = good
                for index in 0..<count { bytes[offset + index] = 0xFF }
                try check(bytes, format, directory, "\(count) bytes 0xFF at \(offset)")
                bytes[offset + count - 1] = 0x7F
                try check(bytes, format, directory, "\(count) bytes at \(offset), the last 0x7F")
            }
        }
    }

    @Test func randomBytes() throws {
        let directory = TemporaryDirectory()
        var random = RandomStream(seed: 8, purpose: .testing)
        for round in 0..<100 {
            let bytes = (0..<random.index(below: 400)).map { _ in UInt8(random.index(below: 256)) }
            for format in Self.formats { try check(bytes, format, directory, "random bytes \(round)") }
        }
    }

    /// The double array of a character map with every unit damaged in turn: wrong replacements at worst.
    @Test func damagedCharacterMap() throws {
        let directory = TemporaryDirectory()
        let good = try TokenizerFixtures.json("unigram/tokenizer.json")
        let charsmap = try #require(
            good["normalizer"]?["normalizers"]?.array?.first?["precompiled_charsmap"]?.string)
        let text = String(decoding: good.bytes(), as: UTF8.self)
        var random = RandomStream(seed: 9, purpose: .testing)
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for round in 0..<100 {
            var damaged = Array(charsmap.utf8)
            for _ in 0...random.index(below: 6) {
                damaged[random.index(below: damaged.count)] = digits[random.index(below: 64)]
            }
            let bytes = Array(text.replacing(charsmap, with: String(decoding: damaged, as: UTF8.self)).utf8)
            try check(bytes, Self.formats[5 + 1], directory, "character map \(round)")
        }
    }
}
