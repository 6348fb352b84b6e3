import HibariData
import HibariSupport
import HibariTokenizers
import HibariTraining
import Testing

/// Training on prepared tokens is training on the text.
@Suite(.serialized) struct ShardTrainingTests {
    private let tiny: TinyRun

    init() throws { tiny = try TinyRun() }

    private func prepare(_ tokenizer: some Tokenizer, to name: String) throws -> String {
        let folder = tiny.folder + "/" + name
        _ = try CorpusPreparation(
            CorpusReader(paths: [tiny.corpus]), tokenizer: tokenizer, to: folder, shardSize: 500)
        return folder
    }

    @Test func lossesAreTheSameToTheBit() throws {
        let tokens = try prepare(ByteTokenizer(), to: "tokens")
        try tiny.train("text", tiny.configuration())
        let run = try Pretraining(tiny.configuration { $0.corpus = [tokens] }, run: tiny.run("shards"))
        #expect(run.corpus.byteCount == TinyRun.text(sentences: 60).utf8.count)
        _ = try run.start(command: ["test"], version: "test") { _ in }
        try tiny.expectSame("text", "shards")
    }

    /// The hash of the corpus is that of the text, so a run may change from one to the other.
    @Test func runOnTextGoesOnWithTokens() throws {
        let tokens = try prepare(ByteTokenizer(), to: "tokens")
        try tiny.train("whole", tiny.configuration())
        #expect(throws: Interruption.self) {
            try tiny.train("cut", tiny.configuration()) { event in
                if case .step(let report, _) = event, report.step == 12 { throw Interruption() }
            }
        }
        try tiny.resume("cut", tiny.configuration { $0.corpus = [tokens] })
        try tiny.expectSame("whole", "cut")
    }

    @Test func tokenizerOfTheFolder() throws {
        let tokenizer = try BPETokenizer.train(
            on: Array(TinyRun.text(sentences: 60).utf8), vocabularySize: 300)
        let tokens = try prepare(tokenizer, to: "tokens")
        func prepared(_ name: String) throws -> Pretraining {
            try Pretraining(
                tiny.configuration {
                    $0.corpus = [tokens]
                    $0.tokenizer = name
                }, run: nil)
        }
        #expect(try prepared(tokens).tokenizer.vocabularySize == tokenizer.vocabularySize)
        let error = #expect(throws: DataError.self) { try prepared("bytes") }
        #expect(error?.description.contains("--tokenizer \(tokens)") == true)
        #expect(throws: DataError.noTextForTokenizer(path: tokens)) { try prepared("bpe:300") }
        #expect(throws: DataError.noTextForTokenizer(path: tokens)) { try prepared("chars") }
    }
}
