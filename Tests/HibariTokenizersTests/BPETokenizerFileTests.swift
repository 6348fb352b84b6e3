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

    /// The vocabulary of SmolLM2 has no id for some control characters; the library leaves them out, and what stands
    /// around them can be merged.
    @Test func bytesWithoutIDAreLeftOut() throws {
        let bangs = BPETokenizer(merges: [TokenPair(33, 33)])
        let file = bangs.huggingFaceFiles(contextLength: nil).tokenizerBytes
        let text = String(decoding: file, as: UTF8.self)
        let word = "\"Ą\": 4,"
        #expect(text.contains(word))
        _ = try directory.write("tokenizer.json", text.replacing(word, with: ""))
        let loaded = try #require(try loadTokenizer(directory: directory.path) as? BPETokenizer)
        #expect(try loaded.encode("a\u{4}b") == [97, 98])
        #expect(try loaded.encode("!\u{4}!") == [256])
        #expect(try loaded.encode("\u{4}") == [])
        let long = String(repeating: "!", count: 40_001)
        #expect(try loaded.encode(String(repeating: long + "\u{4}", count: 4)).count == 2 * 40_001)
        #expect(throws: TokenizerError.noRanks(token: "Ą", id: -1)) { try TiktokenFormat.bytes(of: loaded) }
    }

    /// Changes of a good file, and the component that the error must name.
    @Test(arguments: [
        ("\"truncation\": null", "\"truncation\": {\"max_length\": 3}", "truncation"),
        ("\"dropout\": null", "\"dropout\": 0.1", "model.dropout"),
        ("\"version\"", "\"extra\": 1, \"version\"", "extra"),
        ("\"decoder\": {", "\"decoder\": {\"type\": \"Fuse\"}, \"d\": {", "d"),
    ])
    func unsupportedPartIsNamed(old: String, new: String, component: String) throws {
        var text = String(decoding: good.huggingFaceFiles(contextLength: nil).tokenizerBytes, as: UTF8.self)
        #expect(text.contains(old))
        text = text.replacing(old, with: new, maxReplacements: 1)
        let path = try directory.write("tokenizer.json", text)
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        guard case .unsupportedComponent(path, component, _) = error else {
            Issue.record("\(error?.description ?? "no error") does not name \(component)")
            return
        }
        #expect(error?.exitStatus == .badData)
    }

    /// Changes that contradict the rest of the file, and what the error must say.
    @Test(arguments: [
        ("\"ab\": 256", "\"ac\": 256", "model.merges[0]"),
        ("\"<|endoftext|>\": 258", "\"<|end|>\": 258", "<|endoftext|>"),
        ("\"<|endoftext|>\": 258", "\"<|endoftext|>\": 259", "<|endoftext|>"),
        ("\"d\": 100", "\"d\": 101", "\"e\""),
        ("\"d\": 100", "\"d\": 4000000000000", "\"d\""),
        ("\"d\": 100", "\"d\": -1", "\"d\""),
        ("\"d\": 100", "\"雲\": 100", "\"雲\""),
        ("\"d\": 100", "\"dd\": 100", "byte 100"),
        ("\"vocab\": {", "\"vocab\": [], \"unk_token\": {", "unk_token"),
    ])
    func contradictionIsNamed(old: String, new: String, words: String) throws {
        var text = String(decoding: good.huggingFaceFiles(contextLength: nil).tokenizerBytes, as: UTF8.self)
        #expect(text.contains(old))
        text = text.replacing(old, with: new, maxReplacements: 1)
        let path = try directory.write("tokenizer.json", text)
        let error =
            #expect(throws: (any Error).self) { try loadTokenizer(directory: directory.path) }
            as? any UserError
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "no error")")
        #expect(error?.description.contains(path) == true)
        #expect(error?.exitStatus == .badData)
    }

    @Test(
        arguments: [
            ([["a", "b"], ["ab", "d"]], 1), ([["a", "b"], ["ab", "c", ""]], 1),
            ([["a", "b"], ["a", "bc"]], 1),
            ([["a", "b"], ["a b", "c"]], 1), ([["a", "b"], ["a", "b"]], 1), ([[1, 2]], 0), ([.null], 0),
            ([3], 0),
            (["ab c", "a b c"], 1), (["ab"], 0), (["ab "], 0),
        ] as [(JSONValue, Int)])
    func contradictoryMergesAreNamed(merges: JSONValue, index: Int) throws {
        try write { $0["merges"] = merges }
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        #expect(
            error?.description.contains("model.merges[\(index)]") == true,
            "\(error?.description ?? "no error")")
    }

    /// Files of other programs: ids in any order, merges as text, words that no merge makes, settings left out.
    @Test func otherNumbersAreRead() throws {
        try write { model in
            let words = good.huggingFaceFiles(contextLength: nil).tokenizerJSON["model"]?["vocab"]?.object
            model["vocab"] = .object(
                JSONObject(
                    (words ?? JSONObject()).map { (key: $0.key, value: .integer(300 - ($0.value.int ?? 0))) })
            )
            model["merges"] = ["ab c", "a b"]
            model["type"] = nil
            model["dropout"] = nil
            model["continuing_subword_prefix"] = ""
        } added: {
            $0["id"] = 42
        }
        let loaded = try #require(try loadTokenizer(directory: directory.path) as? BPETokenizer)
        #expect(loaded.vocabularySize == 301)
        #expect(loaded.endOfText == 42)
        #expect(try loaded.encode("abcab") == [43, 44])
        #expect(loaded.decode([43, 42, 44, 1]) == Array("abcab".utf8))
        #expect(loaded.isSpecial(42) && !loaded.isSpecial(43))
        // What it writes is the same tokenizer.
        try loaded.save(toDirectory: directory.path)
        let again = try loadTokenizer(directory: directory.path)
        #expect(again.tokenizerHash == loaded.tokenizerHash)
        #expect(try again.encode("abcab") == [43, 44])
    }

    @Test func wholeTokensComeFirstIfTheFileSaysSo() throws {
        try write { model in
            model["merges"] = [["b", "c"]]
            var words = model["vocab"]?.object ?? JSONObject()
            words["bc"] = 400
            model["vocab"] = .object(words)
        }
        #expect(try loadTokenizer(directory: directory.path).encode("abc") == [97, 400])
        try write { model in
            model["merges"] = [["b", "c"]]
            model["ignore_merges"] = true
            var words = model["vocab"]?.object ?? JSONObject()
            words["bc"] = 400
            model["vocab"] = .object(words)
        }
        let tokenizer = try loadTokenizer(directory: directory.path)
        #expect(try tokenizer.encode("abc") == [257])
        #expect(try tokenizer.encode("abc abcd") == [257, 32, 97, 400, 100])
    }

    /// Writes the good file with its model changed.
    private func write(_ change: (inout JSONObject) -> Void, added: (inout JSONObject) -> Void = { _ in })
        throws
    {
        var file = try #require(good.huggingFaceFiles(contextLength: nil).tokenizerJSON.object)
        var model = try #require(file["model"]?.object)
        var token = try #require(file["added_tokens"]?.array?.first?.object)
        change(&model)
        added(&token)
        file["model"] = .object(model)
        file["added_tokens"] = [.object(token)]
        try directory.write("tokenizer.json", JSONValue.object(file).text())
    }
}
