import HibariSupport
import HibariTokenizers
import Testing

/// Long runs of one thing, on which what is quadratic takes hours.
@Suite struct LinearTimeTests {
    private static let runs = [" ", "a", "▁", "\u{301}\u{323}", "雲", "👩\u{200D}", "<s>", "ab", "\u{0}", "EE"]
        .map {
            Array(String(repeating: $0, count: 200_000 / $0.utf8.count).utf8)
        }

    @Test(arguments: PipelineGoldenTests.names) func pipelines(name: String) throws {
        let tokenizer = try loadTokenizer(directory: TokenizerFixtures.path(name))
        for run in Self.runs {
            let ids = try tokenizer.encode(run)
            #expect(tokenizer.decode(ids).count <= 4 * run.count + 16)
        }
    }

    @Test(arguments: SentencePieceTests.names) func sentencePieces(name: String) throws {
        let tokenizer = try loadSentencePieceTokenizer(path: TokenizerFixtures.path(name))
        for run in Self.runs {
            #expect(tokenizer.decode(try tokenizer.encode(run)).count <= 4 * run.count + 16)
        }
    }

    /// Canonical ordering of one run of marks is the only thing here that has to sort.
    @Test(arguments: ["NFC", "NFD", "NFKC", "NFKD", "BertNormalizer", "StripAccents"])
    func normalizers(type: String) throws {
        var members: JSONObject = ["type": .string(type)]
        if type == "BertNormalizer" {
            for key in ["clean_text", "handle_chinese_chars", "strip_accents", "lowercase"] {
                members[key] = true
            }
        }
        let normalizer = try readNormalizer(Component(file: "", path: "", value: .object(members)))
        for run in Self.runs { #expect(try normalizer.normalize(run).count <= 3 * run.count) }
    }

    /// A pattern that backtracks without end gives up with an error.
    @Test func patternsGiveUp() throws {
        let component: JSONValue = [
            "type": "Split", "pattern": ["Regex": "(a|aa)+$"], "behavior": "Isolated", "invert": false,
        ]
        let splitter = try readSplitter(Component(file: "", path: "", value: component))
        let text = Array((String(repeating: "a", count: 60) + "!").utf8)
        #expect(throws: TokenizerError.self) { try splitter.split(Piece(text: text[...], startsText: true)) }
    }
}
