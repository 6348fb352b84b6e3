import HibariData
import HibariSupport
import HibariTestSupport
import HibariTokenizers
import Testing

/// The token files of nanoGPT and llm.c.
@Suite struct TokenFilesTests {
    private let directory = TemporaryDirectory()

    private func words<Word: FixedWidthInteger>(_ values: [Word]) -> [UInt8] {
        values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    }

    private func header(_ first: [Int32]) -> [UInt8] {
        words(first + [Int32](repeating: 0, count: 256 - first.count))
    }

    private func ids(_ paths: String...) throws -> [Int32] {
        let corpus = try TokenizedCorpus(CorpusInput(paths: paths), tokenizer: ByteTokenizer())
        return (0..<corpus.count).map { corpus.tokens[$0] }
    }

    @Test func bareTokensOfNanoGPT() throws {
        let path = try directory.write("train.bin", words([72, 105, 256, 33, 256] as [UInt16]))
        #expect(try ids(path) == [72, 105, 256, 33, 256])
        let corpus = try TokenizedCorpus(CorpusInput(paths: [path]), tokenizer: ByteTokenizer())
        #expect(corpus.summary.documentCount == 2 && corpus.summary.byteCount == 3)
        #expect(corpus.summary.sha256.count == 64)
    }

    @Test func shardsOfLLMC() throws {
        let narrow = try directory.write(
            "a.bin", header([20_240_520, 1, 3]) + words([256, 1, 2] as [UInt16]))
        let wide = try directory.write("b.bin", header([20_240_801, 7, 2]) + words([3, 255] as [UInt32]))
        #expect(try ids(narrow) == [256, 1, 2])
        #expect(try ids(wide, narrow) == [3, 255, 256, 1, 2])
        let (one, other) = (
            try TokenizedCorpus(CorpusInput(paths: [wide, narrow]), tokenizer: ByteTokenizer()),
            try TokenizedCorpus(CorpusInput(paths: [narrow, wide]), tokenizer: ByteTokenizer())
        )
        #expect(one.summary.sha256 != other.summary.sha256)
    }

    @Test func damage() throws {
        let tokens = words([1, 2, 3] as [UInt16])
        let cases: [(bytes: [UInt8], offset: Int, problem: String)] = [
            ([], 0, "empty"), ([1, 0, 2], 3, "middle of a 16-bit token"),
            (words([1, 257] as [UInt16]), 2, "token 257 is not in the tokenizer's vocabulary of 257"),
            (Array(header([20_240_520, 1, 3])[..<1000]), 1000, "ends in llm.c's header"),
            (header([20_240_520, 2, 3]) + tokens, 4, "version 2"),
            (header([20_240_520, 1, 0]) + tokens, 8, "0 tokens"),
            (header([20_240_520, 1, -3]) + tokens, 8, "-3 tokens"),
            (header([20_240_520, 1, 4]) + tokens, 1030, "cut off"),
            (header([20_240_520, 1, 2]) + tokens, 1028, "too long"),
            (header([20_240_520, 1, 3]) + words([1, 2, 999] as [UInt16]), 1028, "token 999"),
            (header([20_240_801, 7, 1]) + words([UInt32.max]), 1024, "token 4294967295"),
        ]
        for (bytes, offset, problem) in cases {
            let path = try directory.write("a.bin", bytes)
            let error = #expect(throws: DataError.self) { try ids(path) }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("\(path), byte \(offset): ") && text.contains(problem), "\(text)")
            #expect(error?.exitStatus == .badData)
        }
        #expect(throws: DataError.self) { try ids(directory.path + "/none.bin") }
    }
}
