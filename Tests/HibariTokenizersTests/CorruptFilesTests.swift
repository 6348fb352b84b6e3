import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Damaged files are errors that name the file, or harmless; they never crash or hang.
@Suite struct CorruptFilesTests {
    let folder = TemporaryDirectory()
    let good: BPETokenizer

    init() throws {
        let trained = try BPETokenizer.train(
            on: Array(String(repeating: "the theme of the 雲雀 ", count: 4).utf8), vocabularySize: 270)
        good = try trained.adding(specialToken: "<s>")
    }

    private func check(_ name: String, _ file: [UInt8], trials: Int, seed: UInt64) throws {
        var texts = RandomText(seed: seed)
        var random = RandomStream(seed: seed, purpose: .testing)
        let numbers = [
            "-1", "4294967296", "9223372036854775807", "1e99", "99999999999999999999", "0.5", "null",
        ]
        var refused = 0
        for trial in 0..<trials {
            var damaged = file
            switch trial % 4 {
            case 0: damaged = Array(file.prefix(random.index(below: file.count)))
            case 1: damaged = texts.mutated(file)
            case 2:  // A number becomes another one.
                let digits = file.indices.filter { (0x30...0x39).contains(file[$0]) }
                let index = digits[random.index(below: digits.count)]
                damaged.replaceSubrange(
                    index...index, with: Array(numbers[random.index(below: numbers.count)].utf8))
            default:  // A line comes twice, perhaps elsewhere.
                let lines = file.split(separator: 10, omittingEmptySubsequences: false)
                let line = lines[random.index(below: lines.count)]
                let index = lines[random.index(below: lines.count)].startIndex
                damaged.insert(contentsOf: line + [10], at: index)
            }
            let path = try folder.write(name, damaged)
            do {
                let tokenizer = try loadTokenizer(path: name.hasSuffix("tiktoken") ? path : folder.path)
                let text = Array("the 雲 <s>".utf8)
                if tokenizer.decode(try tokenizer.encode(text)) != text {
                    Issue.record("a damaged \(name) loses text: \(String(decoding: damaged, as: UTF8.self))")
                    return
                }
            } catch let error as any UserError {
                refused += 1
                if !error.description.contains(folder.path) {
                    Issue.record("an error without the file: \(error)")
                    return
                }
            }
        }
        #expect(refused > trials / 3)
    }

    @Test func tokenizerJSON() throws {
        try check(
            "tokenizer.json", good.huggingFaceFiles(contextLength: nil).tokenizerBytes, trials: 1500, seed: 1)
    }

    @Test func ranks() throws {
        try check("a.tiktoken", TiktokenFormat.bytes(of: good), trials: 1500, seed: 2)
    }

    @Test func words() throws {
        let json = good.huggingFaceFiles(contextLength: nil).tokenizerJSON
        let words = try #require(json["model"]?["vocab"]).bytes(pretty: true)
        let merges = try #require(json["model"]?["merges"]?.array)
            .map { ($0.array ?? []).compactMap(\.string).joined(separator: " ") }.joined(separator: "\n")
        try folder.write("merges.txt", merges)
        try check("vocab.json", words, trials: 1500, seed: 3)
        try folder.write("vocab.json", words)
        try check("merges.txt", Array((merges + "\n# 1").utf8), trials: 1500, seed: 4)
    }

    @Test func deepNestingAndHugeListsAreRefused() throws {
        try folder.write("tokenizer.json", String(repeating: "[", count: 1_000_000))
        #expect(
            throws: JSONError.inFile(path: folder.path + "/tokenizer.json", .tooDeep(offset: 256, limit: 256))
        ) { try loadTokenizer(directory: folder.path) }
    }
}
