import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct BPETokenizerFileTests {
    let directory = TemporaryDirectory()
    /// Merges: "ab", "abc".
    let good = BPETokenizer(merges: [TokenPair(97, 98), TokenPair(256, 99)])

    @Test(arguments: [257, 300]) func comesBack(vocabularySize: Int) throws {
        let text = Array("the theme 雲雀 the theme 雲雀\u{0}\n \u{AD}\u{0}\n \u{AD}\u{0}".utf8)
        let tokenizer = try BPETokenizer.train(on: text, vocabularySize: vocabularySize)
        try tokenizer.save(toDirectory: directory.path, contextLength: 64)
        let loaded = try #require(try loadTokenizer(directory: directory.path) as? BPETokenizer)
        #expect(loaded.merges == tokenizer.merges)
        #expect(loaded.tokenizerHash == tokenizer.tokenizerHash)
        #expect(try loaded.encode(text) == tokenizer.encode(text))
    }

    @Test func fileIsThatOfTheLibrary() {
        let file = good.huggingFaceFiles(contextLength: nil).tokenizerJSON
        #expect(file["pre_tokenizer"]?["use_regex"] == true)
        #expect(file["pre_tokenizer"]?["add_prefix_space"] == false)
        #expect(file["normalizer"] == .null)
        #expect(file["decoder"]?["type"] == "ByteLevel")
        #expect(file["model"]?["vocab"]?["abc"] == 257)
        #expect(file["model"]?["vocab"]?["Ġ"] == 32)
        #expect(file["model"]?["vocab"]?["<|endoftext|>"] == 258)
        #expect(file["model"]?["merges"] == [["a", "b"], ["ab", "c"]])
    }

    /// Changes of a good file, and the component that the error must name.
    @Test(arguments: [
        (["\"use_regex\": true"], ["\"use_regex\": false"], "pre_tokenizer.use_regex"),
        (["\"normalizer\": null"], ["\"normalizer\": {\"type\": \"NFC\"}"], "normalizer"),
        (["\"dropout\": null"], ["\"dropout\": 0.1"], "model.dropout"),
        (["\"ab\": 256"], ["\"ac\": 256"], "model.merges[0]"),
        (["\"ab\": 256", "\"abc\": 257"], ["\"ab\": 257", "\"abc\": 256"], "model.merges[0]"),
        (["\"d\": 100", "\"e\": 101"], ["\"d\": 101", "\"e\": 100"], "model.vocab.d"),
        (["\"<|endoftext|>\": 258"], ["\"<|end|>\": 258"], "model.vocab"),
    ])
    func unsupportedPartIsNamed(old: [String], new: [String], component: String) throws {
        var text = String(decoding: good.huggingFaceFiles(contextLength: nil).tokenizerBytes, as: UTF8.self)
        for (old, new) in zip(old, new) {
            #expect(text.contains(old))
            text = text.replacing(old, with: new)
        }
        try expectError(naming: component, text)
    }

    @Test(
        arguments: [
            ([["a", "b"]], "model.vocab"),
            ([["a", "b"], ["ab", "d"]], "model.merges[1]"),
            ([["ab", "c"], ["a", "b"]], "model.merges[0]"),
            ([["a", "b"], ["ab", "c", ""]], "model.merges[1]"),
            ([["a", "b"], ["a", "bc"]], "model.merges[1]"),
            ([["a", "b"], ["a b", "c"]], "model.merges[1]"),
        ] as [([[String]], String)])
    func contradictoryMergesAreNamed(merges: [[String]], component: String) throws {
        var file = good.huggingFaceFiles(contextLength: nil).tokenizerJSON.object!
        var model = file["model"]!.object!
        model["merges"] = .array(merges.map { .array($0.map { .string($0) }) })
        file["model"] = .object(model)
        try expectError(naming: component, JSONValue.object(file).text())
    }

    /// The older spelling, and things that are no merges at all.
    @Test(arguments: [JSONValue.string("a b"), .null, .integer(3), [1, 2]])
    func otherEntriesAreNamed(entry: JSONValue) throws {
        var file = good.huggingFaceFiles(contextLength: nil).tokenizerJSON.object!
        var model = file["model"]!.object!
        model["merges"] = [entry, ["ab", "c"]]
        file["model"] = .object(model)
        try expectError(naming: "model.merges[0]", JSONValue.object(file).text())
    }

    private func expectError(naming component: String, _ text: String) throws {
        let path = try directory.write("tokenizer.json", text)
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        guard case .unsupportedComponent(path, component, _) = error else {
            Issue.record("\(error?.description ?? "no error") does not name \(component)")
            return
        }
        #expect(error?.exitStatus == .badData)
    }
}
