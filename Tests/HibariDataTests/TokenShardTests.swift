import HibariData
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// Corpora that are tokenised once.
@Suite(.serialized) struct TokenShardTests {
    private let directory = TemporaryDirectory()

    private var folder: String { directory.path + "/tokens" }

    /// Documents of one to some hundred words, about 100 KB.
    private func documents(_ count: Int = 300) -> String {
        var random = RandomStream(seed: 4, purpose: .testing)
        return (0..<count).map { _ in
            (0..<(1 + random.index(below: 100))).map { _ in
                ["lark", "sings", "雲雀が", "歌う。\n", "over", "fields,\n"][random.index(below: 6)]
            }.joined(separator: " ")
        }.joined(separator: endOfTextMarker)
    }

    private func read(_ path: String) throws -> CorpusReader { try CorpusReader(paths: [path]) }

    private func load(_ path: String, _ tokenizer: some Tokenizer = ByteTokenizer()) throws -> TokenizedCorpus
    {
        try TokenizedCorpus(CorpusInput(paths: [path]), tokenizer: tokenizer)
    }

    private func ids(_ corpus: TokenizedCorpus) -> [Int32] { (0..<corpus.count).map { corpus.tokens[$0] } }

    private func prepare(
        _ text: String, _ tokenizer: some Tokenizer = ByteTokenizer(), shardSize: Int = 1 << 27
    )
        throws -> CorpusPreparation
    {
        let path = try directory.write("a.txt", text)
        return try CorpusPreparation(read(path), tokenizer: tokenizer, to: folder, shardSize: shardSize)
    }

    /// The same sequence, slices and byte counts as from the text; across borders of shards too.
    @Test(arguments: [1 << 27, 10_000, 64]) func tokensAreThoseOfTheText(shardSize: Int) throws {
        let tokenizer = try BPETokenizer.train(on: Array(documents().utf8), vocabularySize: 400)
        let prepared = try prepare(documents(), tokenizer, shardSize: shardSize)
        let direct = try load(directory.path + "/a.txt", tokenizer)
        let mapped = try load(folder, tokenizer)
        #expect(prepared.tokenCount == direct.count && mapped.count == direct.count)
        #expect((prepared.shardCount > 1) == (shardSize < 1 << 20))
        #expect(mapped.summary == direct.summary && prepared.summary == direct.summary)
        #expect(mapped.tokens.bytesPerToken == 2)
        let (one, other) = (ids(direct), ids(mapped))
        let isSame = one == other
        #expect(isSame)
        var random = RandomStream(seed: 6, purpose: .testing)
        for _ in 0..<50 {
            let start = random.index(below: direct.count)
            let range = start..<start + random.index(below: direct.count - start + 1)
            #expect(mapped.byteCount(of: range) == direct.byteCount(of: range))
            #expect(batch(mapped, range) == batch(direct, range))
        }
        let (training, validation) = try mapped.split(validationFraction: 0.1)
        let expected = try direct.split(validationFraction: 0.1)
        #expect(training.range == expected.training.range && validation.range == expected.validation.range)
    }

    /// A hash of a batch, as arrays take long to compare when they differ.
    private func batch(_ corpus: TokenizedCorpus, _ range: Range<Int>) -> Int {
        guard range.count > 8,
            let batches = try? TrainingBatches(
                tokens: TokenSlice(corpus.tokens, range: range), batchSize: 2, contextLength: 7, seed: 1)
        else { return 0 }
        var inputs = [Int32](repeating: 0, count: 14)
        var targets = inputs
        inputs.withUnsafeMutableBufferPointer { inputs in
            targets.withUnsafeMutableBufferPointer { batches.batch(step: 3, into: inputs, targets: $0) }
        }
        return (inputs + targets).hashValue
    }

    @Test func wideTokens() throws {
        let scalars = (0x1_0000..<0x2_0001).compactMap { Unicode.Scalar(UInt32($0)) }
        let tokenizer = CharacterTokenizer(scalars: scalars, addsEndOfText: false)
        let prepared = try prepare("\u{10000}\u{20000}\u{1F426}", tokenizer, shardSize: 8)
        #expect(prepared.bytesPerToken == 4)
        #expect(ids(try load(folder, tokenizer)) == [0, 65_536, 0xF426])
    }

    @Test func singleDocumentHasNoEnd() throws {
        _ = try prepare("ab")
        #expect(ids(try load(folder)) == [97, 98])
    }

    @Test func threadsDoNotShow() throws {
        let path = try directory.write("big.txt", String(repeating: documents(), count: 20))
        let before = ThreadPool.shared.threadCount
        defer { ThreadPool.shared.setThreadCount(before) }
        let hashes = try [1, 2, 5].map { threads in
            ThreadPool.shared.setThreadCount(threads)
            let folder = directory.path + "/threads-\(threads)"
            _ = try CorpusPreparation(read(path), tokenizer: ByteTokenizer(), to: folder, shardSize: 1 << 20)
            return try listDirectory(folder).map { $0 + SHA256.hash(try readFile(folder + "/" + $0)).hex }
        }
        #expect(hashes[0] == hashes[1] && hashes[0] == hashes[2] && hashes[0].count > 4)
    }

