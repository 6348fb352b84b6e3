import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

@Suite struct TokenizerFileTests {
    let directory = TemporaryDirectory()

    @Test func bytesComeBack() throws {
        try ByteTokenizer().save(toDirectory: directory.path, contextLength: 256)
        let loaded = try loadTokenizer(directory: directory.path)
        #expect(loaded is ByteTokenizer)
        #expect(loaded.tokenizerHash == ByteTokenizer().tokenizerHash)
    }

    @Test(arguments: [false, true]) func charactersComeBack(addsEndOfText: Bool) throws {
        let text = "雲\n\t \"\\\u{0}e\u{301}é가각\u{1100}🐦\u{2028}\u{10FFFF}"
        let tokenizer = try CharacterTokenizer.train(on: Array(text.utf8), addsEndOfText: addsEndOfText)
        try tokenizer.save(toDirectory: directory.path)
        let loaded = try #require(try loadTokenizer(directory: directory.path) as? CharacterTokenizer)
        #expect(loaded.scalars == tokenizer.scalars)
        #expect(loaded.endOfText == tokenizer.endOfText)
        #expect(loaded.tokenizerHash == tokenizer.tokenizerHash)
    }

    @Test func hashIsThatOfTheFileAndNotOfTheContextLength() throws {
        try ByteTokenizer().save(toDirectory: directory.path, contextLength: 99)
        let bytes = try readFile(directory.path + "/tokenizer.json")
        #expect(ByteTokenizer().tokenizerHash == SHA256.hash(bytes).hex)
        let other = try CharacterTokenizer.train(on: [0x61])
        #expect(ByteTokenizer().tokenizerHash != other.tokenizerHash)
    }

    @Test func configurationTellsContextAndTokens() throws {
        let configuration = ByteTokenizer().huggingFaceFiles(contextLength: 256).tokenizerConfigJSON
        #expect(configuration["model_max_length"] == 256)
        #expect(configuration["eos_token"] == "<|endoftext|>")
        #expect(configuration["clean_up_tokenization_spaces"] == false)
        let plain = try CharacterTokenizer.train(on: [0x61]).huggingFaceFiles(contextLength: nil)
            .tokenizerConfigJSON
        #expect(plain["eos_token"] == nil)
        #expect(plain["model_max_length"] == nil)
    }

    @Test func orderOfMembersDoesNotCount() throws {
        var file = try #require(ByteTokenizer().huggingFaceFiles(contextLength: nil).tokenizerJSON.object)
        let model = file["model"]
        file["model"] = nil
        let reordered = JSONObject([(key: "model", value: model!)] + file.map { $0 })
        try directory.write("tokenizer.json", JSONValue.object(reordered).bytes())
        #expect(try loadTokenizer(directory: directory.path) is ByteTokenizer)
    }

    @Test func missingFile() {
        let path = directory.path + "/tokenizer.json"
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        #expect(error == .missingFile(path: path))
        #expect(error?.exitStatus == .inputMissing)
    }

    /// Each change of a good file, and the component that the error must name.
    @Test(arguments: [
        ("\"truncation\": null", "\"truncation\": {\"max_length\": 8}", "truncation"),
        ("\"dropout\": null", "\"dropout\": 0.1", "model.dropout"),
        ("\"version\": \"1.0\"", "\"version\": \"1.0\", \"extra\": 1", "extra"),
        ("\"version\": \"1.0\"", "\"version\": \"2.0\"", "version"),
        ("\"normalizer\": null", "\"normalizer\": {\"type\": \"Nmt\"}", "normalizer.type"),
        (
            "\"normalizer\": null",
            "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"X\"}]}",
            "normalizer.normalizers[0].type"
        ),
        ("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\", \"form\": 1}", "normalizer.form"),
        ("\"post_processor\": null", "\"post_processor\": {\"type\": \"Other\"}", "post_processor.type"),
        (
            "\"pre_tokenizer\": {\n    \"type\": \"ByteLevel\"",
            "\"pre_tokenizer\": {\n    \"type\": \"Other\"", "pre_tokenizer.type"
        ),
        (
            "\"decoder\": {\n    \"type\": \"ByteLevel\"", "\"decoder\": {\n    \"type\": \"CTC\"",
            "decoder.type"
        ),
        ("\"type\": \"BPE\"", "\"type\": \"Other\"", "model.type"),
    ])
    func unsupportedPartIsNamed(old: String, new: String, component: String) throws {
        let good = String(
            decoding: ByteTokenizer().huggingFaceFiles(contextLength: nil).tokenizerBytes, as: UTF8.self)
        #expect(good.contains(old))
        let path = try directory.write("tokenizer.json", good.replacing(old, with: new, maxReplacements: 1))
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        guard case .unsupportedComponent(path, component, _) = error else {
            Issue.record("\(error?.description ?? "no error") does not name \(component)")
            return
        }
        #expect(error?.exitStatus == .badData)
    }

    @Test(arguments: [
        ("\"b\": 1", "\"b\": 0"), ("\"b\": 1", "\"b\": 7"), ("\"b\": 1", "\"b\": \"1\""),
        ("\"b\": 1", "\"b\": -1"),
        ("\"vocab\": {", "\"vocab\": [], \"other\": {"), ("\"type\": \"WordLevel\",", ""),
    ])
    func damagedVocabulary(old: String, new: String) throws {
        let good = try CharacterTokenizer.train(on: Array("abc".utf8)).huggingFaceFiles(contextLength: nil)
        let text = String(decoding: good.tokenizerBytes, as: UTF8.self)
        #expect(text.contains(old))
        let path = try directory.write("tokenizer.json", text.replacing(old, with: new, maxReplacements: 1))
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        guard case .invalidFile(path, _) = error else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
    }

    @Test func wordVocabularyIsRefused() throws {
        let good = try CharacterTokenizer.train(on: Array("abc".utf8)).huggingFaceFiles(contextLength: nil)
        let text = String(decoding: good.tokenizerBytes, as: UTF8.self).replacing(
            "\"b\": 1", with: "\"bee\": 1")
        try directory.write("tokenizer.json", text)
        let error = #expect(throws: TokenizerError.self) { try loadTokenizer(directory: directory.path) }
        #expect(error?.description.contains("\"bee\"") == true)
    }

    @Test func brokenJSONIsAnErrorOfTheFile() throws {
        try directory.write("tokenizer.json", "{\"model\": ")
        #expect(throws: JSONError.self) { try loadTokenizer(directory: directory.path) }
    }
}
