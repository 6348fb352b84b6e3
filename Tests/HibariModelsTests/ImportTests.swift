import Glibc
import HibariCheckpoint
import HibariModels
import HibariNN
import HibariSupport
import HibariTensor
import HibariTestSupport
import HibariTokenizers
import Testing

/// Checkpoints of nanoGPT and llama2.c compute what their own programs do; Tools/golden/import_fixtures.py wrote them.
@Suite struct ImportTests {
    static let folder = joinPath(splitPath(#filePath).directory, "Fixtures/imports")

    private func path(_ name: String) -> String { joinPath(Self.folder, name) }

    private func model(_ checkpoint: ImportedCheckpoint) throws -> any LanguageModel {
        try checkpoint.configuration.makeModel(ParameterScope(.read(checkpoint.tensors)))
    }

    @Test(arguments: [
        ("nanogpt", "nanogpt/ckpt.pt"), ("plain", "plain.pt"), ("legacy", "legacy.bin"),
        ("version1", "version1.bin"),
    ])
    func logits(name: String, file: String) throws {
        let golden = try SafetensorsFile(path: path("golden.safetensors"))
        let expected = try golden.floats(of: "logits/" + name)
        let ids: [Int32] = [1, 5, 0, 8, 3, 3, 7]
        let checkpoint = try ImportedCheckpoint(path: path(file))
        for keepsStored in [false, true] {
            let model = try checkpoint.configuration.makeModel(
                ParameterScope(.read(checkpoint.tensors, keepsStored: keepsStored)))
            let got = model.logits(Tensor(ids, shape: [1, ids.count])).array(of: Float.self)
            try #require(got.count == expected.count)
            let difference = zip(got, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(difference < 1e-5)
        }
    }

    @Test func nanoGPTSettings() throws {
        let compiled = try ImportedCheckpoint(path: path("nanogpt/ckpt.pt"))
        #expect(compiled.format == .nanoGPT)
        #expect(compiled.tokenizer?.kind == "characters")
        let text = Array("\n !'abé雲🐦".utf8)
        let ids = try compiled.tokenizer?.encode(text)
        #expect(ids == [0, 1, 2, 3, 4, 5, 6, 7, 8])
        let configuration = compiled.configuration
        // The checkpoint has 16 rows, the tokenizer 9 characters.
        #expect(configuration.vocabularySize == 9)
        #expect(configuration.hasBias && configuration.tiesEmbeddings)
        #expect(configuration.dropout == 0.1 && configuration.activation == .geluErf)
        #expect(compiled.tensors.shape(of: "transformer.h.1.attn.c_attn.weight") == [8, 24])

        let plain = try ImportedCheckpoint(path: path("plain.pt"))
        #expect(plain.tokenizer == nil)
        #expect(!plain.configuration.hasBias && !plain.configuration.tiesEmbeddings)
        #expect(plain.configuration.vocabularySize == 10)
        let message = errorMessage { _ = try LoadedModel(path: path("plain.pt")) }
        #expect(message.contains("plain.pt: there is no tokenizer beside it"))
    }

    /// What is imported is written and read like any other model.
    @Test func exported() throws {
        let checkpoint = try ImportedCheckpoint(path: path("nanogpt/ckpt.pt"))
        let tokenizer = try #require(checkpoint.tokenizer)
        try withTemporaryFolder { folder in
            let original = try model(checkpoint)
            try ModelFolder.write(original, tokenizer, to: folder)
            let again = try ModelFolder(path: folder)
            #expect(again.model.configuration == original.configuration)
            let ids = Tensor([3, 1, 4, 1] as [Int32], shape: [1, 4])
            let areEqual =
                original.logits(ids).array(of: Float.self) == again.model.logits(ids).array(of: Float.self)
            #expect(areEqual)
        }
    }

    @Test func viewsAndTypes() throws {
        let golden = try SafetensorsFile(path: path("golden.safetensors"))
        let tensors = try PyTorchFile(path: path("views.bin")).tensors()
        let names = golden.tensorNames.filter { $0.hasPrefix("views/") }
        #expect(names.count == 11)
        for name in names {
            let tensor = try tensors.tensor(named: String(name.dropFirst(6)), .float32)
            #expect(tensor.shape.array == golden.shape(of: name), "\(name)")
            let isEqual = tensor.array(of: Float.self) == (try golden.floats(of: name))
            #expect(isEqual, "\(name)")
        }
        #expect(tensors.shape(of: "integers") == [4, 6])
        #expect(throws: CheckpointError.self) { try tensors.tensor(named: "integers", .float32) }
        let double = try tensors.tensor(named: "double", .float64).array(of: Double.self)
        #expect(double[5] == 5.0 / 7.0)
        let expanded = try tensors.tensor(named: "expanded", .float32).array(of: Float.self)
        #expect(expanded == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    }

    /// torch.load would run a command here.
    @Test func nothingIsExecuted() {
        let message = errorMessage { _ = try ImportedCheckpoint(path: path("forbidden.pt")) }
        #expect(
            message.contains("forbidden.pt (forbidden/data.pkl): the Python object \"posix.system\" at byte ")
        )
        #expect(!fileExists("/tmp/hibari-was-here"))
    }

    @Test func refused() throws {
        let folder = TemporaryDirectory()
        func message(_ name: String, _ bytes: [UInt8]) throws -> String {
            let path = try folder.write(name, bytes)
            return errorMessage { _ = try ImportedCheckpoint(path: path) }
        }
        let old: [UInt8] = [
            0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
        ]
        #expect(try message("a.pt", old).contains("before PyTorch 1.6 (load it there and save it again)"))
        #expect(
            try message("views.pt", try readFile(path("views.bin"))).contains(
                "without `model` and `model_args`"))

        let legacy = try readFile(path("legacy.bin"))
        #expect(try message("a.bin", legacy + [0]).contains("asks for 17116 bytes in a file of 17117"))
        #expect(
            try message("a.bin", Array("24ka".utf8) + little(Int32(2))).contains("whose weights are int8"))
        var huge: [UInt8] = []
        for size in [1 << 30, 1 << 30, 1 << 30, 1, 1, 1 << 30, 1 << 30] as [Int32] { huge += little(size) }
        #expect(try message("a.bin", huge).contains("asks for more than 2⁶³ bytes"))
    }

    // MARK: Real data

    private static let stories: String? = {
        let data = getenv("HIBARI_DATA").map { String(cString: $0) } ?? "../shared/data"
        let folder = joinPath(data, "models/stories260K")
        return fileExists(joinPath(folder, "stories260K.bin")) ? folder : nil
    }()

    /// 256 tokens at temperature 0, as run.c writes them.
    @Test(.enabled(if: stories != nil, "models/stories260K is not in $HIBARI_DATA or ../shared/data"))
    func stories260K() throws {
        let folder = try #require(Self.stories)
        let checkpoint = try ImportedCheckpoint(path: joinPath(folder, "stories260K.bin"))
        let tokenizer = try #require(checkpoint.tokenizer)
        #expect(tokenizer.vocabularySize == 512)
        #expect(
            checkpoint.text == TextConventions(beginningToken: 1, addsBeginning: true, endTokens: [1, 2]))
        let model = try model(checkpoint)
        let cache = model.makeCache()
        var written: [Int32] = []
        var last: Int32 = 1
        for _ in 0..<256 {
            let logits = model.nextLogits(after: [last], cache: cache).array(of: Float.self)
            last = Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
            written.append(last)
        }
        let text = tokenizer.decode(written) + [UInt8(ascii: "\n")]
        let expected = try readFile(joinPath(folder, "greedy_expected.txt"))
        #expect(String(decoding: text, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
    }
}