    @Test func folderIsItsTokenizer() throws {
        let tokenizer = try BPETokenizer.train(on: Array(documents(20).utf8), vocabularySize: 300)
        _ = try prepare(documents(20), tokenizer)
        let loaded = try loadTokenizer(directory: folder)
        #expect(loaded.tokenizerHash == tokenizer.tokenizerHash)
        #expect(throws: FileError.alreadyExists(path: folder)) {
            try CorpusPreparation(read(directory.path + "/a.txt"), tokenizer: tokenizer, to: folder)
        }
    }

    @Test func textThatCannotBeEncodedLeavesNothing() throws {
        let tokenizer = try CharacterTokenizer.train(on: Array("ab".utf8), addsEndOfText: true)
        let path = try directory.write("a.txt", "a\n<|endoftext|>\nabc")
        let error = #expect(throws: DataError.self) {
            try CorpusPreparation(read(path), tokenizer: tokenizer, to: folder)
        }
        #expect(error == .cannotEncode(path: path, line: nil, .unknownCharacter("c", offset: 18)))
        #expect(try listDirectory(directory.path) == ["a.txt"])
    }

    @Test func anotherTokenizerIsRefused() throws {
        let tokenizer = try BPETokenizer.train(on: Array(documents(20).utf8), vocabularySize: 300)
        _ = try prepare(documents(20), tokenizer)
        let error = #expect(throws: DataError.self) { try load(folder) }
        #expect(error?.description.contains("--tokenizer \(folder)") == true)
        #expect(error?.exitStatus == .badData)
        // Also where only corpus.json says that it fits.
        let manifest = String(decoding: try readFile(folder + "/corpus.json"), as: UTF8.self)
        try writeFileAtomically(
            folder + "/corpus.json",
            manifest.split(separator: tokenizer.tokenizerHash, omittingEmptySubsequences: false)
                .joined(separator: ByteTokenizer().tokenizerHash))
        let other = #expect(throws: DataError.self) { try load(folder) }
        #expect(other?.description.contains("shard-00000.tokens: the tokens were made with another") == true)
    }

    /// Every byte of a shard is covered: a flipped bit or a missing end is an error with file and place.
    @Test func everyDamageIsFound() throws {
        _ = try prepare("The lark sings.<|endoftext|>Over fields.")
        let path = folder + "/shard-00000.tokens"
        let whole = try readFile(path)
        func expectError(_ bytes: [UInt8], _ what: String) throws {
            try writeFileAtomically(path, bytes)
            let error = #expect(throws: DataError.self, "\(what)") { try load(folder) }
            let text = error?.description ?? ""
            #expect(
                text.hasPrefix(path) && text.contains(" byte ") || text.contains("another tokenizer"),
                "\(text)")
            #expect(!text.contains("\n"))
        }
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1 << UInt8(index % 8)
            try expectError(damaged, "byte \(index)")
        }
        for count in 0..<whole.count { try expectError(Array(whole[..<count]), "\(count) bytes") }
        try expectError(whole + [0], "one byte more")
        try writeFileAtomically(path, whole)
        #expect(try load(folder).count == 29)
        try removeTree(path)
        #expect(throws: DataError.self) { try load(folder) }
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"format":"hibari-tokens","version":2}"#,
        #"{"format":"hibari-tokens","version":1,"documents":-1}"#,
        #"{"format":"hibari-tokens","version":1,"documents":1,"bytes":1,"sha256":"","tokenizer_sha256":"","tokens":1,"shards":[{"file":"../a","tokens":1,"crc32":""}]}"#,
        #"{"format":"hibari-tokens","version":1,"documents":1,"bytes":1,"sha256":"","tokenizer_sha256":"","tokens":2,"shards":[{"file":"a","tokens":1,"crc32":""}]}"#,
    ]) func damagedManifest(_ text: String) throws {
        try makeDirectories(folder)
        try writeFileAtomically(folder + "/corpus.json", text)
        let error = #expect(throws: DataError.self) { try load(folder) }
        #expect(error?.description.hasPrefix(folder + "/corpus.json") == true)
    }

    @Test func tokensAndTextDoNotMix() throws {
        _ = try prepare("ab")
        let paths = [folder, directory.path + "/a.txt"]
        let error = #expect(throws: DataError.self) { try CorpusInput(paths: paths) }
        #expect(error == .mixedCorpus(paths: paths) && error?.exitStatus == .usage)
        #expect(throws: DataError.noTextForTokenizer(path: folder)) {
            try CorpusInput(paths: [folder]).reader()
        }
    }
}
